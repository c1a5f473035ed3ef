// Cross counts: how many users of a segment are in each row of one list and each row of another: a
// table of two tags.
//
// Where the rows of one list are apart, which values of a single-valued tag always are, an index
// says for each user of a block which of them it is in (128 KB, in the second-level cache), and the
// members of the other list's rows are looked up in it: every user once, instead of every pair of
// rows. That they are apart is not taken from the caller but seen while the index is written. Few
// rows against few rows are cheaper pair by pair, and values of two sets have to be met so.
#pragma once

#include "engine/sweep.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

/// Limits; above, TooLarge. The fragments of both lists are held for a shard: 450 B each and
/// thread, so 60 MB at most; and 8 B a cell and thread.
inline constexpr std::size_t kCrossRowsMax = (std::size_t{1} << 16U) - 1;  // of either list
inline constexpr std::size_t kCrossCellsMax = std::size_t{1} << 22U;

/// counts[i * columns.size() + j]: users of the sweep's first answer in rows[i] and columns[j].
/// Answers InTurn will do. Cost a block: about 1 ns a member of both lists by the index; else 60 ns
/// a pair at most. The sweep's threads and budget hold;
/// the budget is also checked between rows.
/// TooLarge when a table of so many values of one tag and of another is.
[[nodiscard]] Status check_cross_size(std::size_t rows, std::size_t columns);
[[nodiscard]] Result<std::vector<std::uint64_t>> cross_counts(const Sweep& sweep,
                                                              std::span<const RowKey> rows,
                                                              std::span<const RowKey> columns,
                                                              ExecuteStats* stats = nullptr);

}  // namespace tagline::engine
