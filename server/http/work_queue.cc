#include "server/http/work_queue.h"

#include <utility>

namespace tagline::server {

WorkQueue::WorkQueue(unsigned threads, std::size_t queued_max) : taken_max_(queued_max + threads) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

WorkQueue::~WorkQueue() {
  {
    const std::lock_guard lock(mutex_);
    queue_.clear();
  }
  finish();
}

bool WorkQueue::push(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || queue_.size() + running_ >= taken_max_) {
      return false;
    }
    queue_.push_back(std::move(work));
  }
  ready_.notify_one();
  return true;
}

void WorkQueue::push_next(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  ready_.notify_one();
}

void WorkQueue::finish() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

std::size_t WorkQueue::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::size_t WorkQueue::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) {
      return;
    }
    std::function<void()> next = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    next();
    next = nullptr;  // what it holds goes before the lock is taken
    lock.lock();
    --running_;
  }
}

}  // namespace tagline::server
