// The calendar of a database: days in its IANA time zone.
#pragma once

#include "engine/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tagline::storage {

/// BadInput when the zone is not in the system's tz database; the hint gives an example.
[[nodiscard]] Status check_time_zone(std::string_view zone);

/// The calendar day of an instant in a zone. REQUIRES: check_time_zone(zone) succeeded once.
[[nodiscard]] Result<std::chrono::sys_days> day_in_zone(
    std::chrono::system_clock::time_point instant, std::string_view zone);

/// Instants [begin_s, end_s), in seconds since 1970 UTC, during which the clocks of a zone differ
/// from UTC by the same offset.
struct ZonePeriod {
  std::int64_t begin_s = 0;
  std::int64_t end_s = 0;
  std::int64_t offset_s = 0;  ///< clock minus UTC
};
/// The period an instant lies in. REQUIRES: as above; the year is within 1 to 9999.
[[nodiscard]] Result<ZonePeriod> period_at(std::int64_t instant_s, std::string_view zone);
/// The period by whose offset a clock reading (seconds since 1970-01-01 00:00 on that clock) is to
/// be understood. A reading that comes twice, as clocks are set back, is its first coming; one that
/// never comes, as they are set forward, is understood as if they had not been: never an error.
[[nodiscard]] Result<ZonePeriod> period_of_clock(std::int64_t clock_s, std::string_view zone);

}  // namespace tagline::storage
