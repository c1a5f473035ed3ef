#include "dsl/literal.h"

#include "dsl/unicode.h"
#include "dsl/units.h"

#include <array>
#include <string>

namespace tagline::dsl {
namespace {

[[nodiscard]] std::size_t digits_in(std::u32string_view word) {
  std::size_t count = 0;
  while (count < word.size() && is_digit(word[count])) {
    ++count;
  }
  return count;
}

/// Digits with at most one point that has digits on both sides.
[[nodiscard]] bool is_unsigned(std::u32string_view word) {
  const std::size_t whole = digits_in(word);
  if (whole == 0 || whole == word.size()) {
    return whole > 0;
  }
  const std::u32string_view fraction = word.substr(whole + 1);
  return word[whole] == U'.' && !fraction.empty() && digits_in(fraction) == fraction.size();
}

[[nodiscard]] bool is_number(std::u32string_view word) {
  return is_unsigned(!word.empty() && word.front() == U'-' ? word.substr(1) : word);
}

/// dddd-dd or dddd-dd-dd.
[[nodiscard]] bool is_date_shape(std::u32string_view word) {
  if (word.size() != 7 && word.size() != 10) {
    return false;
  }
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? word[i] != U'-' : !is_digit(word[i])) {
      return false;
    }
  }
  return true;
}

/// today, yesterday, 今天, 昨天, or a whole date, each with or without `+7d`, `-3mo`.
[[nodiscard]] bool is_date(std::u32string_view word) {
  if (is_date_shape(word)) {
    return true;
  }
  constexpr std::array<std::u32string_view, 4> kDays = {U"today", U"yesterday", U"今天", U"昨天"};
  std::u32string lower(word);
  for (char32_t& point : lower) {
    point = ascii_lower(point);
  }
  std::u32string_view rest;
  bool found = false;
  for (const std::u32string_view day : kDays) {
    if (lower.compare(0, day.size(), day) == 0) {
      rest = word.substr(day.size());
      found = true;
    }
  }
  if (!found && word.size() > 10 && is_date_shape(word.substr(0, 10))) {
    rest = word.substr(10);
    found = true;
  }
  if (!found) {
    return false;
  }
  return rest.empty() || ((rest.front() == U'-' || rest.front() == U'+') &&
                          read_length(rest.substr(1)).has_value());
}

/// Hours and less are no lengths of ours, so that `5s` may be a tag.
[[nodiscard]] bool is_length(std::u32string_view word) {
  const auto length = read_length(word);
  return length.has_value() && length->unit <= Unit::Year;
}

[[nodiscard]] bool is_range_end(std::u32string_view word) {
  return is_number(word) || is_date(word) || is_length(word);
}

[[nodiscard]] bool is_range(std::u32string_view word) {
  if (const auto dots = word.find(U".."); dots != std::u32string_view::npos) {
    const auto left = word.substr(0, dots);
    const auto right = word.substr(dots + 2);
    return (!left.empty() || !right.empty()) && (left.empty() || is_range_end(left)) &&
           (right.empty() || is_range_end(right));
  }
  if (const auto wave = word.find(U'~'); wave != std::u32string_view::npos) {
    return is_number(word.substr(0, wave)) && is_number(word.substr(wave + 1));
  }
  const auto dash = word.find(U'-');
  return dash != std::u32string_view::npos && is_unsigned(word.substr(0, dash)) &&
         is_unsigned(word.substr(dash + 1));
}

}  // namespace

LiteralKind literal_kind(std::u32string_view word) {
  if (word.empty()) {
    return LiteralKind::None;
  }
  if (is_number(word)) {
    return LiteralKind::Number;
  }
  if (word.back() == U'%' && is_number(word.substr(0, word.size() - 1))) {
    return LiteralKind::Percentage;
  }
  if (is_length(word)) {
    return LiteralKind::Length;
  }
  // Before ranges: 2024-01 is January, though it would also be a range from 2024 to 1.
  if (is_date(word)) {
    return LiteralKind::Date;
  }
  return is_range(word) ? LiteralKind::Range : LiteralKind::None;
}

bool is_keyword(std::u32string_view word) {
  std::u32string lower(word);
  for (char32_t& point : lower) {
    point = ascii_lower(point);
  }
  return lower == U"and" || lower == U"or" || lower == U"not" || lower == U"且" || lower == U"或" ||
         lower == U"非";
}

}  // namespace tagline::dsl
