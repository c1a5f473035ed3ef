// AuditLog: who changed what, and who took which ids away.
//
// A file of one JSON object a line, only ever added to. Of each request two lines: "begin" before
// anything is done, without which it is not done, and "end" with how it went. A "begin" without an
// "end" is a request during which the server was killed, or the disk ran full.
#pragma once

#include "engine/result.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tagline::server {

enum class AuditKind : std::uint8_t { Write, Export };

/// What is known when a request begins.
struct AuditEntry {
  AuditKind kind = AuditKind::Write;
  std::string request_id;
  std::string key_id;  ///< "" where no key was needed
  std::string key_name;
  std::string role;
  std::string peer;
  std::string method;
  std::string path;        ///< with its parameters
  std::string expression;  ///< of an export, where it is known already
};

/// How a request ended.
struct AuditEnd {
  unsigned status = 0;
  std::uint64_t ids = 0;    ///< sent
  std::uint64_t bytes = 0;  ///< of the body
  bool complete = true;     ///< false: the client went away before it had all
  std::string expression;   ///< where it was not known at the beginning
};

/// Thread-safe.
class AuditLog {
 public:
  /// Makes the file (0600) when it is not there. ReadOnly, DiskFull or System when it cannot be
  /// written.
  [[nodiscard]] static Result<std::unique_ptr<AuditLog>> open(const std::string& file);
  /// Opens it at the first entry, which fails as long as that cannot be.
  [[nodiscard]] static std::unique_ptr<AuditLog> unopened(const std::string& file);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// The name of the entry, for end(). A write's is on the disk then (fdatasync); an export's is
  /// with the system, which a kill does not undo and a power failure may. On an error what was to
  /// be done must not be.
  [[nodiscard]] Result<std::string> begin(const AuditEntry& entry);
  [[nodiscard]] Status end(const std::string& name, const AuditEnd& end);
  /// Goes on in the file of that name that is there now, or a new one: for rotation. Keeps the old
  /// one when that fails.
  [[nodiscard]] Status reopen();

 private:
  AuditLog(std::string path, int file) : path_(std::move(path)), file_(file) {}
  [[nodiscard]] Status add(const std::string& line, bool durable);

  const std::string path_;
  std::mutex mutex_;   // guards all below
  int file_;           ///< -1: not open yet
  bool torn_ = false;  ///< the last line is there in part
};

}  // namespace tagline::server
