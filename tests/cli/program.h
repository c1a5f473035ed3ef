// Runs the built `tagline` program as a user's shell would, and gives back what it printed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tagline::tests {

struct Outcome {
  int status = -1;  ///< exit status; 128 + signal when killed
  std::string out;
  std::string err;
};

/// `arguments` without the program's name. `input` goes to standard input. LANG is C.UTF-8.
/// `folder`: where it runs; empty: here.
[[nodiscard]] Outcome run_tagline(const std::vector<std::string>& arguments,
                                  const std::string& input = {}, const std::string& folder = {});

/// The program while it runs, for commands that do not end by themselves. Killed at the end.
class RunningTagline {
 public:
  /// Its standard error goes into the file `errors`; when that is empty, to this program's.
  explicit RunningTagline(const std::vector<std::string>& arguments,
                          const std::string& errors = {});
  ~RunningTagline();
  RunningTagline(const RunningTagline&) = delete;
  RunningTagline& operator=(const RunningTagline&) = delete;

  /// The next line it prints on standard output, without its end; "" when it has ended.
  [[nodiscard]] std::string line();
  void signal(int number);
  /// Waits for its end; the exit status as in Outcome.
  int wait();

 private:
  int child_ = -1;
  int out_ = -1;
};

/// A folder of its own, removed at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  /// Writes a file and returns its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace tagline::tests
