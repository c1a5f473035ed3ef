// Ranges of code points by width, from the Unicode Character Database.
#pragma once

#include <span>

namespace tagline::dsl {

struct CodeRange {
  char32_t first;
  char32_t last;
};
/// East_Asian_Width W and F.
[[nodiscard]] std::span<const CodeRange> wide_ranges();
/// General_Category Mn, Me and Cf.
[[nodiscard]] std::span<const CodeRange> zero_width_ranges();

}  // namespace tagline::dsl
