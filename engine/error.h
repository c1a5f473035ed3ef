// Expected failures are values. This header holds the one error type every folder returns, and its
// codes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tagline {

/// One sentence in both languages people read Tagline in. No full stop at the end.
struct Text {
  std::string en;
  std::string zh;

  [[nodiscard]] bool empty() const { return en.empty() && zh.empty(); }
  friend bool operator==(const Text&, const Text&) = default;
};

/// Every kind of failure outside the segment language (whose own kinds are in dsl/diagnostic.h).
/// `wire_name` is stable: scripts and clients depend on it.
enum class ErrorCode : std::uint8_t {
  NotFound,          ///< what was asked for (user, file, database) is not there
  BadInput,          ///< a file's content is at fault (CSV, NDJSON, compression)
  BadSchema,         ///< a schema or catalogue file is at fault
  SchemaConflict,    ///< the file's schema contradicts the tags the database already has
  TooManyRejects,    ///< more rows were bad than the caller allows; nothing was committed
  TooLarge,          ///< a stated limit would be exceeded
  Busy,              ///< another process or a bounded queue holds what is needed; try again
  InUse,             ///< other things depend on it; removing it has to be asked for explicitly
  ReadOnly,          ///< the database was opened for reading, or its folder cannot be written
  WrongFormat,       ///< not a Tagline database, or one of another format version
  Corrupt,           ///< bytes on disk are not what was written
  DiskFull,          ///< the disk is full; what was committed before is intact
  CursorExpired,     ///< a cursor of a state of the data that is no longer there
  NotKept,           ///< was there, and has been dropped by a stated limit
  BadCursor,         ///< no cursor of ours, or one of something else than what is asked
  DeadlineExceeded,  ///< the budget's time ran out
  Cancelled,         ///< the caller withdrew the request
  Unauthorized,      ///< who asks has not said who it is, or not so that it is believed
  Forbidden,         ///< who asks is known, and may not
  RateLimited,       ///< who asks has asked too often of late; later it may
  Unsupported,       ///< understood, but this version cannot do it
  System,            ///< the operating system or a library refused a call; the message names it
  Internal,          ///< our fault
};

/// Stable kebab-case name, e.g. "too-many-rejects".
[[nodiscard]] std::string_view wire_name(ErrorCode code);

/// Who has to act.
enum class Fault : std::uint8_t {
  Input,   ///< the user's expression or data: command-line exit status 1
  System,  ///< the database, the machine or Tagline itself: exit status 3
};
[[nodiscard]] Fault fault_of(ErrorCode code);

/// Where people meet Tagline: each face has words of its own for what to do next.
enum class Face : std::uint8_t {
  Command,   ///< subcommands of the program: "tagline tags"
  Http,      ///< the API: "GET /v1/tags"
  Terminal,  ///< `tagline repl`: "\tags"
};

/// What to try, as each face says it.
class Hint {
 public:
  /// The same words everywhere.
  Hint(Text text)  // NOLINT(google-explicit-constructor): most hints are such
      : command_(std::move(text)) {}
  Hint(Text command, Text http, Text terminal)
      : command_(std::move(command)), http_(std::move(http)), terminal_(std::move(terminal)) {}

  [[nodiscard]] const Text& at(Face face) const {
    const Text& own = face == Face::Http ? http_ : face == Face::Terminal ? terminal_ : command_;
    return own.empty() ? command_ : own;
  }

 private:
  Text command_;
  Text http_;      ///< empty: as the command
  Text terminal_;  ///< empty: as the command
};

/// What went wrong, and what to try. `message` says what was found and what was expected; `hint`
/// (may be empty) is a statement of what to do. Both in both languages.
class Error {
 public:
  Error(ErrorCode code, Text message, Text hint = {});
  Error(ErrorCode code, Text message, Hint hint);

  [[nodiscard]] ErrorCode code() const { return code_; }
  [[nodiscard]] const Text& message() const { return message_; }
  [[nodiscard]] const Text& hint(Face face = Face::Command) const { return hint_.at(face); }
  /// As it was given, for an error made of this one.
  [[nodiscard]] const Hint& faced_hint() const { return hint_; }

 private:
  ErrorCode code_;
  Text message_;
  Hint hint_;
};

}  // namespace tagline
