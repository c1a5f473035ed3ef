// ProgressLine and ProgressTicker: one line on the terminal that is rewritten in place; nothing at
// all when standard error is not a terminal.
#pragma once

#include "cli/console.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace tagline::cli {

/// The line goes away when the object does. One thread.
class ProgressLine {
 public:
  explicit ProgressLine(Console& console);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// "text  ████▌     45%  1.2M/s  ETA 12 s". `whole` 0, or less than was done:
  /// no bar and no ETA, only what was done.
  void show(const std::string& text, std::uint64_t done, std::uint64_t whole);
  [[nodiscard]] double seconds() const;
  /// Whether it is time to show something: about ten times a second, after the first half.
  [[nodiscard]] bool is_due();

 private:
  void clear();
  Console& console_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
  bool drawn_ = false;
};

/// A line about something that tells nothing while it runs: a thread looks about ten times a second
/// from the first half second on, so that what is quick shows nothing. The console is the thread's
/// until the object goes, and the line with it. No thread where there is no terminal.
class ProgressTicker {
 public:
  using Look = std::function<void(ProgressLine&)>;
  ProgressTicker(Console& console, Look look);
  /// "counting ... 3.1 s".
  ProgressTicker(Console& console, const Text& what);
  ~ProgressTicker();
  ProgressTicker(const ProgressTicker&) = delete;
  ProgressTicker& operator=(const ProgressTicker&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace tagline::cli
