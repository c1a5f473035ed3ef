#include "dsl/number.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

[[nodiscard]] bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

[[nodiscard]] std::strong_ordering compare_magnitude(const Decimal& a, const Decimal& b) {
  if (a.whole.size() != b.whole.size()) {
    return a.whole.size() <=> b.whole.size();
  }
  if (const int order = a.whole.compare(b.whole); order != 0) {
    return order <=> 0;
  }
  // Without trailing zeros, text order is numeric order.
  return a.fraction.compare(b.fraction) <=> 0;
}

}  // namespace

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal value;
  if (text.starts_with('-')) {
    value.negative = true;
    text.remove_prefix(1);
  }
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (!all_digits(whole)) {
    return std::nullopt;
  }
  if (point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (!all_digits(fraction)) {
      return std::nullopt;
    }
    value.has_point = true;
    value.fraction = fraction;
    value.fraction.erase(value.fraction.find_last_not_of('0') + 1);
  }
  value.whole = whole.substr(std::min(whole.find_first_not_of('0'), whole.size()));
  if (value.whole.empty() && value.fraction.empty()) {
    value.negative = false;
  }
  return value;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (a.negative != b.negative) {
    return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return a.negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

std::optional<Scaled> scale(const Decimal& value, unsigned digits) {
  constexpr std::int64_t kMagnitudeMax = INT64_MAX;  // what storage holds, either sign
  const bool exact = value.fraction.size() <= digits;
  std::int64_t magnitude = 0;
  const auto push = [&magnitude](char digit) {
    const std::int64_t unit = digit - '0';
    if (magnitude > (kMagnitudeMax - unit) / 10) {
      return false;
    }
    magnitude = magnitude * 10 + unit;
    return true;
  };
  for (const char digit : value.whole) {
    if (!push(digit)) {
      return std::nullopt;
    }
  }
  for (unsigned i = 0; i < digits; ++i) {
    if (!push(i < value.fraction.size() ? value.fraction[i] : '0')) {
      return std::nullopt;
    }
  }
  if (!value.negative) {
    return Scaled{magnitude, exact};
  }
  return exact ? Scaled{-magnitude, true} : Scaled{-magnitude - 1, false};
}

std::string with_separators(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string unscale(std::int64_t value, unsigned digits) {
  const bool negative = value < 0;
  std::string text = std::to_string(negative ? 0 - static_cast<std::uint64_t>(value)
                                             : static_cast<std::uint64_t>(value));
  if (digits > 0) {
    if (text.size() <= digits) {
      text.insert(0, digits + 1 - text.size(), '0');
    }
    text.insert(text.size() - digits, 1, '.');
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
      text.pop_back();
    }
  }
  return negative ? "-" + text : text;
}

std::string in_words(std::string_view whole_number) {
  constexpr std::array<std::string_view, 20> kUnits = {
      "zero",     "one",     "two",     "three",     "four",     "five",    "six",
      "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
      "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr std::array<std::string_view, 10> kTens = {
      "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
  if (!all_digits(whole_number) || whole_number.size() > 2) {
    return std::string(whole_number);
  }
  std::size_t number = 0;
  for (const char digit : whole_number) {
    number = number * 10 + static_cast<std::size_t>(digit - '0');
  }
  if (number < kUnits.size()) {
    return std::string(kUnits.at(number));
  }
  std::string words(kTens.at(number / 10));
  if (number % 10 != 0) {
    words += '-';
    words += kUnits.at(number % 10);
  }
  return words;
}

}  // namespace tagline::dsl
