// The life of a tag's values: when each was written, and after how long it expires.
#include "storage/catalogue_reader.h"
#include "storage/record_codec.h"
#include "storage/timed_tag.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <string>
#include <utility>

namespace tagline::storage {

using engine::Bitmap;
using engine::FieldId;
using engine::RowId;
using engine::ShardId;

Status WriteTxn::put_times(FieldId times, ShardId shard, const Bitmap& cleared,
                           const Bitmap& written, std::int64_t now_s) {
  const auto now = static_cast<std::uint64_t>(now_s);
  constexpr RowId kEnd = engine::kFirstBitRow + engine::kValueBitsMax;
  for (RowId row = engine::kExistsRow; row < kEnd; ++row) {
    const bool in = row == engine::kExistsRow || (row >= engine::kFirstBitRow &&
                                                  (now >> (row - engine::kFirstBitRow) & 1U) != 0);
    TAGLINE_ASSIGN_OR_RETURN(Bitmap members, load_fragment({times, row}, shard));
    if (members.empty() && !in) {
      continue;
    }
    members.subtract(cleared);
    if (in) {
      members.unite(written);
    } else {
      members.subtract(written);
    }
    TAGLINE_RETURN_IF_ERROR(put_fragment({times, row}, shard, std::move(members)));
  }
  return {};
}

Result<std::vector<WriteTxn::TimedTag>> WriteTxn::timed_tags() const {
  std::vector<TimedTag> timed;
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, read_timed_tags(rep_->txn));
  for (const auto& [times, field] : stored) {
    TAGLINE_ASSIGN_OR_RETURN(const TagRecord* tag, rep_->tag_record(field));
    if (tag != nullptr) {
      timed.push_back({times, field, tag->kind});
    }
  }
  return timed;
}

Status WriteTxn::set_life(FieldId field, const TagLife& life, std::int64_t now_s) {
  TAGLINE_ASSIGN_OR_RETURN(auto tag, find_tag_record(rep_->txn, field));
  if (!tag.has_value()) {
    return failure(ErrorCode::NotFound, {"there is no tag number " + std::to_string(field),
                                         "没有编号为 " + std::to_string(field) + " 的标签"});
  }
  if (tag->kind == engine::TagKind::Event || life.ttl_s < 0 || life.ttl_s > kTtlMax ||
      (life.ttl_s != 0 && !life.track) || now_s < 0) {
    return failure(
        ErrorCode::BadInput,
        {"values of \"" + tag->name + "\" cannot live " + std::to_string(life.ttl_s) + " seconds",
         "\"" + tag->name + "\" 的取值有效期不能为 " + std::to_string(life.ttl_s) + " 秒"},
        {"give a tag, no event, a time to live of at most 100 years",
         "请为标签（而非行为）设置不超过 100 年的有效期"});
  }
  if (life.track && tag->times == 0) {
    TAGLINE_ASSIGN_OR_RETURN(tag->times, rep_->take_field());
    TAGLINE_RETURN_IF_ERROR(rep_->txn.put(KeySpace::Settings, bytes_of(timed_tag_key(tag->times)),
                                          make_key<1>({field})));
    for (ShardId shard = 0; (std::uint64_t{shard} << engine::kShardBits) < user_limit(); ++shard) {
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap have,
                               load_fragment({field, engine::kExistsRow}, shard));
      if (!have.empty()) {
        TAGLINE_RETURN_IF_ERROR(put_times(tag->times, shard, Bitmap(), have, now_s));
      }
    }
  } else if (!life.track && tag->times != 0) {
    TAGLINE_RETURN_IF_ERROR(rep_->erase_rows(tag->times, 0, std::uint64_t{1} << 32U, [](RowId) {}));
    TAGLINE_RETURN_IF_ERROR(
        rep_->txn.erase(KeySpace::Settings, bytes_of(timed_tag_key(tag->times))));
    tag->times = 0;
  }
  tag->ttl_s = life.ttl_s;
  RecordWriter record;
  encode(*tag, record);
  return rep_->put_if_new(KeySpace::Tags, make_key<1>({field}), record.bytes());
}

}  // namespace tagline::storage
