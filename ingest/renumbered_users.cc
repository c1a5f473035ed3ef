#include "ingest/renumbered_users.h"

#include <cstdint>
#include <limits>

namespace tagline::ingest {

Result<RenumberedUsers> renumbered_users(const storage::WriteTxn& txn,
                                         std::span<const std::string_view> ids) {
  RenumberedUsers users;
  users.to.reserve(ids.size());
  for (const std::string_view id : ids) {
    TAGLINE_ASSIGN_OR_RETURN(const auto known, txn.find_user(id));
    if (known.has_value()) {
      users.to.push_back(*known);
      continue;
    }
    const std::uint64_t next = std::uint64_t{txn.user_limit()} + users.new_ids.size();
    if (next >= std::numeric_limits<engine::UserIndex>::max()) {
      return failure(ErrorCode::TooLarge, {"there would be more than 4,294,967,295 users",
                                           "用户将超过 4,294,967,295 个"});
    }
    users.to.push_back(static_cast<engine::UserIndex>(next));
    users.new_ids.push_back(id);
  }
  return users;
}

}  // namespace tagline::ingest
