// ApiKey: what a client of the server proves itself with, and what it may do.
//
// A key is "tgl_ID_SECRET": 12 hexadecimal digits by which it is found, and 64, which are 256 bits
// of libsodium's randombytes. Only a BLAKE2b-256 of the whole text is kept. So many random bits
// need no slow hash: none can be guessed, whatever a guess costs.
#pragma once

#include "server/access/rate.h"
#include "server/api/role.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::server {

struct ApiKey {
  std::string id;
  std::string name;  ///< who uses it
  Role role = Role::Viewer;
  std::string hash;  ///< 64 hexadecimal digits
  std::string made;  ///< "2026-01-31T09:00:00Z"
  /// The last day (UTC) on which it is taken.
  std::optional<std::chrono::sys_days> expires;
  std::string revoked;       ///< when, or ""
  std::optional<Rate> rate;  ///< instead of the server's
};

enum class KeyState : std::uint8_t { Live, Expired, Revoked };
[[nodiscard]] KeyState state_of(const ApiKey& key, std::chrono::system_clock::time_point now);

/// A new key's text, from the system's random numbers.
[[nodiscard]] std::string new_key_text();
/// "ID" of "tgl_ID_SECRET"; nothing when it has not that form.
[[nodiscard]] std::optional<std::string_view> id_of_key(std::string_view text);
/// As kept in ApiKey::hash.
[[nodiscard]] std::string hash_of_key(std::string_view text);
/// Whether the text is that of the key. Takes equally long wherever they differ.
[[nodiscard]] bool is_key(std::string_view text, const ApiKey& key);

/// "2026-01-31T09:00:00Z".
[[nodiscard]] std::string time_text(std::chrono::system_clock::time_point time);

}  // namespace tagline::server
