#pragma once

#include "server/user_segments.h"

#include <string>

namespace tagline::server {

/// {"id", "as_of", "version", "asked", "segments": [{"name", "kind": "rule" | "list", "title"?}],
/// "broken": [{"name", "expression", "errors"}]}
[[nodiscard]] std::string user_segments_json(const UserSegments& found);

}  // namespace tagline::server
