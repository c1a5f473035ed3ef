// IngestQueue: batches of operations from many callers, committed together: one sync of the disk
// for all who wait (group commit: D. Gawlick and D. Kinkade, "Varieties of concurrency control in
// IMS/VS Fast Path", 1985).
#pragma once

#include "ingest/apply.h"
#include "storage/store.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace tagline::server {

/// Thread-safe. The caller that finds nobody at work does what has gathered, its own batch and the
/// others', while those wait; what gathers meanwhile is done next.
class IngestQueue {
 public:
  /// Operations of one commit at most, one batch aside.
  static constexpr std::size_t kTogether = 20'000;
  static constexpr std::size_t kBatchesTogether = 256;
  /// Changes beside the fragments (storage/delta.h), and the records they are in, that are folded
  /// into them: all of it is in memory, and read by every program that opens the database.
  static constexpr std::uint64_t kUnfoldedMax = 400'000;
  static constexpr std::uint64_t kRecordsMax = 20'000;

  explicit IngestQueue(storage::Store& store) : applier_(store) {}

  /// Returns when the batch is on disk and in every answer, or its outcome says why not. Cost: up
  /// to two commits, and rarely a fold.
  void apply(ingest::IngestBatch& batch);

  struct Figures {
    std::uint64_t commits = 0;
    std::uint64_t operations = 0;  ///< done
    std::uint64_t folds = 0;
    std::uint64_t unfolded = 0;
  };
  [[nodiscard]] Figures figures() const;

 private:
  struct Waiting {
    ingest::IngestBatch* batch = nullptr;
    bool done = false;
  };
  void commit(const std::vector<ingest::IngestBatch*>& batches) noexcept;

  ingest::Applier applier_;   ///< of whoever is at work
  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable done_;
  std::vector<Waiting*> waiting_;
  bool at_work_ = false;
  Figures figures_;
};

}  // namespace tagline::server
