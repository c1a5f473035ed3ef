#include "server/known_user.h"

#include "ingest/identity.h"

#include <string>

namespace tagline::server {

Result<engine::UserIndex> known_user(const storage::Snapshot& snapshot,
                                     std::string_view external_id) {
  TAGLINE_ASSIGN_OR_RETURN(const auto index, ingest::find_person(snapshot, external_id));
  if (!index.has_value()) {
    const std::string id(external_id);
    return failure(ErrorCode::NotFound,
                   {"there is no user with the id " + id, "没有编号为 " + id + " 的用户"},
                   {"ids are matched exactly, case and leading zeros included",
                    "编号须完全一致，包括大小写和前导零"});
  }
  return *index;
}

}  // namespace tagline::server
