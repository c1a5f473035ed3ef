// What a place in scanned text is called when the grammar cannot go on there.
#pragma once

#include "dsl/scan.h"

#include <cstdint>
#include <string_view>

namespace tagline::dsl {

/// `expected` is the name of the rule that failed at `where` (dsl/grammar.cc): "expected-term",
/// "close-list", "end", ...
[[nodiscard]] Fault fault_at(const Scanned& scanned, std::uint32_t where,
                             std::string_view expected);

/// Does what follows a word at `end_of_word` make it the name of a condition rather than a literal
/// argument? `25 <= age`, `25(vip)` and `10 AND vip` are conditions that begin with a value, which
/// deserves to be said; `10, vip` is not.
[[nodiscard]] bool makes_condition(std::u32string_view text, std::size_t end_of_word);

}  // namespace tagline::dsl
