// slices: users and their numbers turned into rows of bits.
#pragma once

#include "engine/bitmap.h"
#include "engine/layout.h"

#include <cstdint>
#include <map>
#include <span>

namespace tagline::ingest {

/// Rows of one shard: users by their index within it. Holds no empty bitmap.
using Rows = std::map<engine::RowId, engine::Bitmap>;

/// Adds `members` to a row; nothing when there are none.
void unite_row(Rows& rows, engine::RowId row, engine::Bitmap members);

/// `ascending`: distinct. Neighbours become one run.
[[nodiscard]] engine::Bitmap bitmap_of(std::span<const std::uint32_t> ascending);

/// Adds each user to the rows first_bit_row + b for the bits b set in their magnitude. `users`:
/// within the shard, ascending, distinct; `magnitudes`: of each. Cost: O(users * bits) where users
/// are few in a block, else six operations a user for all bits together: 64 users x 64 bits are
/// transposed at a time (Hacker's Delight, 7-3).
void add_slices(Rows& rows, engine::RowId first_bit_row, std::span<const std::uint32_t> users,
                std::span<const std::uint64_t> magnitudes);

}  // namespace tagline::ingest
