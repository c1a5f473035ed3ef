// Text for the man macros of roff.
#pragma once

#include <string>
#include <string_view>

namespace tagline::cli {

/// Text that prints as it is: nothing in it is a request, an escape or a sign of typography.
[[nodiscard]] std::string roff(std::string_view text);
/// The same of sentences: Chinese may be broken between its characters, which roff does not know.
[[nodiscard]] std::string roff_prose(std::string_view text);
[[nodiscard]] std::string roff_bold(std::string_view text);
[[nodiscard]] std::string roff_italic(std::string_view text);

}  // namespace tagline::cli
