// Days as text in the interface: ISO 8601, 2024-06-15.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::server {

[[nodiscard]] std::string day_text(std::chrono::sys_days day);

/// Exactly YYYY-MM-DD naming an existing day; nothing otherwise.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_day(std::string_view text);

}  // namespace tagline::server
