// DeltaLog: the delta of a transaction, from the records in it and from what was read before.
// Private to storage/.
#pragma once

#include "storage/delta.h"
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"

#include <deque>
#include <memory>
#include <mutex>

namespace tagline::storage {

/// One a Store; thread-safe. It keeps the newest deltas, so that a reader whose transaction began
/// just before a commit need not read all records again.
class DeltaLog {
 public:
  /// The delta of the state that `txn` reads, of which `meta` is the record. Cost: nothing when it
  /// is known; else that of the records added since the newest one known, or of all. Corrupt when a
  /// record is missing or damaged.
  [[nodiscard]] Result<std::shared_ptr<const Delta>> of(const Transaction& txn,
                                                        const MetaRecord& meta);
  /// What a commit made, so that nobody has to read it.
  void publish(std::shared_ptr<const Delta> delta);

 private:
  [[nodiscard]] std::shared_ptr<const Delta> best(const MetaRecord& meta) const;

  std::mutex mutex_;                               ///< guards kept_
  std::deque<std::shared_ptr<const Delta>> kept_;  ///< newest last
  const std::shared_ptr<MergedRoom> room_ = std::make_shared<MergedRoom>();
};

/// The key of a record in KeySpace::Changes.
[[nodiscard]] std::array<std::byte, 8> change_key(std::uint64_t number);

}  // namespace tagline::storage
