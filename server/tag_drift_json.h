// How far a tag's values have moved, as JSON text. Field names are part of the interface.
#pragma once

#include "server/tag_spread.h"

#include <string>

namespace tagline::server {

/// {"tag", "kind", "days": [{"day", "population", "known", "coverage", "stability_index" (null for
/// the first)}], "moved": [{"value", "before", "after"}]}; shares are 0 to 1.
[[nodiscard]] std::string drift_json(const TagDrift& drift);

}  // namespace tagline::server
