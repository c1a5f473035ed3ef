#include "engine/error.h"

#include <array>
#include <cstddef>
#include <utility>

namespace tagline {
namespace {

struct Row {
  ErrorCode code;
  std::string_view wire_name;
  Fault fault;
};

constexpr std::array kTable = {
    Row{ErrorCode::NotFound, "not-found", Fault::Input},
    Row{ErrorCode::BadInput, "bad-input", Fault::Input},
    Row{ErrorCode::BadSchema, "bad-schema", Fault::Input},
    Row{ErrorCode::SchemaConflict, "schema-conflict", Fault::Input},
    Row{ErrorCode::TooManyRejects, "too-many-rejects", Fault::Input},
    Row{ErrorCode::TooLarge, "too-large", Fault::Input},
    Row{ErrorCode::Busy, "busy", Fault::System},
    Row{ErrorCode::InUse, "in-use", Fault::Input},
    Row{ErrorCode::ReadOnly, "read-only", Fault::System},
    Row{ErrorCode::WrongFormat, "wrong-format", Fault::System},
    Row{ErrorCode::Corrupt, "corrupt", Fault::System},
    Row{ErrorCode::DiskFull, "disk-full", Fault::System},
    Row{ErrorCode::CursorExpired, "cursor-expired", Fault::Input},
    Row{ErrorCode::NotKept, "not-kept", Fault::Input},
    Row{ErrorCode::BadCursor, "bad-cursor", Fault::Input},
    Row{ErrorCode::DeadlineExceeded, "deadline-exceeded", Fault::System},
    Row{ErrorCode::Cancelled, "cancelled", Fault::System},
    Row{ErrorCode::Unauthorized, "unauthorized", Fault::Input},
    Row{ErrorCode::Forbidden, "forbidden", Fault::Input},
    Row{ErrorCode::RateLimited, "rate-limited", Fault::Input},
    Row{ErrorCode::Unsupported, "unsupported", Fault::Input},
    Row{ErrorCode::System, "system", Fault::System},
    Row{ErrorCode::Internal, "internal", Fault::System},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].code) != i) {
      return false;
    }
  }
  return kTable.size() == static_cast<std::size_t>(ErrorCode::Internal) + 1;
}
static_assert(in_order(), "the table has one row a code, in the order of the codes");

}  // namespace

std::string_view wire_name(ErrorCode code) {
  return kTable[static_cast<std::size_t>(code)].wire_name;
}

Fault fault_of(ErrorCode code) {
  return kTable[static_cast<std::size_t>(code)].fault;
}

Error::Error(ErrorCode code, Text message, Text hint)
    : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

Error::Error(ErrorCode code, Text message, Hint hint)
    : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

}  // namespace tagline
