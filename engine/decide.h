// Decide: sets that depend on all users at once (Op::Top, Bottom, SampleSize, Lookalike) are found
// before the program runs and given to it as rows, the row's id being the node's.
#pragma once

#include "engine/computed_rows.h"
#include "engine/execute.h"
#include "engine/largest.h"

namespace tagline::engine {

/// Whether nodes of an op are such sets.
[[nodiscard]] constexpr bool over_all_users(Op op) {
  return op >= Op::Top;
}

/// Finds the sets of such nodes below `root` that `rows` does not have yet, inner ones first, and
/// returns the root of a plan that reads them as rows. Without any it is `root`, at no cost but a
/// walk over the nodes.
[[nodiscard]] Result<NodeId> decide(Plan& plan, NodeId root, const Source& source,
                                    const ExecuteOptions& options, ComputedRows& rows,
                                    ExecuteStats* stats);

/// That plan, without finding anything.
[[nodiscard]] NodeId with_sets_as_rows(Plan& plan, NodeId root);

/// A computed row's id that no node has: for sets a step needs while it runs.
inline constexpr RowId kScratchSet = 0xFFFF'FFFFU;
/// Another, for users whose membership is asked (engine/page.h); those go down from the first.
inline constexpr RowId kAskedSet = 0x8000'0000U;

/// A number field among the users of a set, as engine/largest.h wants it; `sign` -1 turns it round.
/// Users without the number are in none of its intervals. Source, options and stats outlive it.
struct Measured {
  const Source& source;
  const ExecuteOptions& options;
  ExecuteStats* stats = nullptr;
};
[[nodiscard]] Result<Measure> number_measure(const Measured& how, RowKey among, FieldId field,
                                             std::int64_t sign);

}  // namespace tagline::engine
