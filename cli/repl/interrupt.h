// Interrupt: Ctrl-C ends what runs, not the session.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace tagline::cli {

/// While it lives, SIGINT ends the line of a terminal, is remembered and calls `cancel` (on a
/// thread of its own). The end of the terminal (the file `terminal`) ends the program. One at a
/// time.
class Interrupt {
 public:
  Interrupt(std::function<void()> cancel, int terminal);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Whether whoever began the program said that SIGINT is to be ignored.
  [[nodiscard]] static bool is_ignored();

  /// What was remembered is forgotten.
  void clear() const;
  [[nodiscard]] bool happened() const;
  /// Waits so long, or until it happens; true when it has.
  bool wait_for(std::chrono::milliseconds time) const;

 private:
  void listen();

  const std::function<void()> cancel_;
  const int terminal_;
  int listening_ = -1;  ///< end of a pipe that the signal handler writes to
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable bool happened_ = false;
  std::thread thread_;
};

}  // namespace tagline::cli
