#include "server/doctor/finding.h"

#include <array>

namespace tagline::server {

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
  constexpr std::uint64_t kStep = 1'024;
  constexpr std::uint64_t kTenths = 10;
  std::size_t unit = 0;
  std::uint64_t divisor = 1;
  while (unit + 1 < kUnits.size() && bytes / divisor >= kStep) {
    divisor *= kStep;
    ++unit;
  }
  const std::uint64_t whole = bytes / divisor;
  const std::uint64_t tenth = bytes % divisor * kTenths / divisor;
  const bool with_tenth = unit > 0 && whole < kTenths * kTenths && tenth != 0;
  return std::to_string(whole) + (with_tenth ? "." + std::to_string(tenth) : "") + " " +
         kUnits[unit];
}

std::string grouped_text(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

Text age_text(std::uint64_t seconds) {
  struct Unit {
    std::uint64_t seconds;
    const char* en;
    const char* zh;
  };
  constexpr std::array<Unit, 4> kUnits = {{{86'400, " day", " 天"},
                                           {3'600, " hour", " 小时"},
                                           {60, " minute", " 分钟"},
                                           {1, " second", " 秒"}}};
  for (const Unit& unit : kUnits) {
    if (seconds >= unit.seconds || unit.seconds == 1) {
      const std::uint64_t count = seconds / unit.seconds;
      const std::string number = grouped_text(count);
      return {number + unit.en + (count == 1 ? "" : "s"), number + unit.zh};
    }
  }
  return {};
}

}  // namespace tagline::server
