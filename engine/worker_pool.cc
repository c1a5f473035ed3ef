#include "engine/worker_pool.h"

#include <algorithm>

namespace tagline::engine {

WorkerPool::WorkerPool(unsigned workers) {
  threads_.reserve(workers);
  for (unsigned i = 0; i < workers; ++i) {
    threads_.emplace_back([this] { serve(); });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

WorkerPool& WorkerPool::shared() {
  static WorkerPool pool(std::max(std::thread::hardware_concurrency(), 1U) - 1);
  return pool;
}

void WorkerPool::run(unsigned helpers, const std::function<void()>& work) {
  Job job{&work, std::min(helpers, workers()), 0, nullptr};
  const unsigned wanted = job.wanted;  // workers change the job once it is listed
  if (wanted > 0) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(&job);
    }
    wanted > 1 ? wake_.notify_all() : wake_.notify_one();
  }
  // Memory may run out in any thread. What one throws is thrown here, when all have left the job.
  std::exception_ptr thrown;
  try {
    work();
  } catch (...) {
    thrown = std::current_exception();
  }
  if (wanted > 0) {
    std::unique_lock lock(mutex_);
    std::erase(jobs_, &job);
    left_.wait(lock, [&] { return job.running == 0; });
    if (thrown == nullptr) {
      thrown = job.thrown;
    }
  }
  if (thrown != nullptr) {
    std::rethrow_exception(thrown);
  }
}

void WorkerPool::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) {
      return;
    }
    Job& job = *jobs_.front();
    ++job.running;
    if (--job.wanted == 0) {
      jobs_.pop_front();
    }
    lock.unlock();
    std::exception_ptr thrown;
    try {
      (*job.work)();
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    if (thrown != nullptr) {
      job.thrown = thrown;
    }
    if (--job.running == 0) {
      left_.notify_all();
    }
  }
}

}  // namespace tagline::engine
