// Pages of the reference (grammar-docs/), built into the program, for \help.
#pragma once

#include "cli/console.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// Titles of all pages in a language.
[[nodiscard]] std::vector<std::string> topics(dsl::Language language);
/// The same as lines of at most so many cells.
[[nodiscard]] std::string topic_list(dsl::Language language, unsigned cells);
/// The page whose title, in either language, is or has these words, or that of a code of a fault;
/// laid out for the console. "" when there is none.
/// The title of the first page whose title has the words, or whose text has them as a command; ""
/// when none.
[[nodiscard]] std::string topic_with(std::string_view words, dsl::Language language);
[[nodiscard]] std::string page_of_topic(std::string_view words, const Console& console);

}  // namespace tagline::cli
