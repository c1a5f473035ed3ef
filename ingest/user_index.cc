#include "ingest/user_index.h"

#include <limits>
#include <optional>

namespace tagline::ingest {
namespace {

/// Look-ups whose slots are on their way from memory while one is served.
constexpr std::size_t kAhead = 16;

}  // namespace

UserIndex::UserIndex(const storage::Snapshot& snapshot)
    : snapshot_(snapshot),
      stored_ids_(snapshot),
      first_new_(snapshot.user_limit()),
      next_(first_new_) {}

Result<engine::UserIndex> UserIndex::look_up(std::string_view id) {
  if (first_new_ > 0) {
    TAGLINE_ASSIGN_OR_RETURN(const std::optional<engine::UserIndex> found, snapshot_.find_user(id));
    if (found.has_value()) {
      ++known_;
      return *found;
    }
  }
  if (next_ >= std::numeric_limits<engine::UserIndex>::max()) {
    return failure(ErrorCode::TooLarge, {"a database holds at most 4,294,967,295 users",
                                         "一个数据库最多容纳 4,294,967,295 个用户"});
  }
  return static_cast<engine::UserIndex>(next_++);
}

Result<engine::UserIndex> UserIndex::find_or_add(std::string_view id) {
  return find_or_add(id, ids_.hash(id));
}

Status UserIndex::find_or_add(std::span<const std::string_view> ids,
                              std::vector<engine::UserIndex>& users) {
  hashes_.resize(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    hashes_[i] = ids_.hash(ids[i]);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kAhead < ids.size()) {
      ids_.prefetch(hashes_[i + kAhead]);
    }
    TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex user, find_or_add(ids[i], hashes_[i]));
    users.push_back(user);
  }
  return {};
}

Result<engine::UserIndex> UserIndex::find_or_add(std::string_view id, std::uint64_t hash) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, stored_ids_.respelled(id));
  if (stored.has_value()) {
    return find_or_add(*stored, ids_.hash(*stored));
  }
  const TextTable::Added added = ids_.add(id, hash);
  if (added.inserted) {
    TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex user, look_up(id));
    indexes_.push_back(user);
    return user;
  }
  return indexes_[added.index];
}

Result<engine::UserIndex> UserIndex::add_distinct(std::string_view id) {
  TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex user, look_up(id));
  if (user >= first_new_) {
    static_cast<void>(ids_.append(id));
    indexes_.push_back(user);
  }
  return user;
}

std::vector<std::string_view> UserIndex::new_ids() const {
  std::vector<std::string_view> ids;
  ids.reserve(users_new());
  for (std::uint32_t i = 0; i < ids_.size(); ++i) {
    if (indexes_[i] >= first_new_) {
      ids.push_back(ids_.at(i));
    }
  }
  return ids;
}

}  // namespace tagline::ingest
