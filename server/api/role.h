// Role: what a caller of the API may do. Each may do all that those before it may.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tagline::server {

enum class Role : std::uint8_t {
  Viewer,    ///< counts, charts and the catalogue: no ids of people
  Analyst,   ///< also ids, exports, profiles of people, saving segments
  Operator,  ///< also loading, editing the catalogue, backups, ending queries of others
  Admin,     ///< all
};

/// "viewer", "analyst", "operator", "admin".
[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::optional<Role> role_of(std::string_view name);

}  // namespace tagline::server
