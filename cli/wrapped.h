// Text in lines of a width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// The parts of a text between which it may be broken; words end with their blanks. Their sum is
/// the text.
[[nodiscard]] std::vector<std::string> pieces_of(std::string_view text);

/// Lines of at most `cells` columns of a terminal, broken at blanks and between Chinese characters,
/// never before a sign that closes or behind one that opens. A word that is longer stands alone.
/// Cost: O(text).
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t cells);

}  // namespace tagline::cli
