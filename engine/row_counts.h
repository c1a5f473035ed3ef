// Row counts: how many users of each answer are in each of many rows. A breakdown of segments by
// the values of a tag, or of all tags at once.
//
// The answers of a shard are kept, 16 blocks of 8 KB each, and the rows' fragments streamed past
// them, each fetched once a shard and let go of at once. Memory does not grow with the rows, but
// for the counts themselves.
#pragma once

#include "engine/sweep.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

/// Limits; above, TooLarge.
inline constexpr std::size_t kBrokenDownAnswersMax = 64;             // 128 KB each and thread
inline constexpr std::size_t kRowCountsMax = std::size_t{1} << 22U;  // answers x rows; 8 B each

/// Rows from one look at the budget to the next.
inline constexpr std::size_t kRowsAtOnce = 32;

/// counts[answer][row], as the sweep's roots and `rows` are given; a row may come twice. Answers
/// InTurn will do. Cost a block: an array's members are probed (0.1 ns each in a long one, 0.4 in
/// one of 200; Kernels::probe), a bitset is a pass of 60 ns, rows are met by a pass over the
/// answer's members where those are few; a container where the answer is nobody or everybody is not
/// read. So 300 values of a tag that everybody has take about 20 us a block, whatever the answer,
/// and a fetch each a shard. The sweep's threads and budget hold; the budget is also checked
/// between rows.
[[nodiscard]] Result<std::vector<std::vector<std::uint64_t>>> row_counts(
    const Sweep& sweep, std::span<const RowKey> rows, ExecuteStats* stats = nullptr);

}  // namespace tagline::engine
