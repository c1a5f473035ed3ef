// Caller: who asks, as far as the server knows.
#pragma once

#include "server/api/role.h"

#include <string>

namespace tagline::server {

/// Without a key id: one that needs no key (a server on loopback without keys), who may do all.
struct Caller {
  std::string key_id;
  std::string name;  ///< of the key
  Role role = Role::Admin;
};

}  // namespace tagline::server
