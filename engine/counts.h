// Counts: of many expressions in one pass (a dashboard), and of a conjunction without each of its
// clauses (which of them costs how many users).
#pragma once

#include "engine/sweep.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

/// Users of each answer. Answers InTurn are enough, and best: what they share is computed once,
/// nothing else is held.
[[nodiscard]] Result<std::vector<std::uint64_t>> counts(const Sweep& sweep,
                                                        ExecuteStats* stats = nullptr);

/// Users of each of many nodes of a plan, in one sweep where that can be: where its program would
/// be TooLarge, or a node cannot be counted, in two of half as many, and so on, so that an error is
/// of the nodes that have it (of all that were left, when the budget ran out). Nodes that are one
/// row are answered from stored cardinalities. Repeats cost nothing.
[[nodiscard]] std::vector<Result<std::uint64_t>> counts_of_nodes(Plan& plan,
                                                                 std::span<const NodeId> nodes,
                                                                 const Source& source,
                                                                 const ExecuteOptions& options,
                                                                 ExecuteStats* stats = nullptr);

struct WithoutEach {
  std::uint64_t all = 0;               ///< users in every clause
  std::vector<std::uint64_t> without;  ///< [i]: users in every clause but i, which may or may not
                                       ///< be in that
};

/// Of the conjunction of the sweep's answers, Together (else Internal). Without the only clause
/// that is the population.
///
/// In one pass: a user counts without clause i when she fails no other; so all that is wanted is
/// who fails none and who fails exactly one, which a carry-save step a clause keeps, and of those
/// who fail which. Cost a block: 0.5 us a dense clause, instead of a conjunction each; where two
/// clauses have few users, only those are looked at; where two have nobody, nothing is.
[[nodiscard]] Result<WithoutEach> count_without_each(const Sweep& sweep,
                                                     ExecuteStats* stats = nullptr);
/// Above, TooLarge: 8 KB a clause and thread.
inline constexpr std::size_t kClausesMax = 64;

}  // namespace tagline::engine
