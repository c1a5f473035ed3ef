// display: tree -> the text people of one language would have written. The words of the language,
// of functions and of options are translated, and names become the catalogue's spelling in that
// language; what the catalogue does not know stays as it was typed.
//
// Law: what display writes parses, and means the same: check(display(check(text).tree, ...)) has
// the same canonical structure and the same bound condition. Canonical text (dsl/print.h) is the
// form to store and compare; this one is to be read.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/diagnostic.h"
#include "dsl/tree.h"

#include <string>
#include <string_view>

namespace tagline::dsl {

/// The spelling that readers of `language` expect: in Chinese the first one that is not ASCII
/// (chinese_name), in English the first one that is; the name when there is none.
template <class Entry>
[[nodiscard]] std::string_view name_in(const Entry& entry, Language language);

/// 30d, or 30天; 3mo, or 3个月.
[[nodiscard]] std::string to_text(const Length& length, Language language);
/// last 30d, this month; or 最近30天, 本月. `this day` is 今天 in Chinese.
[[nodiscard]] std::string to_text(const Period& period, Language language);

/// REQUIRES: `tree` came from parse (or keeps its invariants). A tree with errors displays too.
/// Cost: one look-up a name. Recursion is bounded by the brackets of the tree.
[[nodiscard]] std::string display(const Tree& tree, const Catalogue& catalogue, Language language);

}  // namespace tagline::dsl
