// Which language a call is answered in.
#pragma once

#include "dsl/diagnostic.h"

namespace tagline::cli {

/// --lang, else the locale. It decides the language of --help and of usage errors too, so it is
/// looked for before the command line is parsed.
[[nodiscard]] dsl::Language language_of(int argc, char** argv);

}  // namespace tagline::cli
