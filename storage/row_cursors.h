// RowCursors: places in the fragments, one a row, so that a row's next shard is found where the
// last one was: a query asks for the same rows shard after shard. Where the cursor stands on the
// page already, LMDB does not search from the root of the tree: half the instructions of a look-up.
#pragma once

#include "engine/layout.h"
#include "storage/lmdb_environment.h"

#include <array>
#include <cstddef>
#include <optional>

namespace tagline::storage {

/// Ends before its transaction does. One thread at a time. At most kPlaces cursors of 0.5 KB,
/// opened when first wanted; rows that meet in a place share it.
class RowCursors {
 public:
  /// `txn` outlives it.
  explicit RowCursors(const Transaction& txn) : txn_(&txn) {}

  /// The stored value of a fragment; nothing when there is none.
  [[nodiscard]] Result<std::optional<Bytes>> find(engine::RowKey row, engine::ShardId shard);

 private:
  static constexpr std::size_t kPlaces = 1024;

  const Transaction* txn_;
  std::array<std::optional<Cursor>, kPlaces> places_;
};

}  // namespace tagline::storage
