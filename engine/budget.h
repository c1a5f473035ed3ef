// Budget: what a query may use, and how it is stopped.
#pragma once

#include "engine/result.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace tagline::engine {

/// Checked between blocks by every thread of a query. `cancelled` may be set from any thread.
struct Budget {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  /// Bytes that the query may hold at a time: registers and fragments in hand (looked at before
  /// every block), what its answers are collected in (after every shard of a thread), and sets
  /// decided over all users (when they are). Not counted are plans, programs, lists a caller gives,
  /// and the stored bytes themselves, which belong to the system's page cache.
  std::optional<std::uint64_t> memory;
  std::atomic<bool> cancelled{false};

  /// Cancelled, DeadlineExceeded, or TooLarge (memory), when the query must stop.
  [[nodiscard]] Status check() const;

  /// What the query holds now, and held at most. Kept by MemoryShare.
  [[nodiscard]] std::uint64_t held() const { return held_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t most_held() const { return most_.load(std::memory_order_relaxed); }

 private:
  friend class MemoryShare;
  // A query is given its budget to look at; what it holds is the one thing it writes there.
  mutable std::atomic<std::uint64_t> held_{0};
  mutable std::atomic<std::uint64_t> most_{0};
};

/// One thread's part of what a query holds; given back at the end. One thread.
class MemoryShare {
 public:
  /// `budget` may be null, and outlives this.
  explicit MemoryShare(const Budget* budget) : budget_(budget) {}
  ~MemoryShare() { set(0); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  /// It holds so many bytes now.
  void set(std::uint64_t bytes);

 private:
  const Budget* budget_;
  std::uint64_t held_ = 0;
};

}  // namespace tagline::engine
