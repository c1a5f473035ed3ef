// LoadInterrupt: Ctrl-C while files are loaded ends the program, which says what the database
// holds.
#pragma once

#include "cli/console.h"
#include "cli/repl/interrupt.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tagline::cli {

/// A load is committed at once, at its end. So before that the program ends at the first Ctrl-C
/// without waiting for anybody (a pipe may never say another word), and nothing is loaded; while it
/// is being written the load goes on, and only a second one ends the program. Where whoever began
/// the program said to ignore Ctrl-C it is ignored.
class LoadInterrupt {
 public:
  /// `files`: for what is said. The console outlives it.
  LoadInterrupt(const std::vector<std::string>& files, Console& console);
  LoadInterrupt(const LoadInterrupt&) = delete;
  LoadInterrupt& operator=(const LoadInterrupt&) = delete;

  /// To be had while something is shown, and while begin_writing() is told.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
  /// What was read begins to be written. REQUIRES: hold().
  void begin_writing() { is_written_ = true; }

 private:
  void happened();
  [[noreturn]] void end(const Error& error);

  Console& console_;
  const Text what_;
  std::mutex mutex_;
  bool is_written_ = false;
  bool was_told_ = false;
  std::optional<Interrupt> interrupt_;  ///< the last member: its thread uses the others
};

}  // namespace tagline::cli
