// ValueExpiry: takes away values whose time to live is over (ingest/expiry.h), in the background, a
// bounded step a transaction, so that commits of others come between.
#pragma once

#include "engine/error.h"
#include "ingest/expiry.h"
#include "storage/store.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace tagline::server {

struct ExpiryOptions {
  /// How often it looks: values are there so much longer than they should be, at most, and a step
  /// for each `at_once` that go together.
  std::chrono::milliseconds look{10'000};
  std::size_t at_once = 4'096;  ///< values of a step
  /// Seconds since 1970, UTC. On the thread of this.
  std::function<std::int64_t()> now_s;
  /// Asked before a step: why there is no room for changes now, after a while (ChangeFolder). May
  /// be empty.
  std::function<std::optional<Error>()> wait_for_room = {};
  /// Told what a step has left beside the fragments; may be empty.
  std::function<void(const storage::Unfolded&)> wrote = {};
  /// Told of each failure; may be empty.
  std::function<void(const Error&)> report = {};
};

/// Thread-safe. A failure loses nothing: it looks again when it would have.
class ValueExpiry {
 public:
  /// `store`, opened for writing, outlives it. Looks at once.
  ValueExpiry(storage::Store& store, ExpiryOptions options);
  ~ValueExpiry();  ///< ends after the step under way; what is left goes by the next
  ValueExpiry(const ValueExpiry&) = delete;
  ValueExpiry& operator=(const ValueExpiry&) = delete;

  /// Looks now, and waits until all that has expired is gone, or it has failed.
  void finish();

  struct Figures {
    std::uint64_t values = 0;  ///< taken away
    std::uint64_t steps = 0;   ///< that took any
    std::uint64_t looks = 0;   ///< that ended without a failure
    std::uint64_t failures = 0;
    std::int64_t looked_s = 0;  ///< when the last such look ended, by `now_s`; 0: none has
  };
  [[nodiscard]] Figures figures() const;

 private:
  void work();
  /// Until nothing is left.
  [[nodiscard]] Status look();
  [[nodiscard]] Result<ingest::ExpiryStep> step(std::int64_t now_s);

  storage::Store& store_;
  const ExpiryOptions options_;
  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable changed_;
  Figures figures_;
  std::uint64_t wanted_ = 1;  ///< looks asked for
  std::uint64_t done_ = 0;    ///< of those
  bool closing_ = false;
  std::thread thread_;  // the last: it uses all above
};

}  // namespace tagline::server
