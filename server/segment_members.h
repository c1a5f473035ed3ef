// Who is in a saved segment, rule or list. Private to server/segment*.cc.
#pragma once

#include "engine/bitmap.h"
#include "server/segments.h"

#include <chrono>
#include <optional>
#include <string>

namespace tagline::server {

struct SegmentMembers {
  engine::Bitmap users;
  storage::OriginRecord origin;  ///< what they were selected by and from; without a list's name
};

/// Refused when it is not what the editor has seen, when it cannot be computed, and when there is
/// no such segment. `as_of`: as as_of_day.
[[nodiscard]] Outcome<SegmentMembers> segment_members(const storage::Snapshot& snapshot,
                                                      const std::string& name,
                                                      std::optional<std::chrono::sys_days> as_of,
                                                      const Edit& edit,
                                                      const engine::ExecuteOptions& execute);

}  // namespace tagline::server
