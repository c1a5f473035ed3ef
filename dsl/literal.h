// Literals: words that are values whatever the tag: numbers, percentages, ranges, dates, lengths.
#pragma once

#include <string_view>

namespace tagline::dsl {

enum class LiteralKind { None, Number, Percentage, Range, Date, Length };

/// What an unquoted word reads as where no tag says what to make of it. A date need not exist
/// (2024-02-30 is one).
[[nodiscard]] LiteralKind literal_kind(std::u32string_view word);
[[nodiscard]] inline bool is_literal(std::u32string_view word) {
  return literal_kind(word) != LiteralKind::None;
}
/// A word that is an operator: and or not 且 或 非, any ASCII case.
[[nodiscard]] bool is_keyword(std::u32string_view word);

}  // namespace tagline::dsl
