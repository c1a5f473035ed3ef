// What is kept of the past of segments and tags, written.
#include "storage/catalogue_reader.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using engine::RowId;
using engine::ShardId;

/// The members of a shard, numbered within it.
Bitmap part_of_shard(const Bitmap& members, ShardId shard) {
  const std::uint64_t base = std::uint64_t{shard} << engine::kShardBits;
  Bitmap within = Bitmap::range(base, base + engine::kShardUsers);
  within.intersect(members);
  return within.shifted(-static_cast<std::int64_t>(base));
}

}  // namespace

// Rows of a history are written past change_fragment: no plan reads them, so nothing that is kept
// of answers is spoilt by them.
Status WriteTxn::Rep::write_history_row(engine::RowKey row, ShardId shard, Bitmap members) {
  if (members.empty()) {
    return txn.erase(KeySpace::Fragments, make_key<3>({row.field, row.row, shard}));
  }
  members.optimize();
  return write_fragment(row, shard, encoder.encode(members));
}

Result<Bitmap> WriteTxn::Rep::history_row(engine::RowKey row, ShardId shard) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored,
                           txn.get(KeySpace::Fragments, make_key<3>({row.field, row.row, shard})));
  return stored ? copy_fragment(*stored) : Result<Bitmap>(Bitmap());
}

Status WriteTxn::Rep::store_history(const HistoryRecord& history) {
  RecordWriter record;
  encode(history, record);
  return txn.put(KeySpace::Histories, bytes_of(history.segment), record.bytes());
}

Status WriteTxn::Rep::erase_history_rows(const HistoryRecord& history, std::size_t points) {
  const ShardId shards = meta.user_limit == 0 ? 0 : engine::shard_of(meta.user_limit - 1) + 1;
  for (std::size_t i = 0; i < points; ++i) {
    for (ShardId shard = 0; shard < shards; ++shard) {
      const RowId row = history.points[i].row;
      TAGLINE_RETURN_IF_ERROR(write_history_row({history.field, row}, shard, Bitmap()));
      TAGLINE_RETURN_IF_ERROR(write_history_row({history.field, row + 1}, shard, Bitmap()));
    }
  }
  return {};
}

Status WriteTxn::Rep::erase_history(std::string_view segment) {
  TAGLINE_ASSIGN_OR_RETURN(const auto history, find_history(txn, segment));
  if (!history) {
    return {};
  }
  // A damaged record must not take a tag's rows along.
  TAGLINE_RETURN_IF_ERROR(check_bare_field(history->field,
                                           "the history of \"" + history->segment + "\"",
                                           "\"" + history->segment + "\" 的历史"));
  TAGLINE_RETURN_IF_ERROR(erase_history_rows(*history, history->points.size()));
  const ShardId shards = meta.user_limit == 0 ? 0 : engine::shard_of(meta.user_limit - 1) + 1;
  for (ShardId shard = 0; shard < shards; ++shard) {
    TAGLINE_RETURN_IF_ERROR(
        write_history_row({history->field, kNewestMembersRow}, shard, Bitmap()));
  }
  return txn.erase(KeySpace::Histories, bytes_of(segment));
}

Status WriteTxn::Rep::erase_from_histories(engine::UserIndex user) {
  const ShardId shard = engine::shard_of(user);
  TAGLINE_ASSIGN_OR_RETURN(const auto histories, read_histories(txn));
  for (const HistoryRecord& history : histories) {
    std::vector<RowId> rows{kNewestMembersRow};
    for (const HistoryPoint& point : history.points) {
      rows.push_back(point.row);
      rows.push_back(point.row + 1);
    }
    for (const RowId row : rows) {
      TAGLINE_ASSIGN_OR_RETURN(Bitmap members, history_row({history.field, row}, shard));
      if (members.contains(engine::within_shard(user))) {
        members.remove(engine::within_shard(user));
        TAGLINE_RETURN_IF_ERROR(write_history_row({history.field, row}, shard, std::move(members)));
      }
    }
  }
  return {};
}

Result<std::optional<HistoryRecord>> WriteTxn::history(std::string_view segment) const {
  return find_history(rep_->txn, segment);
}

Result<HistoryPoint> WriteTxn::add_history(std::string_view segment, HistoryPoint point,
                                           const Bitmap& members) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, this->segment(segment));
  const auto highest = members.max();
  if (!stored || (highest && *highest >= user_limit())) {
    const std::string name(segment);
    return failure(ErrorCode::Internal, {"no history can be kept of \"" + name + "\"",
                                         "无法为 \"" + name + "\" 保存历史"});
  }
  TAGLINE_ASSIGN_OR_RETURN(auto history, find_history(rep_->txn, segment));
  if (!history) {
    history.emplace();
    history->segment = segment;
    TAGLINE_ASSIGN_OR_RETURN(history->field, new_field());
  }
  const bool first = history->points.empty();
  if (!first) {
    const HistoryPoint& last = history->points.back();
    point.taken_s = std::max(point.taken_s, last.taken_s + 1);
    if (last.row > std::numeric_limits<RowId>::max() - 4) {
      return failure(ErrorCode::TooLarge, {"the history of \"" + history->segment + "\" is full",
                                           "\"" + history->segment + "\" 的历史已满"});
    }
  }
  point.count = members.cardinality();
  point.row = first ? kFirstHistoryRow : history->points.back().row + 2;
  std::uint64_t entered = 0;
  std::uint64_t left = 0;
  const std::uint32_t limit = user_limit();
  const ShardId shards = limit == 0 ? 0 : engine::shard_of(limit - 1) + 1;
  const engine::FieldId field = history->field;
  for (ShardId shard = 0; shard < shards; ++shard) {
    Bitmap now = part_of_shard(members, shard);
    TAGLINE_ASSIGN_OR_RETURN(Bitmap gone, rep_->history_row({field, kNewestMembersRow}, shard));
    if (now == gone) {
      continue;
    }
    Bitmap fresh = now.clone();
    fresh.subtract(gone);
    gone.subtract(now);
    if (!first) {
      entered += fresh.cardinality();
      left += gone.cardinality();
      TAGLINE_RETURN_IF_ERROR(rep_->write_history_row({field, point.row}, shard, std::move(fresh)));
      TAGLINE_RETURN_IF_ERROR(
          rep_->write_history_row({field, point.row + 1}, shard, std::move(gone)));
    }
    TAGLINE_RETURN_IF_ERROR(
        rep_->write_history_row({field, kNewestMembersRow}, shard, std::move(now)));
  }
  point.entered = first ? std::nullopt : std::optional(entered);
  point.left = first ? std::nullopt : std::optional(left);
  history->points.push_back(point);
  TAGLINE_RETURN_IF_ERROR(rep_->store_history(*history));
  return point;
}

Status WriteTxn::drop_history(std::string_view segment, std::size_t keep) {
  TAGLINE_ASSIGN_OR_RETURN(auto history, find_history(rep_->txn, segment));
  if (!history || history->points.size() <= keep) {
    return {};
  }
  if (keep == 0) {
    return rep_->erase_history(segment);
  }
  // Nor is it asked any more who came and went by the oldest that stays: nothing is before it.
  const std::size_t gone = history->points.size() - keep;
  TAGLINE_RETURN_IF_ERROR(rep_->erase_history_rows(*history, gone + 1));
  history->points.erase(history->points.begin(),
                        history->points.begin() + static_cast<std::ptrdiff_t>(gone));
  return rep_->store_history(*history);
}

Result<std::optional<SpreadRecord>> WriteTxn::spread(engine::FieldId field) const {
  return find_spread(rep_->txn, field);
}

Status WriteTxn::put_spread(const SpreadRecord& spread) {
  RecordWriter record;
  encode(spread, record);
  return rep_->put_if_new(KeySpace::Spreads, make_key<1>({spread.field}), record.bytes());
}

}  // namespace tagline::storage
