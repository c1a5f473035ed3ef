#include "engine/memory_source.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace tagline::engine {
namespace {

std::uint64_t magnitude_of(std::int64_t value) {
  // Two's complement; -value would overflow for the lowest one.
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

}  // namespace

MemorySource::MemorySource(std::uint32_t users) : users_(users) {
  set_row(kPopulationRow, Bitmap::range(0, users));
}

void MemorySource::put(RowKey key, ShardId shard, Bitmap bitmap) {
  if (bitmap.empty()) {
    fragments_.erase({key, shard});
    return;
  }
  bitmap.optimize();
  Fragment frozen = Fragment::freeze(bitmap);
  fragments_.insert_or_assign({key, shard}, Stored{std::move(bitmap), std::move(frozen), false});
}

void MemorySource::edit(RowKey key, UserIndex user, bool member) {
  Stored& stored = fragments_[{key, shard_of(user)}];
  if (member) {
    stored.bitmap.add(within_shard(user));
  } else {
    stored.bitmap.remove(within_shard(user));
  }
  stored.stale = true;
}

void MemorySource::set_row(RowKey row, const Bitmap& members) {
  for (ShardId shard = 0; shard < shard_count(); ++shard) {
    const std::uint64_t begin = std::uint64_t{shard} << kShardBits;
    Bitmap within = Bitmap::range(begin, std::min<std::uint64_t>(begin + kShardUsers, users_));
    within.intersect(members);
    put(row, shard, within.shifted(-static_cast<std::int64_t>(begin)));
  }
}

void MemorySource::set_number(FieldId field, UserIndex user, std::int64_t value) {
  if (user >= users_) {
    return;
  }
  edit({field, kExistsRow}, user, true);
  edit({field, kSignRow}, user, value < 0);
  for (unsigned bit = 0; bit < kValueBitsMax; ++bit) {
    edit({field, kFirstBitRow + bit}, user, (magnitude_of(value) >> bit & 1U) != 0);
  }
}

void MemorySource::set_numbers(FieldId field,
                               std::span<const std::pair<UserIndex, std::int64_t>> values) {
  std::array<std::vector<std::uint32_t>, kFirstBitRow + kValueBitsMax> rows;
  for (const auto& [user, value] : values) {
    rows[kExistsRow].push_back(user);
    if (value < 0) {
      rows[kSignRow].push_back(user);
    }
    for (unsigned bit = 0; bit < kValueBitsMax; ++bit) {
      if ((magnitude_of(value) >> bit & 1U) != 0) {
        rows[kFirstBitRow + bit].push_back(user);
      }
    }
  }
  for (RowId row = 0; row < rows.size(); ++row) {
    set_row({field, row}, Bitmap::of(rows[row]));
  }
}

Bitmap MemorySource::row(RowKey key) const {
  Bitmap all;
  for (ShardId shard = 0; shard < shard_count(); ++shard) {
    if (const auto found = fragments_.find({key, shard}); found != fragments_.end()) {
      all.unite(found->second.bitmap.shifted(std::int64_t{shard} << kShardBits));
    }
  }
  return all;
}

ShardId MemorySource::shard_count() const {
  return static_cast<ShardId>((std::uint64_t{users_} + kShardUsers - 1) >> kShardBits);
}

Result<Fragment> MemorySource::fetch(RowKey row, ShardId shard) const {
  const auto found = fragments_.find({row, shard});
  if (found == fragments_.end()) {
    return Fragment();
  }
  const Stored& stored = found->second;
  return stored.stale ? Fragment::freeze(stored.bitmap) : stored.frozen.lend();
}

Result<std::uint64_t> MemorySource::cardinality(RowKey row) const {
  std::uint64_t users = 0;
  for (auto at = fragments_.lower_bound({row, 0}); at != fragments_.end() && at->first.first == row;
       ++at) {
    users += at->second.bitmap.cardinality();
  }
  return users;
}

}  // namespace tagline::engine
