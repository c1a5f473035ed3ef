// Rewrites: plan to equivalent plan, cheaper to run. Each pass is one law (or a few of a kind), has
// a name, a switch and a timer, and is tested to keep meaning alone and in any order.
#pragma once

#include "engine/budget.h"
#include "engine/plan.h"
#include "engine/source.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tagline::engine {

enum class Pass : std::uint8_t {
  Flatten,  ///< and(a, and(b, c)) = and(a, b, c); or likewise; not(not(a)) = a
  Fold,     ///< constants: a AND nothing = nothing, a OR everyone = everyone, at_least(1, ..) = or,
            ///< at_least(n of n) = and ...
  Absorb,   ///< a AND a = a; a AND (a OR b) = a; a AND NOT a = nothing; a OR NOT a = everyone;
            ///< (a OR b) without b = a without b, also for the days of an event
  MergeRanges,  ///< ranges of one number under and: intersection; under or: union where they meet
  Factor,       ///< (a AND b) OR (a AND c) = a AND (b OR c)
  PushNot,      ///< a AND NOT b = a without b; NOT (a OR b) within an and: without a, without b
  Complement,   ///< most values of a category = those who have any, without the other values
  Order,        ///< operands of And: fewest users first, by stored cardinalities
};
inline constexpr std::size_t kPassCount = 8;
[[nodiscard]] std::string_view name_of(Pass pass);

struct PassRun {
  Pass pass;
  std::chrono::nanoseconds time;
  bool changed;
};

struct RewriteOptions {
  std::array<bool, kPassCount> enabled = {true, true, true, true, true, true, true, true};
};

struct Rewritten {
  NodeId root;
  std::vector<PassRun> runs;
};

/// Adds the rewritten form to `plan` and returns its root. Law: for every source with the
/// population and the kinds of its fields as in engine/layout.h, the result selects the same users.
/// `source` gives cardinalities for Order and the rows of categories for Complement; it may be null
/// (then those two change nothing). Runs the passes until nothing changes, at most 4 rounds; of an
/// and or or of rows, all different, only those two, once: the others have nothing to do there.
///
/// A few operands can stand for many: a wide or that is taken away from a thousand things is
/// written out for each of them, so that this may take long. When the budget runs out on the way,
/// what is returned is rewritten as far as it came, and equal all the same; the caller's next look
/// at the budget tells.
[[nodiscard]] Rewritten rewrite(Plan& plan, NodeId root, const Source* source,
                                const RewriteOptions& options = {}, const Budget* budget = nullptr);

}  // namespace tagline::engine
