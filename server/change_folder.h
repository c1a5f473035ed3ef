// ChangeFolder: writes changes that lie beside the fragments (storage/delta.h) into them, in the
// background, a bounded step a transaction, so that commits of others come between.
//
// Kinds of limit: from `begin` on it folds; from `most` on writers have to wait for it, as all of
// it is in memory and read by every program that opens the database.
#pragma once

#include "engine/error.h"
#include "storage/store.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace tagline::server {

/// Changes in memory, and the records they are in.
struct FoldLimit {
  std::uint64_t changes = 0;
  std::uint64_t records = 0;
  [[nodiscard]] bool is_over(const storage::Unfolded& now) const {
    return now.changes > changes || now.records > records;
  }
};

struct FoldOptions {
  FoldLimit begin{100'000, 4'000};
  FoldLimit most{2'000'000, 80'000};
  /// Of a step, without its commit.
  std::chrono::microseconds step{2'000};
  /// After a failure; doubled with each further one, up to `patience_most`.
  std::chrono::milliseconds patience{1'000};
  std::chrono::milliseconds patience_most{60'000};
  /// Told of each failure; may be empty. On the folder's thread.
  std::function<void(const Error&)> report = {};
};

/// Thread-safe. A failure loses nothing: changes stay where they are, and it is tried again.
class ChangeFolder {
 public:
  /// `store`, opened for writing, outlives it. Changes that are there already are folded, too.
  ChangeFolder(storage::Store& store, FoldOptions options);
  ~ChangeFolder();  ///< ends after the step under way; what is left is folded by the next
  ChangeFolder(const ChangeFolder&) = delete;
  ChangeFolder& operator=(const ChangeFolder&) = delete;

  /// Says what a commit has left beside the fragments.
  void note(const storage::Unfolded& now);
  /// Waits until there is room for more, at most until `until`; nothing then, else why not: Busy,
  /// with what hinders folding.
  [[nodiscard]] std::optional<Error> wait_for_room(std::chrono::steady_clock::time_point until);
  /// Waits until what was to be folded is, or folding has failed.
  void finish();

  struct Figures {
    storage::Unfolded unfolded;
    std::uint64_t folds = 0;
    std::uint64_t steps = 0;
    std::uint64_t failures = 0;
    std::chrono::nanoseconds time{};     ///< of all steps, commits included
    std::chrono::nanoseconds longest{};  ///< of a step
  };
  [[nodiscard]] Figures figures() const;

 private:
  void work();
  /// One step; how long to wait before the next.
  [[nodiscard]] std::chrono::nanoseconds step(storage::FoldMark& mark);

  storage::Store& store_;
  const FoldOptions options_;
  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable changed_;
  Figures figures_;
  std::optional<Error> failed_;  ///< the last try
  std::chrono::milliseconds patience_;
  bool folding_ = false;
  bool closing_ = false;
  std::thread thread_;  // the last: it uses all above
};

}  // namespace tagline::server
