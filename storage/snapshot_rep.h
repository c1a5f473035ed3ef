// What a Snapshot holds. Private to storage/.
#pragma once

#include "storage/database.h"
#include "storage/row_cursors.h"
#include "storage/snapshot.h"

#include <mutex>
#include <utility>

namespace tagline::storage {

/// Destroyed from the bottom up: the cursors, their transaction, then the pass of the gate.
struct Snapshot::Rep {
  Rep(Reading opened, MetaRecord read, Cursor walker)
      : reading(std::move(opened)),
        meta(std::move(read)),
        fragments(std::move(walker)),
        rows(reading.txn) {}

  Reading reading;
  const MetaRecord meta;
  std::mutex mutex;  ///< guards reading.txn and the cursors: LMDB wants one thread at a time in a
                     ///< transaction
  Cursor fragments;  ///< for walks over many rows
  RowCursors rows;
  engine::BorrowCount borrows{0};
};

}  // namespace tagline::storage
