// The card of a diagnostic in a window.
#pragma once

#include "dsl/diagnostic.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tagline::dsl {

/// card() (dsl/diagnostic.h) with no line wider than `cells` columns: of a longer text the part
/// around the fault is shown, "…" where it goes on, so that carets stay under what they point at;
/// what is said is wrapped. 0: as card(): lines are as long as they are, and of the text up to 120
/// characters.
[[nodiscard]] std::string card_within(const Diagnostic& diagnostic, std::string_view text,
                                      Language language, std::size_t cells);

}  // namespace tagline::dsl
