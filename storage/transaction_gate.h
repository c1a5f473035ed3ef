// TransactionGate: lets transactions run together, and a change of the memory map run alone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

namespace tagline::storage {

/// LMDB may resize its map only while this process has no transaction open. Every transaction holds
/// a Pass; `alone` waits until all are gone. It keeps new ones out for kShutMost at most, so that a
/// stream of queries cannot starve it, and only when none that is there is older: a long reader (a
/// load that reads its file, a backup) makes it wait, and nobody else. A thread that already holds
/// a pass gets another at once: it would wait for itself otherwise. (std::shared_mutex allows
/// neither.) Threads: thread-safe. A Pass ends on the thread that got it.
class TransactionGate {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kShutMost{500};

  class Pass {
   public:
    explicit Pass(TransactionGate& gate);
    Pass(TransactionGate& gate, std::unique_lock<std::mutex> locked);
    ~Pass();
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), began_(other.began_) {}
    Pass& operator=(Pass&&) = delete;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    TransactionGate* gate_;
    std::list<Clock::time_point>::iterator began_;
  };

  [[nodiscard]] Pass enter() { return Pass(*this); }
  /// As enter(), but never waits: nothing when it would have to, or might.
  [[nodiscard]] std::optional<Pass> try_enter();
  /// Whether the calling thread holds a pass of this gate.
  [[nodiscard]] bool inside() const;
  /// Runs `fn` while nobody holds a pass. REQUIRES: !inside().
  void alone(const std::function<void()>& fn);

 private:
  std::mutex mutex_;  ///< guards all below
  std::condition_variable moved_;
  std::list<Clock::time_point> passes_;  ///< when each began, oldest first
  std::uint64_t loners_ = 0;             ///< that keep new passes out
};

}  // namespace tagline::storage
