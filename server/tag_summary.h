// What is told of a tag beside its values. Private to server/.
#pragma once

#include "engine/result.h"
#include "server/service.h"
#include "storage/snapshot.h"

namespace tagline::server {

/// Record, coverage and the range of a number or date; no values.
[[nodiscard]] Result<TagSummary> summary_without_values(const storage::Snapshot& snapshot,
                                                        const storage::TagRecord& record);

}  // namespace tagline::server
