// as_of: the one day that everything relative in a request is computed from.
#pragma once

#include "engine/result.h"
#include "storage/snapshot.h"

#include <chrono>
#include <optional>

namespace tagline::server {

/// The day `today` means: the given one, or the clock's in the database's zone. The clock is read
/// once.
[[nodiscard]] Result<std::chrono::sys_days> as_of_day(std::optional<std::chrono::sys_days> given,
                                                      const storage::Snapshot& snapshot);

}  // namespace tagline::server
