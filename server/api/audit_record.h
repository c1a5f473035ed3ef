// AuditRecord: what the audit log is told of one request.
#pragma once

#include "engine/result.h"
#include "server/access/audit_log.h"
#include "server/api/caller.h"
#include "server/http/http_message.h"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace tagline::server {

class Gate;

/// Shared by the request and its reply, where that is streamed. Thread-safe.
class AuditRecord {
 public:
  /// Of a server without a gate (null), which logs nothing.
  AuditRecord(Gate* gate, const HttpRequest& request, const Caller& caller);
  /// Ends it when end() was not called, as incomplete, with what add_ids and add_bytes said.
  ~AuditRecord();
  AuditRecord(const AuditRecord&) = delete;
  AuditRecord& operator=(const AuditRecord&) = delete;

  /// Before anything is done. Once it has begun, only the expression is taken. On an error nothing
  /// must be done.
  [[nodiscard]] Status begin(AuditKind kind, std::string_view expression);
  /// So many ids of people are with the client.
  void add_ids(std::uint64_t ids) { ids_ += ids; }
  /// So much of the body was made for the client.
  void add_bytes(std::uint64_t bytes) { bytes_ += bytes; }
  void set_status(unsigned status) { status_ = status; }
  void end(std::uint64_t bytes, bool complete);

 private:
  Gate* const gate_;
  AuditEntry entry_;
  std::atomic<std::uint64_t> ids_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<unsigned> status_{0};
  std::mutex mutex_;        // guards all below
  std::string name_;        ///< "": not begun
  std::string expression_;  ///< given after it had begun
  bool ended_ = false;
};

}  // namespace tagline::server
