// The user an id means, or words for that there is none.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/snapshot.h"

#include <string_view>

namespace tagline::server {

/// NotFound when no user has this id.
[[nodiscard]] Result<engine::UserIndex> known_user(const storage::Snapshot& snapshot,
                                                   std::string_view external_id);

}  // namespace tagline::server
