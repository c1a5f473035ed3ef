// parse: folded code points -> tree, or the first fault. The whole grammar is in grammar.cc.
#pragma once

#include "dsl/limits.h"
#include "dsl/scan.h"
#include "dsl/tree.h"

#include <optional>

namespace tagline::dsl {

struct Parsed {
  Tree tree;
  std::optional<Fault> fault;
  /// With a fault: the last condition that was read to its end before it; empty when there was
  /// none.
  Span before;
};

/// REQUIRES: `scanned.fault` is empty. O(length); recursion is bounded by limits.depth.
[[nodiscard]] Parsed parse(const Scanned& scanned, const Limits& limits);

}  // namespace tagline::dsl
