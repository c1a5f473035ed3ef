// Decimal numbers, exactly: never through double.
#pragma once

#include <cstdint>
#include <string_view>

namespace tagline::ingest {

enum class NumberStatus : std::uint8_t {
  Ok,
  NotANumber,       ///< anything but an optional sign, digits and at most one point; thousands
                    ///< separators too
  TooManyDecimals,  ///< digits other than 0 beyond the scale
  TooLarge,         ///< |value * 10^scale| >= 2^63
};

struct NumberParse {
  NumberStatus status = NumberStatus::NotANumber;
  std::int64_t value = 0;  ///< value * 10^scale, when Ok
};

/// `text` trimmed. "-0" is 0; zeros after the scale are fine; exponents and separators are not
/// numbers here, since they are more often identifiers ("12E4") or ambiguous ("1,5").
[[nodiscard]] NumberParse parse_number(std::string_view text, unsigned scale);

/// a * b * 10^scale, exactly: price times quantity. Both trimmed and written as above; digits of
/// the product beyond the scale must be 0 (12.50 * 4 has none). A factor may have 18 digits at
/// most, zeros at its ends aside.
[[nodiscard]] NumberParse parse_product(std::string_view a, std::string_view b, unsigned scale);

/// How a number is written, for inference.
struct NumberShape {
  bool number = false;
  bool zero_padded = false;  ///< 007: a code rather than a number
  unsigned digits = 0;       ///< before the point
  unsigned decimals = 0;     ///< after the point, trailing zeros included
};
[[nodiscard]] NumberShape shape_of(std::string_view text);

}  // namespace tagline::ingest
