// The user an id means, or words for that there is none.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/snapshot.h"

#include <string_view>

namespace tagline::server {

/// Of an id, or an identity in any spelling. NotFound when nobody has it.
[[nodiscard]] Result<engine::UserIndex> known_user(const storage::Snapshot& snapshot,
                                                   std::string_view external_id);

/// The error of an id or identity that nobody has.
[[nodiscard]] Error no_user(std::string_view external_id);

}  // namespace tagline::server
