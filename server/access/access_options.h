// AccessOptions: who may ask a server, and what is written down of it.
#pragma once

#include "server/access/privacy_floor.h"
#include "server/access/rate.h"
#include "server/api/role.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

struct AccessOptions {
  std::string key_file;      ///< "DIR/keys.json"; need not be there
  bool require_key = false;  ///< also on loopback, and where there is no file of keys yet
  bool loopback = true;      ///< the server listens on an address of this machine alone
  /// Of a key that has none of its own, and of an address that needs no key; nothing: unlimited.
  std::optional<Rate> rate;
  /// Origins of pages that may ask: "https://dash.example.com", or "*" for all.
  std::vector<std::string> cors;
  /// Names by which the server is called, besides localhost and addresses. Looked at where no key
  /// is needed only.
  std::vector<std::string> hosts;
  /// What callers of these roles are told of few people: nothing. Empty: no difference is made.
  std::vector<PrivacyFloor> floors;
  std::string audit_file;  ///< "DIR/audit.ndjson" unless said otherwise
  /// Without a file it may write the server starts all the same, and refuses what must be logged.
  bool audit_may_be_missing = false;
};

/// Whether only this machine can reach the address: 127.x.x.x and ::1.
[[nodiscard]] bool is_loopback(const std::string& address);

}  // namespace tagline::server
