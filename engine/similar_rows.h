// Similar rows: which of many rows have nearly the same users, by their Jaccard index: users in
// both over users in either (P. Jaccard, "The distribution of the flora in the alpine zone", 1912).
#pragma once

#include "engine/budget.h"
#include "engine/layout.h"
#include "engine/result.h"
#include "engine/source.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

struct CandidateRow {
  RowKey row;
  std::uint32_t group = 0;  ///< rows of one group are not compared with each other
};

struct SimilarOptions {
  double share = 0.95;             ///< the least index, above 0, at most 1
  const Budget* budget = nullptr;  ///< looked at before every block; null: no limits
};

struct SimilarPair {
  std::size_t a = 0;  ///< places among the candidates, a < b
  std::size_t b = 0;
  std::uint64_t both = 0;
  std::uint64_t either = 0;
};

/// All pairs whose index is `share` or more, exactly, in order. Rows without users are like none.
/// TooLarge when more than kSimilarPairsMax pairs have sizes that allow it.
///
/// Sizes alone rule most pairs out: the index is at most the smaller over the larger. The others
/// are counted block by block, and a pair is dropped as soon as what is left of either row could no
/// longer make up for what they were found to differ in, which for rows that have nothing to do
/// with each other is after a few blocks. Cost: 60 ns to 1 us a pair and block, the more the more
/// users both have, up to a thousand; half a KB a row, and 8 KB where it has runs.
[[nodiscard]] Result<std::vector<SimilarPair>> similar_rows(std::span<const CandidateRow> rows,
                                                            const Source& source,
                                                            const SimilarOptions& options);
/// 16 bytes each.
inline constexpr std::size_t kSimilarPairsMax = 8'000'000;

}  // namespace tagline::engine
