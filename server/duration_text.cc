#include "server/duration_text.h"

#include <array>
#include <charconv>

namespace tagline::server {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
  const char* one;
  const char* several;
  const char* zh;
};
constexpr std::array<Unit, 5> kUnits = {{{'w', 604'800, " week", " weeks", " 周"},
                                         {'d', 86'400, " day", " days", " 天"},
                                         {'h', 3'600, " hour", " hours", " 小时"},
                                         {'m', 60, " minute", " minutes", " 分钟"},
                                         {'s', 1, " second", " seconds", " 秒"}}};
constexpr std::int64_t kMost = std::int64_t{1} << 53U;

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || end + 1 != text.data() + text.size()) {
    return std::nullopt;
  }
  for (const Unit& unit : kUnits) {
    if (unit.letter == *end) {
      return number <= kMost / unit.seconds ? std::optional(number * unit.seconds) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::string duration_text(std::int64_t seconds) {
  for (const Unit& unit : kUnits) {
    if (unit.letter != 'w' && seconds % unit.seconds == 0) {
      if (seconds != 0 || unit.letter == 's') {
        return std::to_string(seconds / unit.seconds) + unit.letter;
      }
    }
  }
  return {};
}

std::string duration_words(std::int64_t seconds, bool chinese) {
  for (const Unit& unit : kUnits) {
    if (unit.letter != 'w' && (seconds >= unit.seconds || unit.seconds == 1)) {
      const std::int64_t number = seconds / unit.seconds;
      return std::to_string(number) + (chinese ? unit.zh : number == 1 ? unit.one : unit.several);
    }
  }
  return {};
}

}  // namespace tagline::server
