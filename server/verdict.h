// Verdict: what an expression says of one user, node by node, and which of its nodes decide.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "engine/execute.h"
#include "engine/result.h"
#include "storage/snapshot.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// How a node follows from its operands.
enum class Logic : std::uint8_t { Leaf, All, Any, Not, AtLeast };

/// The everyone that `sample(10%)` and `top(5, by:age)` leave out: an operand without words.
[[nodiscard]] inline bool is_unwritten(const dsl::Bound& operand) {
  return operand.kind == dsl::BoundKind::Everyone && operand.span.begin == operand.span.end;
}

struct Verdict {
  Logic logic = Logic::Leaf;
  const dsl::Bound* bound = nullptr;  ///< lives as long as the checked expression
  std::string text;                   ///< as written; of a segment's rule: as written there
  bool holds = false;
  bool decides = false;        ///< with the other deciding leaves it settles the outcome
  bool of_sample = false;      ///< the leaf "belongs to the sample" of a sample(share, ...)
  std::int64_t threshold = 0;  ///< AtLeast
  std::size_t leaf = 0;        ///< Leaf: its number, depth first
  std::vector<Verdict> operands;
};

/// Judges `bound` (checked from `text` against `catalogue`) for one user. Rules of segments are
/// judged in place of their names. Marks the deciding leaves: the fewest whose outcome alone
/// settles the whole, whatever the others are. Cost: one count of one block a leaf; a leaf that
/// ranks people (top, sample of n, lookalike) costs what it costs to rank them.
[[nodiscard]] Result<Verdict> judge(const dsl::Bound& bound, std::string_view text,
                                    const dsl::Catalogue& catalogue,
                                    const storage::Snapshot& snapshot, engine::UserIndex user,
                                    const engine::ExecuteOptions& options);

/// The outcome that follows when the leaves are as said.
[[nodiscard]] bool outcome(const Verdict& verdict, const std::vector<bool>& leaves);

/// The leaves in the order of their numbers.
[[nodiscard]] std::vector<const Verdict*> leaves_of(const Verdict& verdict);

}  // namespace tagline::server
