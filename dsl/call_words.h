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
/// The event a call is about, when it has keys, and whether the option's value is one of them.
struct Keyed {
  const Event* event = nullptr;
  bool is_key = false;
};
[[nodiscard]] Wording words_for_unknown_option(const Function& function, const Tree& call,
                                               const Tree& argument, const Keyed& keyed);
/// did(purchase, 最近30天), did(purchase, 2次): the option that was meant by a further argument, as
/// it is written; "" when none was.
[[nodiscard]] std::string meant_argument(const Checking& checking, const Tree& call,
                                         const Tree& argument);
/// `bare`: the argument `by` without a value; null when there is none.
[[nodiscard]] Wording words_for_missing_by(const Checking& checking, const Tree& call,
                                           const Tree* bare);

}  // namespace tagline::dsl
