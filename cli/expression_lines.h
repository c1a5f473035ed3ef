// An expression in lines of a width, to be read; it may be typed as it stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// Lines of at most `cells` columns with `indent` blanks in front, further ones with two more.
/// Broken before AND and OR and behind commas; where no such place is, at blanks; never within
/// quotes, so that the lines together mean what the expression does. A command of the terminal with
/// its arguments is broken likewise. `cells` 0: one line a line of
/// the text. Cost: O(text).
[[nodiscard]] std::vector<std::string> expression_lines(std::string_view expression, unsigned cells,
                                                        unsigned indent = 0);

}  // namespace tagline::cli
