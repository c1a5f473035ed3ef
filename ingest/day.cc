#include "ingest/day.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

namespace tagline::ingest {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads `least` to `most` digits.
std::optional<unsigned> read_digits(std::string_view& text, std::size_t least, std::size_t most) {
  unsigned value = 0;
  std::size_t count = 0;
  while (count < most && count < text.size() && is_digit(text[count])) {
    value = value * 10 + static_cast<unsigned>(text[count] - '0');
    ++count;
  }
  if (count < least) {
    return std::nullopt;
  }
  text.remove_prefix(count);
  return value;
}

bool read_literal(std::string_view& text, std::string_view literal) {
  if (text.substr(0, literal.size()) != literal) {
    return false;
  }
  text.remove_prefix(literal.size());
  return true;
}

bool read_zone(std::string_view& text) {
  if (text.empty() || read_literal(text, "Z")) {
    return true;
  }
  if (!read_literal(text, "+") && !read_literal(text, "-")) {
    return false;
  }
  const auto hours = read_digits(text, 2, 2);
  if (!hours.has_value() || *hours > 14) {
    return false;
  }
  if (text.empty()) {
    return true;
  }
  read_literal(text, ":");
  const auto minutes = read_digits(text, 2, 2);
  return minutes.has_value() && *minutes < 60;
}

/// What may follow the date: nothing, or HH:MM[:SS[.f]][zone]. The time is checked and dropped.
bool read_time(std::string_view text) {
  if (text.empty()) {
    return true;
  }
  if (!read_literal(text, " ") && !read_literal(text, "T")) {
    return false;
  }
  const auto hour = read_digits(text, 1, 2);
  if (!hour.has_value() || *hour > 23 || !read_literal(text, ":")) {
    return false;
  }
  const auto minute = read_digits(text, 2, 2);
  if (!minute.has_value() || *minute > 59) {
    return false;
  }
  if (read_literal(text, ":")) {
    const auto second = read_digits(text, 2, 2);
    if (!second.has_value() || *second > 60) {  // a leap second is written :60
      return false;
    }
    if (read_literal(text, ".")) {
      const std::size_t digits = text.find_first_not_of("0123456789");
      if (digits == 0 || text.empty()) {
        return false;
      }
      text.remove_prefix(digits == std::string_view::npos ? text.size() : digits);
    }
  }
  read_literal(text, " ");
  return read_zone(text) && text.empty();
}

}  // namespace

std::optional<std::size_t> find_date_format(std::string_view format) {
  std::string spaced(format);
  if (const std::size_t at = spaced.find("T%H"); at != std::string::npos) {
    spaced[at] = ' ';
  }
  for (std::size_t i = 0; i < kDateFormats.size(); ++i) {
    if (kDateFormats[i] == spaced) {
      return i;
    }
  }
  return std::nullopt;
}

namespace {

std::optional<std::int32_t> day_of(unsigned year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day)};
  if (year == 0 || !date.ok()) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

/// "2024-03-10", the common way, without walking a pattern; nothing when it is not just that.
std::optional<std::int32_t> parse_iso_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  bool digits = true;
  const auto digit = [&](std::size_t at) {
    digits = digits && is_digit(text[at]);
    return static_cast<unsigned>(text[at]) - static_cast<unsigned>('0');
  };
  const unsigned year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3);
  const unsigned month = digit(5) * 10 + digit(6);
  const unsigned day = digit(8) * 10 + digit(9);
  return digits ? day_of(year, month, day) : std::nullopt;
}

}  // namespace

std::optional<std::int32_t> parse_day(std::string_view text, std::size_t format) {
  static_assert(kDateFormats[0] == "%Y-%m-%d");
  if (format == 0) {
    if (const auto iso = parse_iso_day(text); iso.has_value()) {
      return iso;
    }
  }
  std::string_view pattern = kDateFormats[format];
  const bool compact = pattern == "%Y%m%d";
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  while (!pattern.empty()) {
    if (pattern.front() != '%') {
      if (pattern.front() == ' ') {
        break;
      }
      const std::size_t literal = std::min(pattern.find('%'), pattern.size());
      const std::size_t plain = std::min(literal, pattern.find(' '));
      if (!read_literal(text, pattern.substr(0, plain))) {
        return std::nullopt;
      }
      pattern.remove_prefix(plain);
      continue;
    }
    const char field = pattern[1];
    const auto value =
        field == 'Y' ? read_digits(text, 4, 4) : read_digits(text, compact ? 2 : 1, 2);
    if (!value.has_value()) {
      return std::nullopt;
    }
    (field == 'Y' ? year : field == 'm' ? month : day) = *value;
    pattern.remove_prefix(2);
  }
  const bool timed = !pattern.empty();
  if (timed ? !read_time(text) : !text.empty()) {
    return std::nullopt;
  }
  return day_of(year, month, day);
}

std::string day_text(std::int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

}  // namespace tagline::ingest
