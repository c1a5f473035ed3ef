// print: tree -> canonical text (one form of every expression, the same after printing and parsing
// again).
#pragma once

#include "dsl/tree.h"

#include <string>
#include <string_view>

namespace tagline::dsl {

/// Keywords in capitals, one space around them and around comparisons, none after `:`; quotes only
/// where a word would read as something else; an AND inside an OR in brackets, no others that are
/// not needed. Words are never rewritten: only their tag knows what they mean. Needs no catalogue.
/// Recursion is bounded by the brackets of the tree.
[[nodiscard]] std::string print(const Tree& tree);

/// A name as it must be written in an expression: quoted where it would read as something else.
[[nodiscard]] std::string write_name(std::string_view name);
[[nodiscard]] std::string write_value(std::string_view value);
/// 本周, 最近7天, last7d: one word that reads as a period.
[[nodiscard]] bool is_period_word(std::string_view word);

}  // namespace tagline::dsl
