#include "server/listed_users.h"

#include "ingest/identity.h"

#include <utility>

namespace tagline::server {
namespace {

constexpr std::size_t kIdsAtOnce = 8192;

}  // namespace

Status UserFinder::add(std::string id) {
  waiting_.push_back(std::move(id));
  return waiting_.size() < kIdsAtOnce ? Status() : look_up();
}

Status UserFinder::look_up() {
  if (budget_ != nullptr) {
    TAGLINE_RETURN_IF_ERROR(budget_->check());
  }
  TAGLINE_RETURN_IF_ERROR(store_.read([&](const storage::Snapshot& snapshot) -> Status {
    ingest::StoredIds stored_ids(snapshot);
    for (std::string& id : waiting_) {
      ++found_.lines;
      TAGLINE_ASSIGN_OR_RETURN(const auto user, stored_ids.find(id));
      if (!user.has_value()) {
        ++found_.unknown;
        if (found_.first_unknown.size() < kUnknownShown && unknown_shown_.insert(id).second) {
          found_.first_unknown.push_back(std::move(id));
        }
      } else if (found_.users.contains(*user)) {
        ++found_.repeated;
      } else {
        found_.users.add(*user);
      }
    }
    return {};
  }));
  waiting_.clear();
  return {};
}

Result<ListedUsers> UserFinder::found() {
  TAGLINE_RETURN_IF_ERROR(look_up());
  return std::move(found_);
}

}  // namespace tagline::server
