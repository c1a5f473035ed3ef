// IngestQueue: batches of operations from many callers, committed together: one sync of the disk
// for all who wait (group commit: D. Gawlick and D. Kinkade, "Varieties of concurrency control in
// IMS/VS Fast Path", 1985).
#pragma once

#include "ingest/apply.h"
#include "server/api/metrics.h"
#include "server/change_folder.h"
#include "storage/store.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace tagline::server {

/// Thread-safe. One thread commits what has gathered while it made the commit before; nobody else
/// waits but who wants to.
class IngestQueue {
 public:
  /// Operations of one commit at most, one batch aside.
  static constexpr std::size_t kTogether = 20'000;
  static constexpr std::size_t kBatchesTogether = 256;
  /// Operations that wait for a commit at most; who brings more is refused (Busy).
  static constexpr std::size_t kWaitingMax = 200'000;
  /// How long a commit waits for room beside the fragments before its batches are refused (Busy).
  static constexpr std::chrono::seconds kPatience{5};

  using Done = std::function<void(ingest::IngestBatch)>;

  explicit IngestQueue(storage::Store& store, FoldOptions folding = {});
  ~IngestQueue();  ///< commits what has gathered, then ends
  IngestQueue(const IngestQueue&) = delete;
  IngestQueue& operator=(const IngestQueue&) = delete;

  /// Calls `done` once, on the committing thread, when the batch is on disk and in every answer, or
  /// its outcome says why not; at once when it cannot wait. `done` must not wait, nor throw.
  void add(ingest::IngestBatch batch, Done done);
  /// The same, and waits for it.
  void apply(ingest::IngestBatch& batch);
  /// Waits until what was to be folded is (ChangeFolder).
  void finish_folding() { folder_.finish(); }
  /// For others who write changes: as ChangeFolder's, with kPatience.
  [[nodiscard]] std::optional<Error> wait_for_room() {
    return folder_.wait_for_room(std::chrono::steady_clock::now() + kPatience);
  }
  void note(const storage::Unfolded& left) { folder_.note(left); }

  struct Figures {
    std::uint64_t commits = 0;
    std::uint64_t operations = 0;  ///< done
    std::uint64_t waiting = 0;     ///< operations that wait for a commit
    ChangeFolder::Figures folding;
  };
  [[nodiscard]] Figures figures() const;
  /// From a batch's coming to its acknowledgement.
  [[nodiscard]] const TimeHistogram& waits() const { return waits_; }
  /// Of commits.
  [[nodiscard]] const TimeHistogram& commit_times() const { return commit_times_; }

 private:
  struct Waiting {
    ingest::IngestBatch batch;
    Done done;
    std::chrono::steady_clock::time_point came;
  };
  void work();
  [[nodiscard]] std::vector<Waiting> take();
  void commit(std::vector<Waiting>& some) noexcept;

  ChangeFolder folder_;
  ingest::Applier applier_;  ///< of the committing thread
  TimeHistogram waits_;
  TimeHistogram commit_times_;
  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  Figures figures_;
  bool closing_ = false;
  std::thread thread_;  // the last: it uses all above
};

}  // namespace tagline::server
