#include "dsl/read_date.h"

#include "dsl/unicode.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace tagline::dsl {
namespace {

using std::chrono::days;
using Kind = DateProblem::Kind;
using Single = tl::expected<DayRange, DateProblem>;

[[nodiscard]] DateProblem problem(Kind kind, std::string_view text, std::string better = {}) {
  DateProblem fault;
  fault.kind = kind;
  fault.text = text;
  fault.better = std::move(better);
  return fault;
}

[[nodiscard]] Single refuse(Kind kind, std::string_view text, std::string better = {}) {
  return tl::unexpected(problem(kind, text, std::move(better)));
}

[[nodiscard]] bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// REQUIRES: at most 4 digits.
[[nodiscard]] unsigned to_number(std::string_view digits) {
  unsigned number = 0;
  for (const char digit : digits) {
    number = number * 10 + static_cast<unsigned>(digit - '0');
  }
  return number;
}

[[nodiscard]] std::string padded(std::string_view digits) {
  return (digits.size() == 1 ? "0" : "") + std::string(digits);
}

/// yyyy, yyyy-mm or yyyy-mm-dd, given its parts.
[[nodiscard]] Single calendar(std::string_view text, const std::vector<std::string_view>& parts) {
  const unsigned number = to_number(parts[0]);
  if (number == 0) {
    return refuse(Kind::TooFar, text);
  }
  const auto year = std::chrono::year(static_cast<int>(number));
  if (parts.size() == 1) {
    return DayRange{std::chrono::sys_days(year / 1 / 1), std::chrono::sys_days(year / 12 / 31)};
  }
  const unsigned month = to_number(parts[1]);
  if (month < 1 || month > 12) {
    return refuse(Kind::NoSuchMonth, text);
  }
  const auto last =
      std::chrono::year_month_day(year / std::chrono::month(month) / std::chrono::last);
  if (parts.size() == 2) {
    return DayRange{std::chrono::sys_days(year / std::chrono::month(month) / 1),
                    std::chrono::sys_days(last)};
  }
  const unsigned day = to_number(parts[2]);
  if (day < 1 || day > static_cast<unsigned>(last.day())) {
    DateProblem fault = problem(Kind::NoSuchDay, text, to_text(std::chrono::sys_days(last)));
    fault.year = static_cast<int>(number);
    fault.month = month;
    fault.last_day = static_cast<unsigned>(last.day());
    return tl::unexpected(std::move(fault));
  }
  const Day exact = std::chrono::sys_days(year / std::chrono::month(month) / std::chrono::day(day));
  return DayRange{exact, exact};
}

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos || parts.size() > 3) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

/// Parts that could be year, month and day, whatever stood between them.
[[nodiscard]] bool is_date_like(const std::vector<std::string_view>& parts) {
  if (parts.size() < 2 || parts.size() > 3 || parts[0].size() != 4) {
    return false;
  }
  return std::all_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return all_digits(part) && part.size() <= 4; }) &&
         parts[1].size() <= 2 && (parts.size() == 2 || parts[2].size() <= 2);
}

[[nodiscard]] std::string in_our_style(const std::vector<std::string_view>& parts) {
  std::string text(parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    text += "-" + padded(parts[i]);
  }
  return text;
}

/// 2024年1月31日, 2024年1月, 2024年.
[[nodiscard]] std::optional<std::string> from_chinese(std::string_view text) {
  std::string dashes;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    const bool mark =
        next.point == U'年' || next.point == U'月' || next.point == U'日' || next.point == U'号';
    if (!mark && !is_digit(next.point)) {
      return std::nullopt;
    }
    dashes.push_back(mark ? '-' : static_cast<char>(next.point));
    at += next.bytes;
  }
  if (dashes.empty() || dashes.back() != '-') {
    return std::nullopt;
  }
  dashes.pop_back();
  const auto parts = split(dashes, '-');
  if (!is_date_like(parts) &&
      !(parts.size() == 1 && parts[0].size() == 4 && all_digits(parts[0]))) {
    return std::nullopt;
  }
  return in_our_style(parts);
}

/// What a word that is no date was meant to be.
[[nodiscard]] DateProblem diagnose(std::string_view text) {
  if (const auto chinese = from_chinese(text)) {
    return problem(Kind::OtherStyle, text, *chinese);
  }
  if (const auto length = read_length(decode(text))) {
    DateProblem fault = problem(length->unit > Unit::Year ? Kind::HasHours : Kind::IsLength, text);
    fault.length = *length;
    return fault;
  }
  for (const char separator : {'/', '.', '-'}) {
    const auto parts = split(text, separator);
    if (is_date_like(parts)) {
      return problem(Kind::OtherStyle, text, in_our_style(parts));
    }
  }
  if (text.size() == 8 && all_digits(text)) {
    return problem(Kind::OtherStyle, text,
                   in_our_style({text.substr(0, 4), text.substr(4, 2), text.substr(6)}));
  }
  if (text.find('*') != std::string_view::npos) {
    const std::string_view head = text.substr(0, text.find_first_of("*"));
    const std::string_view stem = head.ends_with('-') ? head.substr(0, head.size() - 1) : head;
    const bool usable = is_date_like(split(stem, '-')) || (stem.size() == 4 && all_digits(stem));
    return problem(Kind::Wildcard, text, usable ? std::string(stem) : std::string());
  }
  return problem(Kind::NotADate, text);
}

[[nodiscard]] Single moved(std::string_view text, Day day, std::string_view rest) {
  if (rest.empty()) {
    return DayRange{day, day};
  }
  const auto length = read_length(decode(rest.substr(1)));
  if ((rest[0] != '-' && rest[0] != '+') || !length.has_value()) {
    return tl::unexpected(diagnose(text));
  }
  if (length->unit > Unit::Year) {
    DateProblem fault = problem(Kind::HasHours, text);
    fault.length = *length;
    return tl::unexpected(std::move(fault));
  }
  const auto shifted = shift(day, *length, rest[0] == '+');
  if (!shifted.has_value()) {
    return refuse(Kind::TooFar, text);
  }
  return DayRange{*shifted, *shifted};
}

[[nodiscard]] Single read_single(std::string_view text, Day as_of) {
  struct Named {
    std::string_view name;
    int days_back;
  };
  constexpr std::array<Named, 4> kNamed = {
      {{"today", 0}, {"yesterday", 1}, {"今天", 0}, {"昨天", 1}}};
  const std::string lower = ascii_lower(text);
  for (const Named& named : kNamed) {
    if (lower.starts_with(named.name)) {
      return moved(text, as_of - days(named.days_back), text.substr(named.name.size()));
    }
  }
  const auto is_shape = [](std::string_view part) {
    const auto parts = split(part, '-');
    return (part.size() == 7 || part.size() == 10) && is_date_like(parts) && parts[1].size() == 2;
  };
  if (text.size() == 4 && all_digits(text)) {
    return calendar(text, {text});
  }
  if (is_shape(text)) {
    return calendar(text, split(text, '-'));
  }
  if (text.size() > 10 && is_shape(text.substr(0, 10))) {
    const Single day = calendar(text.substr(0, 10), split(text.substr(0, 10), '-'));
    return day.has_value() ? moved(text, day->first, text.substr(10)) : day;
  }
  return tl::unexpected(diagnose(text));
}

/// `2024-01-31 18:30`, with or without seconds, T for the blank.
[[nodiscard]] bool is_time(std::string_view text) {
  const auto field = [&text](std::size_t at, unsigned limit) {
    return all_digits(text.substr(at, 2)) && text.substr(at, 2).size() == 2 &&
           to_number(text.substr(at, 2)) < limit;
  };
  return (text.size() == 5 || (text.size() == 8 && text[5] == ':' && field(6, 60))) &&
         field(0, 24) && text[2] == ':' && field(3, 60);
}

}  // namespace

tl::expected<DateWord, DateProblem> read_date(std::string_view word, bool quoted, Day as_of) {
  if (quoted) {
    std::string_view date = word;
    if (word.size() > 11 && (word[10] == ' ' || word[10] == 'T') && is_time(word.substr(11))) {
      date = word.substr(0, 10);
    }
    if (date.empty() || !is_digit(static_cast<unsigned char>(date[0])) ||
        date.find_first_of("+") != std::string_view::npos) {
      return tl::unexpected(problem(Kind::NotADate, word));
    }
    const Single day = read_single(date, as_of);
    if (!day.has_value()) {
      return tl::unexpected(day.error());
    }
    return DateWord{day->first, day->last, false};
  }
  const auto dots = word.find("..");
  if (dots == std::string_view::npos) {
    const Single day = read_single(word, as_of);
    if (!day.has_value()) {
      return tl::unexpected(day.error());
    }
    return DateWord{day->first, day->last, false};
  }
  DateWord range;
  range.is_range = true;
  const std::string_view left = word.substr(0, dots);
  const std::string_view right = word.substr(dots + 2);
  if (left.empty() && right.empty()) {
    return tl::unexpected(problem(Kind::NotADate, word));
  }
  if (!left.empty()) {
    const Single day = read_single(left, as_of);
    if (!day.has_value()) {
      return tl::unexpected(day.error());
    }
    range.first = day->first;
  }
  if (!right.empty()) {
    const Single day = read_single(right, as_of);
    if (!day.has_value()) {
      return tl::unexpected(day.error());
    }
    range.last = day->last;
  }
  if (range.first.has_value() && range.last.has_value() && *range.first > *range.last) {
    DateProblem fault =
        problem(Kind::Reversed, word, std::string(right) + ".." + std::string(left));
    return tl::unexpected(std::move(fault));
  }
  return range;
}

}  // namespace tagline::dsl
