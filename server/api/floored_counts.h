// Counts for callers with a privacy floor K: what they are told gives away no number of fewer than
// K people, neither by itself nor as the difference of two answers.
//
// A count is suppressed
//  - below K, and where it leaves out fewer than K of all people, 0 included: who knows that a
//  group
//    is one person would see from 0 or "suppressed" whether that one is in it;
//  - when the expression and an earlier one of this caller select the same people but for fewer
//  than
//    K, or between them all people but for fewer than K: one answer less the other would be about
//    those. That is so for two ways to write one group too. The same expression (canonical) may be
//    asked again at any time.
// Which of these it was is not said: that would tell again what the count would have told.
//
// Expressions with top, bottom, sample or lookalike are refused: a group of K - 1, made to size,
// joined with a person shows by a count or none whether the person is selected.
//
// What was told before is counted anew when the data has changed, so earlier and later answers are
// compared as of now: also one that is asked again, whose group may have come near another's.
// grammar-docs/http.md says what this does not protect from.
#pragma once

#include "engine/result.h"
#include "server/api/route.h"
#include "server/service.h"

#include <span>
#include <string>
#include <vector>

namespace tagline::server {

struct FlooredCount {
  /// Without the numbers of people that warnings and hints would have. A suppressed count is 0
  /// here.
  Outcome<Answer> outcome;
  bool suppressed = false;
};

struct FlooredCounts {
  BatchStats batch;                  ///< its state is that of all answers
  std::vector<FlooredCount> counts;  ///< one an expression, in order
};

/// Of today. All over one state of the data and within the call's budget; what cannot be compared
/// within it is refused (Forbidden, or the budget's error). Busy when the caller or somebody who
/// writes was faster each time. Cost: that of a batch, and a count for each earlier answer that
/// comes near or is of an older state.
[[nodiscard]] Result<FlooredCounts> floored_counts(const Call& call,
                                                   std::span<const std::string> expressions);

/// Whether a count is not told.
[[nodiscard]] bool is_suppressed(std::uint64_t count, std::uint64_t population,
                                 std::uint64_t floor);

}  // namespace tagline::server
