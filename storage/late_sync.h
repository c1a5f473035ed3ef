// LateSync: brings commits to the disk that were acknowledged before they were there, at most so
// long after them. Private to storage/.
//
// LMDB's order of writing stays as it is: the pages of a commit are synced before the page that
// makes them the newest state is written; only that page waits (MDB_NOMETASYNC), at the latest for
// the sync of the next commit. So the file is whole after any end, and what the machine's end may
// undo is the newest commit. MDB_NOSYNC would let pages reach the disk in any order, and the file
// could be lost with them.
#pragma once

#include "engine/result.h"
#include "storage/database.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace tagline::storage {

/// Thread-safe.
class LateSync {
 public:
  /// `database` outlives it.
  LateSync(Database& database, std::chrono::milliseconds interval);
  ~LateSync();  ///< syncs what has not been
  LateSync(const LateSync&) = delete;
  LateSync& operator=(const LateSync&) = delete;

  /// A commit has been made.
  void note();
  /// System once a sync has failed: what the disk has is not known then, so nothing may be written
  /// until the database is opened anew.
  [[nodiscard]] Status health() const;

 private:
  void work();

  Database& database_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable changed_;
  bool waiting_ = false;  ///< a commit is
  bool closing_ = false;
  std::optional<Error> failed_;
  std::thread thread_;  // the last: it uses all above
};

}  // namespace tagline::storage
