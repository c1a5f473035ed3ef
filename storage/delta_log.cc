#include "storage/delta_log.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tagline::storage {
namespace {

/// States of one moment: readers begin, and commits and steps of a fold are made, at the same time.
constexpr std::size_t kDeltasKept = 4;

/// Adds the changes of the records from `delta.next()` on and before `end`.
Result<std::shared_ptr<const Delta>> extended(std::shared_ptr<const Delta> delta, std::uint64_t end,
                                              const Transaction& txn) {
  std::vector<Change> all;
  for (std::uint64_t number = delta->next(); number < end; ++number) {
    TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Changes, change_key(number)));
    if (!bytes && !txn.reads(KeySpace::Changes)) {
      return failure(ErrorCode::Busy,
                     {"another program has brought the database to a newer format since this one "
                      "opened it",
                      "本程序打开数据库之后，另一个程序已将其升级到更新的格式"},
                     {"open it again", "请重新打开"});
    }
    if (!bytes) {
      return damaged_record("changes of users, record " + std::to_string(number) + ", are missing",
                            "缺少编号为 " + std::to_string(number) + " 的用户变更记录");
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto changes, decode_changes(*bytes));
    all.insert(all.end(), changes.begin(), changes.end());
  }
  settle(all);
  return delta->with(all, end - delta->next());
}

}  // namespace

std::array<std::byte, 8> change_key(std::uint64_t number) {
  return make_key<2>(
      {static_cast<std::uint32_t>(number >> 32U), static_cast<std::uint32_t>(number)});
}

std::shared_ptr<const Delta> DeltaLog::best(const MetaRecord& meta) const {
  std::shared_ptr<const Delta> found;
  for (const auto& delta : kept_) {
    const bool of_this_state =
        delta->first() == meta.changes_first && delta->next() <= meta.changes_next;
    if (of_this_state && (found == nullptr || found->next() < delta->next())) {
      found = delta;
    }
  }
  return found == nullptr ? Delta::nothing(meta.changes_first, room_) : found;
}

Result<std::shared_ptr<const Delta>> DeltaLog::of(const Transaction& txn, const MetaRecord& meta) {
  std::shared_ptr<const Delta> delta;
  {
    const std::lock_guard lock(mutex_);
    delta = best(meta);
  }
  if (delta->next() != meta.changes_next) {
    TAGLINE_ASSIGN_OR_RETURN(delta, extended(std::move(delta), meta.changes_next, txn));
  }
  publish(delta);
  return delta;
}

void DeltaLog::publish(std::shared_ptr<const Delta> delta) {
  std::shared_ptr<const Delta> oldest;  // it goes when nobody waits for the lock
  const std::lock_guard lock(mutex_);
  const bool known = std::any_of(kept_.begin(), kept_.end(), [&](const auto& old) {
    return old->first() == delta->first() && old->next() == delta->next();
  });
  if (known) {
    return;
  }
  kept_.push_back(std::move(delta));
  if (kept_.size() > kDeltasKept) {
    oldest = std::move(kept_.front());
    kept_.pop_front();
  }
}

}  // namespace tagline::storage
