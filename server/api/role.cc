#include "server/api/role.h"

#include <algorithm>
#include <array>

namespace tagline::server {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"viewer", "analyst", "operator", "admin"};

}  // namespace

std::string_view name_of(Role role) {
  return kNames[static_cast<std::size_t>(role)];
}

std::optional<Role> role_of(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? std::nullopt
                               : std::optional(static_cast<Role>(found - kNames.begin()));
}

}  // namespace tagline::server
