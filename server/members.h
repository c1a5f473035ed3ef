// Members: which of a list of ids are among the people an expression selects.
#pragma once

#include "server/service.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tagline::server {

enum class Membership : std::uint8_t {
  Yes,      ///< selected
  No,       ///< a user, not selected
  Unknown,  ///< no user has this id
};

struct MembersAnswer {
  Answer answer;                    ///< its count is not asked for, and 0
  std::vector<Membership> members;  ///< of the ids, in their order; repeats are answered each time
  std::uint64_t yes = 0;
  std::uint64_t no = 0;
  std::uint64_t unknown = 0;
};

/// Looks only at these people: the segment is never built. Refused when the expression is at fault.
/// Cost: a few microseconds an id, and the blocks of users they are in.
[[nodiscard]] Outcome<MembersAnswer> members_of(const storage::Snapshot& snapshot,
                                                const QueryRequest& request,
                                                std::span<const std::string> ids);

}  // namespace tagline::server
