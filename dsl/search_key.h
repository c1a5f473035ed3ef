// search_key: how texts are compared when people look for something by a part of its name.
#pragma once

#include <string>
#include <string_view>

namespace tagline::dsl {

/// `text` without accents, case and width: "Café", "CAFE" and "ｃａｆｅ" are one. For finding only:
/// what names mean in an expression is decided by `match_key`. Bytes that are not UTF-8 are folded
/// by `match_key` too. O(length).
[[nodiscard]] std::string search_key(std::string_view text);

}  // namespace tagline::dsl
