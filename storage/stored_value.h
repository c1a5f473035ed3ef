// stored_value: what the fragments say that one user has, and which rows of a cell they have.
// Private to storage/.
#pragma once

#include "storage/change.h"
#include "storage/lmdb_environment.h"
#include "storage/user_rows.h"

#include <optional>
#include <vector>

namespace tagline::storage {

/// The rows of a cell that have a fragment in the shard, ascending. About two look-ups a row that
/// the cell has in any shard.
[[nodiscard]] Result<std::vector<engine::RowId>> stored_rows(const Transaction& txn,
                                                             engine::FieldId field, CellShape shape,
                                                             engine::RowId cell,
                                                             engine::ShardId shard);

/// What the fragments of a cell say of a user, whatever has changed since. Cost: that of the walk
/// (UserRows::each) over the rows of the cell, of a category up to the user's.
[[nodiscard]] Result<std::optional<std::int64_t>> stored_value(UserRows& rows,
                                                               engine::FieldId field,
                                                               CellShape shape, engine::RowId cell);
[[nodiscard]] Result<std::optional<std::int64_t>> stored_value(const Transaction& txn,
                                                               engine::FieldId field,
                                                               CellShape shape, engine::RowId cell,
                                                               engine::UserIndex user);

}  // namespace tagline::storage
