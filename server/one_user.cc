#include "server/one_user.h"

#include "engine/bitmap.h"

#include <array>

namespace tagline::server {

OneUser::OneUser(const storage::Snapshot& snapshot, engine::UserIndex user, Shards shards)
    : snapshot_(snapshot), user_(user), shards_(shards) {
  const std::array<std::uint32_t, 1> only{engine::within_shard(user)};
  self_ = engine::Fragment::freeze(engine::Bitmap::of(only));
}

engine::ShardId OneUser::shard_count() const {
  return snapshot_.shard_count();
}

Result<engine::Fragment> OneUser::fetch(engine::RowKey row, engine::ShardId shard) const {
  if (shards_ == Shards::Own && shard != engine::shard_of(user_)) {
    return engine::Fragment();
  }
  if (row != kRow) {
    return snapshot_.fetch(row, shard);
  }
  return shard == engine::shard_of(user_) ? self_.lend() : engine::Fragment();
}

Result<std::uint64_t> OneUser::cardinality(engine::RowKey row) const {
  return row == kRow ? Result<std::uint64_t>(1) : snapshot_.cardinality(row);
}

Result<unsigned> OneUser::value_bits(engine::FieldId field) const {
  return snapshot_.value_bits(field);
}

Result<std::vector<engine::DayRows>> OneUser::event_days(engine::FieldId series,
                                                         engine::DayWindow window) const {
  return snapshot_.event_days(series, window);
}

}  // namespace tagline::server
