// Keys as JSON text, for the command line's --format json. Hashes are left out.
#pragma once

#include "server/access/key_file.h"

#include <chrono>
#include <string>
#include <vector>

namespace tagline::server {

/// {"id", "name", "role", "state": "live" | "expired" | "revoked", "made", "expires", "revoked",
/// "rate"}: null where there is none.
[[nodiscard]] std::string key_json(const ApiKey& key, std::chrono::system_clock::time_point now);
/// {"keys": [...]}
[[nodiscard]] std::string keys_json(const std::vector<ApiKey>& keys,
                                    std::chrono::system_clock::time_point now);
/// key_json and "key", the text that is shown once.
[[nodiscard]] std::string made_key_json(const MadeKey& made);

}  // namespace tagline::server
