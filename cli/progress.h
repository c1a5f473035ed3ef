// ProgressLine: one line on the terminal that is rewritten in place; nothing at all when standard
// error is not a terminal.
#pragma once

#include "cli/console.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace tagline::cli {

/// The line goes away when the object does. One thread.
class ProgressLine {
 public:
  explicit ProgressLine(Console& console);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// "text  ████▌     45%  1.2M/s  ETA 12 s". `whole` 0: no bar and no ETA, only what was done.
  void show(const std::string& text, std::uint64_t done, std::uint64_t whole);
  [[nodiscard]] double seconds() const;

 private:
  void clear();
  Console& console_;
  std::chrono::steady_clock::time_point start_;
  bool drawn_ = false;
};

}  // namespace tagline::cli
