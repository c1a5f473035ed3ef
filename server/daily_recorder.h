// DailyRecorder: takes what is kept of the past, day by day: the points of saved segments
// (server/segment_history.h) and how the values of tags are spread (server/tag_spread.h).
//
// A day is taken soon after it is over in the zone of the database; when the server was not up
// then, as soon as it is. Days that went by without a server are not made up for, but for the last
// one.
#pragma once

#include "engine/budget.h"
#include "engine/error.h"
#include "storage/store.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace tagline::server {

struct DailyOptions {
  std::uint64_t keep_days = 400;  ///< of points and spreads
  unsigned threads = 1;           ///< that count; queries of people come first
  /// Told of the store's failures, and of segments that cannot be computed; may be empty. On the
  /// recorder's thread.
  std::function<void(const Error&)> report = {};
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

/// Thread-safe. A failure leaves what was taken, and is tried again ten minutes later.
class DailyRecorder {
 public:
  /// `store`, opened for writing, outlives it.
  DailyRecorder(storage::Store& store, DailyOptions options);
  ~DailyRecorder();  ///< cancels what is being counted; what is missing is taken at the next start
  DailyRecorder(const DailyRecorder&) = delete;
  DailyRecorder& operator=(const DailyRecorder&) = delete;

  struct Figures {
    std::optional<std::chrono::sys_days> day;  ///< the last that was taken, by this process
    std::uint64_t points = 0;                  ///< of segments
    std::uint64_t spreads = 0;                 ///< of tags
    std::uint64_t failures = 0;  ///< of the store, and segments that cannot be computed, a day each
    std::chrono::nanoseconds time{};
  };
  [[nodiscard]] Figures figures() const;
  /// Looks at the clock again now; returns when it has: for clocks that jump, and tests.
  void look();

 private:
  void work();
  /// Whether it was done.
  [[nodiscard]] bool take();
  /// How long from now until the next day begins.
  [[nodiscard]] std::chrono::seconds until_next_day() const;

  storage::Store& store_;
  const DailyOptions options_;
  engine::Budget budget_;
  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable changed_;
  Figures figures_;
  std::uint64_t asked_ = 0;  ///< looks
  std::uint64_t looked_ = 0;
  bool closing_ = false;
  std::thread thread_;  // the last: it uses all above
};

}  // namespace tagline::server
