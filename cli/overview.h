// What the program says when it is called without a word.
#pragma once

#include "dsl/diagnostic.h"

#include <string>

namespace tagline::cli {

/// The first steps, and all commands by what they are for: a page of a terminal.
[[nodiscard]] std::string overview(dsl::Language language);

}  // namespace tagline::cli
