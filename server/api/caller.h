// Caller: who asks, as far as the server knows.
#pragma once

#include "server/api/role.h"

#include <cstdint>
#include <string>

namespace tagline::server {

/// Without a key id: one that needs no key (a server on loopback without keys), who may do all.
struct Caller {
  std::string key_id;
  std::string name;  ///< of the key
  Role role = Role::Admin;
  /// What is told of fewer people than these is kept from the caller; 0: nothing is.
  std::uint64_t floor = 0;
};

}  // namespace tagline::server
