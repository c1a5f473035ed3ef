#include "server/access/audit_log.h"

#include "server/access/api_key.h"
#include "server/diagnostic_json.h"
#include "server/json_reader.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <random>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tagline::server {
namespace {

constexpr mode_t kMode = 0600;

tl::unexpected<Error> failed(const char* call, const std::string& path, int code) {
  const bool denied = code == EACCES || code == EPERM || code == EROFS;
  const std::string cause =
      std::string(call) + " (" + path + "): " + std::system_category().message(code);
  return failure(denied                             ? ErrorCode::ReadOnly
                 : code == ENOSPC || code == EDQUOT ? ErrorCode::DiskFull
                                                    : ErrorCode::System,
                 {"the audit log cannot be written: " + cause, "无法写入审计日志：" + cause},
                 {"make room or name another file with --audit FILE",
                  "请腾出空间，或用 --audit FILE 指定其他文件"});
}

int open_file(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
}

std::string new_name() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name;
  for (std::uint64_t bits = random(); name.size() < 16; bits >>= 4U) {
    name += kDigits[bits & 0xFU];
  }
  return name;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string now_text() {
  return time_text(std::chrono::system_clock::now());
}

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::string& file) {
  const int opened = open_file(file);
  if (opened < 0) {
    return failed("open", file, errno);
  }
  return std::unique_ptr<AuditLog>(new AuditLog(file, opened));
}

std::unique_ptr<AuditLog> AuditLog::unopened(const std::string& file) {
  return std::unique_ptr<AuditLog>(new AuditLog(file, -1));
}

AuditLog::~AuditLog() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

Status AuditLog::reopen() {
  const int opened = open_file(path_);
  if (opened < 0) {
    return failed("open", path_, errno);
  }
  const std::lock_guard lock(mutex_);
  if (const int before = std::exchange(file_, opened); before >= 0) {
    ::close(before);
  }
  torn_ = false;
  return {};
}

Result<std::string> AuditLog::begin(const AuditEntry& entry) {
  std::string name = new_name();
  Json json{{"time", now_text()},
            {"entry", name},
            {"phase", "begin"},
            {"what", entry.kind == AuditKind::Write ? "write" : "export"},
            {"request_id", entry.request_id},
            {"key", text_or_null(entry.key_id)},
            {"name", text_or_null(entry.key_name)},
            {"role", entry.role},
            {"peer", entry.peer},
            {"method", entry.method},
            {"path", entry.path}};
  if (!entry.expression.empty()) {
    json["expression"] = entry.expression;
  }
  TAGLINE_RETURN_IF_ERROR(add(dump(json), entry.kind == AuditKind::Write));
  return name;
}

Status AuditLog::end(const std::string& name, const AuditEnd& end) {
  Json json{{"time", now_text()},      {"entry", name},  {"phase", "end"},
            {"status", end.status},    {"ids", end.ids}, {"bytes", end.bytes},
            {"complete", end.complete}};
  if (!end.expression.empty()) {
    json["expression"] = end.expression;
  }
  return add(dump(json), false);
}

// One write a line, so that lines of two processes do not mix.
Status AuditLog::add(const std::string& line, bool durable) {
  const std::lock_guard lock(mutex_);
  if (file_ < 0 && (file_ = open_file(path_)) < 0) {
    return failed("open", path_, errno);
  }
  const std::string bytes = (torn_ ? "\n" : "") + line + "\n";
  ssize_t size = 0;
  do {
    size = ::write(file_, bytes.data(), bytes.size());
  } while (size < 0 && errno == EINTR);
  if (size < 0) {
    return failed("write", path_, errno);
  }
  // Of what is there in part the rest may not follow, as others may have written meanwhile.
  torn_ = static_cast<std::size_t>(size) < bytes.size();
  if (torn_) {
    return failed("write", path_, ENOSPC);
  }
  if (durable && ::fdatasync(file_) != 0 && errno != EINVAL) {
    return failed("fdatasync", path_, errno);
  }
  return {};
}

}  // namespace tagline::server
