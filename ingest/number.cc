#include "ingest/number.h"

#include <limits>

namespace tagline::ingest {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

/// value = value * 10 + digit; false when that passes kLargest.
bool append(std::uint64_t& value, unsigned digit) {
  if (value > (kLargest - digit) / 10) {
    return false;
  }
  value = value * 10 + digit;
  return true;
}

}  // namespace

NumberParse parse_number(std::string_view text, unsigned scale) {
  NumberParse parse;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) {
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  bool digits = false;
  bool point = false;
  bool large = false;
  bool precise = false;
  unsigned decimals = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      digits = true;
      const auto digit = static_cast<unsigned>(c - '0');
      if (point && decimals == scale) {
        precise = precise || digit != 0;
      } else {
        decimals += point ? 1U : 0U;
        large = !append(value, digit) || large;
      }
    } else if (c == '.' && !point) {
      point = true;
    } else {
      return parse;
    }
  }
  if (!digits) {
    return parse;
  }
  for (; decimals < scale; ++decimals) {
    large = !append(value, 0) || large;
  }
  parse.status = large     ? NumberStatus::TooLarge
                 : precise ? NumberStatus::TooManyDecimals
                           : NumberStatus::Ok;
  parse.value = negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
  return parse;
}

NumberShape shape_of(std::string_view text) {
  NumberShape shape;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  bool point = false;
  for (const char c : text) {
    if (is_digit(c)) {
      ++(point ? shape.decimals : shape.digits);
    } else if (c == '.' && !point) {
      point = true;
    } else {
      return NumberShape{};
    }
  }
  shape.number = shape.digits + shape.decimals > 0;
  shape.zero_padded = shape.digits > 1 && text.front() == '0';
  return shape;
}

}  // namespace tagline::ingest
