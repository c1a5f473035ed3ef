// Log: lines about what happens, to standard error or another file, as text or JSON. Whoever writes
// one never waits for whoever reads them: what the reader does not take in time is left out, and
// how much that was is said.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

namespace tagline::server {

enum class LogFormat : std::uint8_t { Text, Json };
enum class LogLevel : std::uint8_t { Error, Warning, Info, Debug };  ///< each with those before it

struct LogOptions {
  LogFormat format = LogFormat::Text;
  LogLevel level = LogLevel::Info;
  std::size_t queued_max = 8192;  ///< lines that wait to be taken
};

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::uint64_t, double, bool> value;
};

/// Thread-safe. Cost of a line: about a microsecond. Lines are with the reader within about 10 ms,
/// errors and warnings (and what is before them) at once.
class Log {
 public:
  /// `file` is a descriptor, not closed.
  Log(const LogOptions& options, int file);
  /// Writes what is queued, as far as the reader takes it within a second a piece.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] bool wants(LogLevel level) const { return level <= options_.level; }
  /// "2026-01-31T08:05:09.123Z info request status=200 path=/v1/count", or
  /// {"time": "2026-...", "level": "info", "event": "request", "status": 200, "path": ...}.
  /// Nothing when the level is not wanted. Bytes that are no UTF-8, and control characters, become
  /// escapes or U+FFFD: a line is one line whatever is in it.
  void write(LogLevel level, std::string_view event, std::span<const LogField> fields);
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    write(level, event, std::span(fields.begin(), fields.size()));
  }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  void work();
  [[nodiscard]] std::string line(LogLevel level, std::string_view event,
                                 std::span<const LogField> fields) const;
  /// How many bytes went.
  std::size_t put(std::string_view bytes);

  const LogOptions options_;
  const int file_;
  const std::size_t piece_bytes_;  ///< of one write
  std::atomic<std::uint64_t> dropped_{0};
  std::mutex mutex_;  // guards what follows
  std::condition_variable ready_;
  std::string queued_;
  std::size_t queued_lines_ = 0;
  bool urgent_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace tagline::server
