// WorkerPool: threads that are kept. Starting one a query costs 50 to 75 us, as much as many a
// query.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tagline::engine {

/// Thread-safe. Callers work themselves and are helped by workers that happen to be free, so a busy
/// pool delays nobody, and work may itself call `run`.
class WorkerPool {
 public:
  explicit WorkerPool(unsigned workers);
  /// REQUIRES: no `run` in progress.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// The pool of this process: one worker fewer than the machine has cores. Started at first use.
  [[nodiscard]] static WorkerPool& shared();

  [[nodiscard]] unsigned workers() const { return static_cast<unsigned>(threads_.size()); }

  /// Calls `work` on the caller's thread and on up to `helpers` workers at the same time; returns
  /// when every call has returned. `work` takes its share from a queue of the caller's and returns
  /// when that is empty: helpers that have not come by the time the caller is done are sent away.
  void run(unsigned helpers, const std::function<void()>& work);

 private:
  struct Job {
    const std::function<void()>* work;
    unsigned wanted;            ///< helpers that may still join
    unsigned running;           ///< helpers at work
    std::exception_ptr thrown;  ///< by one of them
  };
  void serve();

  std::mutex mutex_;  ///< guards jobs_, every Job in it and stopping_
  std::condition_variable wake_;
  std::condition_variable left_;
  std::deque<Job*> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tagline::engine
