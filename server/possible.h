// Possible: whether clauses can hold, and others not, of one user at the same time.
#pragma once

#include "dsl/bound.h"

#include <vector>

namespace tagline::server {

/// A clause, and whether it is to hold.
struct Literal {
  const dsl::Bound* clause = nullptr;
  bool holds = false;
};

/// False when no history of events and no ranking can make all of it so: did(purchase, count >= 8)
/// without did(purchase, count >= 7), the last 30 days without ever, a sequence without its steps,
/// the first ten without the first twenty. True when in doubt (amounts are compared only where
/// event, keys and window are the same; more than two windows are compared two by two).
/// Cost: the square of the number of literals.
[[nodiscard]] bool possible(const std::vector<Literal>& literals);

}  // namespace tagline::server
