// What is wrong with a command line, in both languages. CLI11 says it in English only; this knows
// its sentences, not the library.
#pragma once

#include "engine/error.h"

#include <string>
#include <string_view>

namespace tagline::cli {

/// `sentence`: what CLI11 says. One it does not know is kept as it is in both languages.
[[nodiscard]] Text usage_error(std::string_view sentence);

}  // namespace tagline::cli
