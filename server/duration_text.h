// Durations as text in the interface: a whole number and a unit, "30d", "12h", "90m", "45s".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::server {

/// Seconds of "30d": digits and one of w, d, h, m, s; nothing otherwise, and beyond 2^53.
[[nodiscard]] std::optional<std::int64_t> parse_duration(std::string_view text);

/// In the largest of days, hours, minutes and seconds that it is a whole number of. REQUIRES: not
/// negative.
[[nodiscard]] std::string duration_text(std::int64_t seconds);

/// Roughly, for people: "3 days", "5 hours"; the largest unit alone, rounded down.
[[nodiscard]] std::string duration_words(std::int64_t seconds, bool chinese);

}  // namespace tagline::server
