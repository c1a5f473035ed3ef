// chosen_people: expressions that make groups of a size somebody chose.
#pragma once

#include "dsl/bound.h"

namespace tagline::server {

/// Whether top, bottom, sample or lookalike stands in it, or in the rule of a segment it names.
[[nodiscard]] bool chooses_people(const dsl::Bound& bound);

}  // namespace tagline::server
