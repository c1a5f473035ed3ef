// WorkQueue: a fixed pool of threads behind a bounded queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tagline::server {

/// Thread-safe.
class WorkQueue {
 public:
  /// REQUIRES: threads is 1 or more.
  WorkQueue(unsigned threads, std::size_t queued_max);
  /// Waits for what runs; what is queued is dropped.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// False when the queue is full, or closed. Work must not throw.
  [[nodiscard]] bool push(std::function<void()> work);
  /// The next step of what was taken before, as if its first had not ended yet: never refused,
  /// though it waits its turn. REQUIRES: finish() was not called.
  void push_next(std::function<void()> work);
  /// Takes no more, runs what is queued, and ends its threads. By one thread at a time.
  void finish();
  [[nodiscard]] std::size_t running() const;
  [[nodiscard]] std::size_t queued() const;

 private:
  void work();

  const std::size_t taken_max_;  ///< running or queued
  mutable std::mutex mutex_;     // guards everything below but the threads
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  std::size_t running_ = 0;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tagline::server
