#include "server/known_user.h"

#include "ingest/identity.h"

#include <string>

namespace tagline::server {

Error no_user(std::string_view external_id) {
  const std::string id(external_id);
  return {ErrorCode::NotFound,
          {"there is no user with the id " + id, "没有编号为 " + id + " 的用户"},
          {"ids are matched exactly, case and leading zeros included",
           "编号须完全一致，包括大小写和前导零"}};
}

Result<engine::UserIndex> known_user(const storage::Snapshot& snapshot,
                                     std::string_view external_id) {
  TAGLINE_ASSIGN_OR_RETURN(const auto index, ingest::find_person(snapshot, external_id));
  return index.has_value() ? Result<engine::UserIndex>(*index)
                           : tl::unexpected(no_user(external_id));
}

}  // namespace tagline::server
