#include "storage/fault_point.h"

#include "storage/lmdb_environment.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>

namespace tagline::storage {
namespace {

struct Fault {
  std::string step;
  std::string what;
  std::uint64_t left = 1;  ///< times until it happens
};

Fault fault_of(std::string_view text) {
  Fault fault;
  const std::size_t colon = text.find(':');
  fault.step = text.substr(0, colon);
  std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const std::size_t second = rest.find(':');
  fault.what = rest.substr(0, second);
  if (second != std::string_view::npos) {
    rest.remove_prefix(second + 1);
    std::from_chars(rest.data(), rest.data() + rest.size(), fault.left);
  }
  return fault;
}

struct Plan {
  Plan() {
    if (const char* asked = std::getenv("TAGLINE_FAULT"); asked != nullptr) {
      fault = fault_of(asked);
      on = !fault.step.empty();
    }
  }
  std::atomic<bool> on{false};
  std::mutex mutex;  ///< guards fault
  Fault fault;
};

Plan& plan() {
  static Plan only;
  return only;
}

}  // namespace

void set_fault(std::string_view fault) {
  Plan& now = plan();
  const std::lock_guard lock(now.mutex);
  now.fault = fault_of(fault);
  now.on = !now.fault.step.empty();
}

Status fault_point(std::string_view step) {
  Plan& now = plan();
  if (!now.on) {
    return {};
  }
  const std::lock_guard lock(now.mutex);
  if (now.fault.step != step || (now.fault.left > 1 && --now.fault.left > 0)) {
    return {};
  }
  if (now.fault.what == "kill") {
    std::raise(SIGKILL);
  }
  const bool full = now.fault.what == "disk-full";
  return tl::unexpected(lmdb_error(full ? ENOSPC : EIO, "mdb_txn_commit", step));
}

}  // namespace tagline::storage
