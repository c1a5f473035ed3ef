// The file of keys: JSON beside the database, so that keys can be made and revoked while a server
// holds the database's writer lock. grammar-docs/http.md describes it.
//
// It is replaced whole, by renaming a new one over it: a reader sees the file before or after, and
// a kill leaves one of the two. Only its owner may read it (0600); made by the superuser, it
// belongs to the owner of its folder, for the server to read. It holds hashes, no keys.
#pragma once

#include "engine/result.h"
#include "server/access/api_key.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

/// "DIR/keys.json".
[[nodiscard]] std::string key_file_of(const std::string& db);

/// Nothing when there is no file. BadInput when it is not what is expected, in words; System or
/// ReadOnly when it cannot be read. Of a file of more than 16 MiB: TooLarge.
[[nodiscard]] Result<std::optional<std::vector<ApiKey>>> read_keys(const std::string& file);

struct NewKey {
  std::string name;  ///< 1 to 64 characters that print, and no other live key's
  Role role = Role::Viewer;
  std::optional<std::chrono::sys_days> expires;  ///< not past
  std::optional<Rate> rate;
};
struct MadeKey {
  ApiKey key;
  std::string text;  ///< to be shown once: it is not kept
};
/// Makes the file when it is not there. BadInput for a name that cannot be one, or a last
/// day before that of `now` (UTC); InUse when a live
/// key has it; TooLarge beyond 10,000 keys. Several processes at once wait for each other.
[[nodiscard]] Result<MadeKey> create_key(const std::string& file, const NewKey& wanted,
                                         std::chrono::system_clock::time_point now);
/// By id, or by the name of a live key. The key stays in the file, as revoked, so that logs can
/// still be read. NotFound when there is none; a key that is revoked stays as it is.
[[nodiscard]] Result<ApiKey> revoke_key(const std::string& file, const std::string& id_or_name,
                                        std::chrono::system_clock::time_point now);

}  // namespace tagline::server
