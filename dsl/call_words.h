// Wordings of faults of calls that need a search: misspelt functions and options, and what to rank
// by.
#pragma once

#include "dsl/checker.h"
#include "dsl/functions.h"
#include "dsl/message.h"
#include "dsl/suggest.h"
#include "dsl/tree.h"

#include <string_view>
#include <vector>

namespace tagline::dsl {

[[nodiscard]] std::vector<Candidate> near_options(const Function& function, std::string_view name);

[[nodiscard]] Wording words_for_unknown_function(Checking& checking, const Tree& call);
[[nodiscard]] Wording words_for_unknown_option(const Function& function, const Tree& call,
                                               const Tree& argument);
/// `bare`: the argument `by` without a value; null when there is none.
[[nodiscard]] Wording words_for_missing_by(const Checking& checking, const Tree& call,
                                           const Tree* bare);

}  // namespace tagline::dsl
