// Lookalike: the users outside a set (the seed) who are most like those in it.
//
// Method "log-odds-v1". A feature is something a user has or has not: a row of a tag, or a number
// within a range; the values of a number are cut into up to 8 ranges of about as many users. The
// weight of a feature is how much having it raises the odds of being in the seed:
//
//   weight = ln((a + 1/2) / (A - a + 1/2)) - ln((b + 1/2) / (B - b + 1/2))
//
// where a of the A users in the seed and b of the B others have it (the halves keep rare features
// finite; J. Haldane, 1956), in steps of 1/32. Of all features the 64 that say most about being in
// the seed (by mutual information) are kept. A user's score is the sum of the weights of the
// features they have: a bit-sliced total. The n users outside the seed with the highest scores are
// chosen; of equal scores the lowest index. So the answer depends on the data alone. Nobody is like
// nobody: of an empty seed the answer is empty.
#pragma once

#include "engine/execute.h"
#include "engine/plan.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tagline::engine {

inline constexpr std::string_view kLookalikeMethod = "log-odds-v1";
inline constexpr std::size_t kLookalikeFeaturesMax = 64;
inline constexpr std::size_t kLookalikeRangesMax = 8;
/// Weights are whole numbers of so many to one (natural logarithm).
inline constexpr int kLookalikeWeightScale = 32;

/// The methods that choose people in a plan: kLookalikeMethod, or none. O(nodes).
[[nodiscard]] std::vector<std::string_view> methods_of(const Plan& plan, NodeId root);

struct LookalikeFeature {
  RowKey row;                     ///< as in Node::features
  std::optional<Interval> range;  ///< of a number
  std::int64_t weight = 0;        ///< times kLookalikeWeightScale; never 0
  double information = 0;         ///< mutual information with the seed, in nats
  std::uint64_t in_seed = 0;      ///< users of the seed who have it
  std::uint64_t in_rest = 0;      ///< other users who have it
};

/// The features that decide a Lookalike node, most telling first. For explain. REQUIRES: `id` is a
/// Lookalike.
[[nodiscard]] Result<std::vector<LookalikeFeature>> lookalike_features(
    Plan& plan, NodeId id, const Source& source, const ExecuteOptions& options = {});

/// The set of a Lookalike node whose operand has no sets still to be decided (engine/decide.h).
[[nodiscard]] Result<Bitmap> lookalike(Plan& plan, const Node& node, const Source& source,
                                       const ExecuteOptions& options, ExecuteStats* stats);

}  // namespace tagline::engine
