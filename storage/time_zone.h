// The calendar of a database: days in its IANA time zone.
#pragma once

#include "engine/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace tagline::storage {

/// BadInput when the zone is not in the system's tz database; the hint gives an example.
[[nodiscard]] Status check_time_zone(std::string_view zone);

/// The calendar day of an instant in a zone. REQUIRES: check_time_zone(zone) succeeded once.
[[nodiscard]] Result<std::chrono::sys_days> day_in_zone(
    std::chrono::system_clock::time_point instant, std::string_view zone);

}  // namespace tagline::storage
