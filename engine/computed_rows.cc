#include "engine/computed_rows.h"

namespace tagline::engine {

ComputedRow computed_row(const Bitmap& users) {
  ComputedRow row;
  row.users = users.cardinality();
  const std::optional<std::uint32_t> last = users.max();
  for (ShardId shard = 0; last.has_value() && shard <= shard_of(*last); ++shard) {
    const std::uint64_t begin = std::uint64_t{shard} << kShardBits;
    Bitmap within = Bitmap::range(begin, begin + kShardUsers);
    within.intersect(users);
    Bitmap local = within.shifted(-static_cast<std::int64_t>(begin));
    local.optimize();
    row.shards.push_back(local.empty() ? nullptr
                                       : std::make_shared<const Fragment>(Fragment::freeze(local)));
  }
  return row;
}

Fragment ComputedRows::fragment(RowId id, ShardId shard) const {
  const auto found = rows_.find(id);
  if (found == rows_.end() || shard >= found->second->shards.size() ||
      found->second->shards[shard] == nullptr) {
    return Fragment();
  }
  return found->second->shards[shard]->lend();
}

std::uint64_t ComputedRows::held_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [id, row] : rows_) {
    for (const auto& fragment : row->shards) {
      bytes += fragment == nullptr ? 0 : sizeof(Fragment) + fragment->payload_bytes();
    }
  }
  return bytes;
}

std::uint64_t ComputedRows::cardinality(RowId id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? 0 : found->second->users;
}

std::optional<std::uint64_t> ComputedRows::stamp(RowId id, ShardId shard) const {
  const auto found = rows_.find(id);
  if (found == rows_.end() || shard >= found->second->stamps.size()) {
    return std::nullopt;
  }
  return found->second->stamps[shard];
}

Result<Fragment> ComputedSource::fetch(RowKey row, ShardId shard) const {
  return mine(row) ? rows_.fragment(row.row, shard) : below_.fetch(row, shard);
}

Result<std::uint64_t> ComputedSource::cardinality(RowKey row) const {
  return mine(row) ? rows_.cardinality(row.row) : below_.cardinality(row);
}

Result<std::optional<std::uint64_t>> ComputedSource::stamp(RowKey row, ShardId shard) const {
  return mine(row) ? rows_.stamp(row.row, shard) : below_.stamp(row, shard);
}

}  // namespace tagline::engine
