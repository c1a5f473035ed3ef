// utc_text: a moment as a time stamp of RFC 3339, "2026-01-31T08:05:09.123Z".
#pragma once

#include <chrono>
#include <string>

namespace tagline::server {

/// To the millisecond, in UTC.
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point moment);

}  // namespace tagline::server
