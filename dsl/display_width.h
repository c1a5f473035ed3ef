// How wide text is on a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace tagline::dsl {

/// 0 for combining marks and other characters that take no room, 2 for East Asian Wide and
/// Fullwidth, else 1 (Ambiguous is narrow, as in every terminal outside legacy East Asian code
/// pages).
[[nodiscard]] unsigned display_width(char32_t point);
/// Columns of UTF-8 text; an invalid byte counts as one.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace tagline::dsl
