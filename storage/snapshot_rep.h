// What a Snapshot holds. Private to storage/.
#pragma once

#include "storage/database.h"
#include "storage/snapshot.h"

#include <mutex>
#include <utility>

namespace tagline::storage {

/// Destroyed from the bottom up: the cursor, its transaction, then the pass of the gate.
struct Snapshot::Rep {
  Rep(Reading opened, MetaRecord read, Cursor walker)
      : reading(std::move(opened)), meta(std::move(read)), fragments(std::move(walker)) {}

  Reading reading;
  const MetaRecord meta;
  std::mutex mutex;  ///< guards reading.txn and fragments: LMDB wants one thread at a time in a
                     ///< transaction
  Cursor fragments;  ///< kept from fetch to fetch: neighbours are often on the page it stands on
  engine::BorrowCount borrows{0};
};

}  // namespace tagline::storage
