#include "ingest/number.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

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

__extension__ using Wide = __int128;

/// Any number of so many digits is below kLargest.
constexpr std::size_t kPlainDigitsMax = 18;

/// digits * 10^-decimals.
struct Decimal {
  std::int64_t digits = 0;
  unsigned decimals = 0;
};

/// Digits of a factor: two of them multiply within 128 bits.
constexpr unsigned kFactorDigitsMax = 18;

NumberStatus parse_decimal(std::string_view text, Decimal& into) {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    // Zeros at the end say nothing; one digit stays, since ".0" is a number and "." is not.
    while (text.size() > point + 2 && text.back() == '0') {
      text.remove_suffix(1);
    }
    into.decimals =
        static_cast<unsigned>(std::min<std::size_t>(text.size() - point - 1, kFactorDigitsMax + 1));
  }
  if (into.decimals > kFactorDigitsMax) {
    // Whether it is a number at all is still to be said.
    const NumberStatus status = parse_number(text, 0).status;
    return status == NumberStatus::NotANumber ? status : NumberStatus::TooManyDecimals;
  }
  const NumberParse parse = parse_number(text, into.decimals);
  into.digits = parse.value;
  return parse.status;
}

}  // namespace

NumberParse parse_product(std::string_view a, std::string_view b, unsigned scale) {
  NumberParse parse;
  Decimal left;
  Decimal right;
  for (const auto& [text, into] : {std::pair(a, &left), std::pair(b, &right)}) {
    parse.status = parse_decimal(text, *into);
    if (parse.status != NumberStatus::Ok) {
      return parse;
    }
  }
  Wide product = Wide{left.digits} * right.digits;
  unsigned decimals = left.decimals + right.decimals;
  for (; decimals > scale && product != 0; --decimals) {
    if (product % 10 != 0) {
      parse.status = NumberStatus::TooManyDecimals;
      return parse;
    }
    product /= 10;
  }
  const Wide largest = std::numeric_limits<std::int64_t>::max();
  for (; decimals < scale && product != 0; ++decimals) {
    product *= 10;
    if (product > largest || product < -largest) {
      break;
    }
  }
  if (product > largest || product < -largest) {
    parse.status = NumberStatus::TooLarge;
    return parse;
  }
  parse.value = static_cast<std::int64_t>(product);
  return parse;
}

namespace {

/// 10^i.
constexpr std::array<std::uint64_t, kPlainDigitsMax + 1> kPowers = [] {
  std::array<std::uint64_t, kPlainDigitsMax + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) {
    powers[i] = powers[i - 1] * 10;
  }
  return powers;
}();

/// What most cells are: digits, perhaps a sign and a point, and no doubt that the value fits.
/// Nothing: not so, or not a number.
std::optional<std::int64_t> parse_plain(std::string_view text, unsigned scale) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at != end && *at == '-';
  at += negative ? 1 : 0;
  if (at == end || static_cast<std::size_t>(end - at) + scale > kPlainDigitsMax) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const char* point = end;
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned>(*at) - static_cast<unsigned>('0');
    if (digit > 9) {
      break;
    }
    value = value * 10 + digit;
  }
  if (at != end) {
    point = at;
    if (*at != '.' || text.size() < 3) {  // ".", "-." and "5." are for the thorough way
      return std::nullopt;
    }
    for (++at; at != end; ++at) {
      const auto digit = static_cast<unsigned>(*at) - static_cast<unsigned>('0');
      if (digit > 9) {
        return std::nullopt;
      }
      value = value * 10 + digit;
    }
  }
  const auto decimals = static_cast<std::size_t>(point == end ? 0 : end - point - 1);
  if (decimals > scale) {
    return std::nullopt;
  }
  value *= kPowers[scale - decimals];
  const auto magnitude = static_cast<std::int64_t>(value);
  return negative ? -magnitude : magnitude;
}

}  // namespace

NumberParse parse_number(std::string_view text, unsigned scale) {
  NumberParse parse;
  if (const auto plain = parse_plain(text, scale); plain.has_value()) {
    return {NumberStatus::Ok, *plain};
  }
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
