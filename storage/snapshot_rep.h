// What a Snapshot holds. Private to storage/.
#pragma once

#include "storage/database.h"
#include "storage/delta.h"
#include "storage/row_cursors.h"
#include "storage/snapshot.h"

#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

namespace tagline::storage {

/// Destroyed from the bottom up: the cursors, their transaction, then the pass of the gate.
struct Snapshot::Rep {
  Rep(Reading opened, MetaRecord read, std::shared_ptr<const Delta> changes, Cursor walker)
      : reading(std::move(opened)),
        meta(std::move(read)),
        delta(std::move(changes)),
        fragments(std::move(walker)),
        rows(reading.txn) {}

  Reading reading;
  using Kept = std::shared_ptr<const MergedRow>;
  /// The fragment with the changes over it. It points into `own`, which outlives it.
  [[nodiscard]] Result<engine::Fragment> merged(engine::RowKey row, engine::ShardId shard,
                                                Kept& own);
  /// The fragments alone.
  [[nodiscard]] Result<engine::Fragment> stored(engine::RowKey row, engine::ShardId shard);

  const MetaRecord meta;
  const std::shared_ptr<const Delta> delta;  ///< never null
  std::mutex mutex;  ///< guards reading.txn and the cursors: LMDB wants one thread at a time in a
                     ///< transaction
  Cursor fragments;  ///< for walks over many rows
  RowCursors rows;
  std::mutex keeping;             ///< guards kept
  std::unordered_set<Kept> kept;  ///< rows that fragments of this snapshot point into
  engine::BorrowCount borrows{0};
};

}  // namespace tagline::storage
