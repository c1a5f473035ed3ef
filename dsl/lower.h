// lower: bound condition -> plan. The only place where the closed ranges of the language meet the
// engine's rows.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "engine/plan.h"

namespace tagline::dsl {

/// Adds the condition to `plan` and returns its root. REQUIRES: `bound` came from a check that was
/// ok against a catalogue that is runnable (a check against such a catalogue has already refused
/// what cannot be run).
[[nodiscard]] engine::NodeId lower(const Bound& bound, engine::Plan& plan);

}  // namespace tagline::dsl
