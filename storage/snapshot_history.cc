// The past of segments and tags, as a Snapshot sees it.
#include "storage/catalogue_reader.h"
#include "storage/fragment_value.h"
#include "storage/identity_reader.h"
#include "storage/snapshot.h"
#include "storage/snapshot_rep.h"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tagline::storage {
namespace {

using engine::Bitmap;

/// In the place of everybody who was merged since: who that is now.
Status follow_merges(const Transaction& txn, Bitmap& members) {
  std::vector<engine::UserIndex> losers;
  {
    TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Merged));
    TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
    while (entry) {
      // Other keys are pairs.
      if (const auto loser = parse_key<1>(entry->key); loser && members.contains((*loser)[0])) {
        losers.push_back((*loser)[0]);
      }
      TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
    }
  }
  for (const engine::UserIndex loser : losers) {
    TAGLINE_ASSIGN_OR_RETURN(const auto survivor, survivor_of(txn, loser));
    members.remove(loser);
    members.add(survivor);
  }
  return {};
}

}  // namespace

Result<std::optional<HistoryRecord>> Snapshot::history(std::string_view segment) const {
  const std::lock_guard lock(rep_->mutex);
  return find_history(rep_->reading.txn, segment);
}

Result<engine::Bitmap> Snapshot::members_at(const HistoryRecord& history, std::size_t point) const {
  const std::lock_guard lock(rep_->mutex);
  const Transaction& txn = rep_->reading.txn;
  const std::uint32_t limit = rep_->meta.user_limit;
  const engine::ShardId shards = limit == 0 ? 0 : engine::shard_of(limit - 1) + 1;
  const auto row = [&](engine::RowId id, engine::ShardId shard) -> Result<Bitmap> {
    TAGLINE_ASSIGN_OR_RETURN(const auto stored,
                             txn.get(KeySpace::Fragments, make_key<3>({history.field, id, shard})));
    return stored ? copy_fragment(*stored) : Result<Bitmap>(Bitmap());
  };
  Bitmap members;
  for (engine::ShardId shard = 0; shard < shards; ++shard) {
    TAGLINE_ASSIGN_OR_RETURN(Bitmap part, row(kNewestMembersRow, shard));
    for (std::size_t later = history.points.size(); later-- > point + 1;) {
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap entered, row(history.points[later].row, shard));
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap left, row(history.points[later].row + 1, shard));
      part.subtract(entered);
      part.unite(left);
    }
    members.unite(part.shifted(std::int64_t{shard} << engine::kShardBits));
  }
  TAGLINE_RETURN_IF_ERROR(follow_merges(txn, members));
  return members;
}

Result<std::optional<SpreadRecord>> Snapshot::spread(engine::FieldId field) const {
  const std::lock_guard lock(rep_->mutex);
  return find_spread(rep_->reading.txn, field);
}

}  // namespace tagline::storage
