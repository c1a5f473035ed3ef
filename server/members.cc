#include "server/members.h"

#include "engine/page.h"
#include "ingest/identity.h"
#include "server/prepared.h"

#include <optional>
#include <utility>

namespace tagline::server {

Outcome<MembersAnswer> members_of(const storage::Snapshot& snapshot, const QueryRequest& request,
                                  std::span<const std::string> ids) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  std::vector<std::optional<engine::UserIndex>> places;
  std::vector<engine::UserIndex> known;
  places.reserve(ids.size());
  ingest::StoredIds stored_ids(snapshot);
  for (const std::string& id : ids) {
    if (request.budget != nullptr) {
      TAGLINE_RETURN_IF_ERROR(request.budget->check());
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto user, stored_ids.find(id));
    places.push_back(user);
    if (user.has_value()) {
      known.push_back(*user);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::Bitmap selected,
                           engine::members_among(prepared->plan, prepared->root, known, snapshot,
                                                 execute_options(request)));
  MembersAnswer found;
  found.members.reserve(ids.size());
  for (const auto& user : places) {
    const Membership membership = !user.has_value()          ? Membership::Unknown
                                  : selected.contains(*user) ? Membership::Yes
                                                             : Membership::No;
    (membership == Membership::Yes  ? found.yes
     : membership == Membership::No ? found.no
                                    : found.unknown) += 1;
    found.members.push_back(membership);
  }
  found.answer = std::move(prepared->answer);
  found.answer.elapsed = since(start);
  return found;
}

}  // namespace tagline::server
