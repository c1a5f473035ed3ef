// Numbers as typed: decimal text, compared and scaled exactly, never through floating point.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::dsl {

/// Any number of digits. Zero is never negative.
struct Decimal {
  bool negative = false;
  std::string whole;     ///< no leading zeros; empty for 0
  std::string fraction;  ///< no trailing zeros
  bool has_point = false;
};

/// `-`, digits, at most one point with digits on both sides; nothing else.
[[nodiscard]] std::optional<Decimal> read_decimal(std::string_view text);
[[nodiscard]] std::strong_ordering compare(const Decimal& a, const Decimal& b);

struct Scaled {
  std::int64_t floor = 0;  ///< the greatest whole number that is not above value * 10^scale
  bool exact = true;       ///< nothing was cut off
};
/// Empty when value * 10^digits is beyond 2^63 - 1 either way: no stored number lies there.
[[nodiscard]] std::optional<Scaled> scale(const Decimal& value, unsigned digits);

/// 182340 -> "182,340".
[[nodiscard]] std::string with_separators(std::uint64_t count);
/// A scaled number as people write it: unscale(1250, 2) = "12.5".
[[nodiscard]] std::string unscale(std::int64_t value, unsigned digits);
/// "thirty-four" for 34; digits from 100 on.
[[nodiscard]] std::string in_words(std::string_view whole_number);

}  // namespace tagline::dsl
