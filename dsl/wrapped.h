// Text in lines of a width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

/// The parts of a text between which it may be broken; words end with their blanks. Their sum is
/// the text.
[[nodiscard]] std::vector<std::string> pieces_of(std::string_view text);

/// Lines of at most `cells` columns of a terminal, broken at blanks and between Chinese characters,
/// never before a sign that closes or behind one that opens. A word that is longer stands alone.
/// Cost: O(text).
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t cells);

/// A text of lines, each in lines of at most `cells` columns; what a line goes on in stands as far
/// in as the line began. A mark that it begins with ("- ", "1. ") counts as blanks. 0: the text as
/// it is.
[[nodiscard]] std::string wrapped_lines(std::string_view text, std::size_t cells);

/// The same where lines are no more than how the text was typed: those of a paragraph are joined
/// first. A blank line or another indentation ends a paragraph.
[[nodiscard]] std::string flowed(std::string_view text, std::size_t cells);

/// "error: " and what it is about, whose further lines stand under its first: with a line feed at
/// the end. 0: in one line.
[[nodiscard]] std::string labelled(std::string_view label, std::string_view text,
                                   std::size_t cells);

}  // namespace tagline::dsl
