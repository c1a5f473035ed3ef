// Which saved segments hold one user.
#pragma once

#include "server/service.h"
#include "storage/snapshot.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

struct HeldSegment {
  std::string name;
  Text title;  ///< may be empty
  bool is_list = false;
};

/// A segment that could not be asked, and why.
struct BrokenSegment {
  std::string name;
  std::string text;  ///< what the diagnostics are of
  Refusal cause;
};

struct UserSegments {
  std::string id;
  std::chrono::sys_days as_of;
  std::uint64_t version = 0;          ///< of the data
  std::size_t asked = 0;              ///< segments there are, without the broken ones
  std::vector<HeldSegment> segments;  ///< those that hold the user, by name
  std::vector<BrokenSegment> broken;  ///< by name
};

/// `how` says the day and the limits; its expression is not looked at. NotFound when no user has
/// this id. A broken segment breaks no other. Cost: all rules in one pass over the blocks of the
/// user's shard; what ranks people (top, sample of n, lookalike) costs what it costs to rank them.
[[nodiscard]] Result<UserSegments> segments_of_user(const storage::Snapshot& snapshot,
                                                    std::string_view external_id,
                                                    const QueryRequest& how);

}  // namespace tagline::server
