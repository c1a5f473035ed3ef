#include "storage/write_txn.h"

#include "storage/catalogue_reader.h"
#include "storage/record_limits.h"
#include "storage/user_directory.h"
#include "storage/write_txn_rep.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace tagline::storage {

namespace {

constexpr std::uint64_t kUsersMax = std::numeric_limits<std::uint32_t>::max();

tl::unexpected<Error> taken(const std::string& name) {
  return failure(ErrorCode::SchemaConflict,
                 {"the name \"" + name + "\" is taken", "名称 \"" + name + "\" 已被使用"},
                 {"choose another name", "请换一个名称"});
}

/// As `taken`, by one of the tags and events, which share their names.
Result<engine::FieldId> taken_by(const Transaction& txn, engine::FieldId holder,
                                 const std::string& name) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Tags, make_key<1>({holder})));
  if (!stored) {
    return taken(name);
  }
  TAGLINE_ASSIGN_OR_RETURN(const TagRecord tag, decode_tag(holder, *stored));
  const bool event = tag.kind == engine::TagKind::Event;
  return failure(ErrorCode::SchemaConflict,
                 {"the name \"" + name + "\" is taken by " + (event ? "an event" : "a tag"),
                  "名称 \"" + name + "\" 已被" + (event ? "事件" : "标签") + "使用"},
                 {"choose another name", "请换一个名称"});
}

tl::unexpected<Error> internal(const std::string& en, const std::string& zh) {
  return failure(ErrorCode::Internal, {en, zh});
}

/// A replaced record may change what a tag is called, not how its rows are read. An event that had
/// no amounts so far has no rows of them either, so it may be given some, of any scale.
Status check_same_rows(const TagRecord& old, const TagRecord& tag) {
  const bool event = old.kind == engine::TagKind::Event;
  const bool first_amounts = event && !old.has_amount;
  if (old.kind != tag.kind || (old.scale != tag.scale && !first_amounts) ||
      (old.has_amount && !tag.has_amount)) {
    return failure(ErrorCode::SchemaConflict,
                   {std::string("the kind, scale or amounts of ") + (event ? "event" : "tag") +
                        " \"" + old.name + "\" would change",
                    std::string(event ? "事件" : "标签") + " \"" + old.name +
                        "\" 的类型、小数位数或金额将被改变"},
                   {"load the data under a new name", "请以新名称导入数据"});
  }
  return {};
}

}  // namespace

Result<const std::vector<TagRecord>*> WriteTxn::Rep::tag_records() {
  if (tag_records_of_ != txn.changes_in(KeySpace::Tags)) {
    TAGLINE_ASSIGN_OR_RETURN(tag_records_, read_tag_records(txn));
    tag_records_of_ = txn.changes_in(KeySpace::Tags);
  }
  return &tag_records_;
}

Result<const TagRecord*> WriteTxn::Rep::tag_record(engine::FieldId field) {
  if (tag_records_of_ != txn.changes_in(KeySpace::Tags)) {
    TAGLINE_ASSIGN_OR_RETURN(tag_record_, find_tag_record(txn, field));
    return tag_record_.has_value() ? &*tag_record_ : nullptr;
  }
  const auto found = std::lower_bound(
      tag_records_.begin(), tag_records_.end(), field,
      [](const TagRecord& tag, engine::FieldId wanted) { return tag.field < wanted; });
  const bool known = found != tag_records_.end() && found->field == field;
  return known ? &*found : nullptr;
}

Result<Names*> WriteTxn::Rep::tag_names() {
  if (!tag_names_) {
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, read_tag_records(txn));
    tag_names_.emplace();
    for (const TagRecord& tag : tags) {
      tag_names_->emplace(tag.name, tag.field);
    }
  }
  return &*tag_names_;
}

Result<Names*> WriteTxn::Rep::value_names(engine::FieldId field) {
  auto found = value_names_.find(field);
  if (found == value_names_.end()) {
    TAGLINE_ASSIGN_OR_RETURN(const auto values, read_values(txn, field));
    found = value_names_.emplace(field, Names()).first;
    for (const ValueRecord& value : values) {
      found->second.emplace(value.name, value.row);
    }
  }
  return &found->second;
}

Status WriteTxn::Rep::put_if_new(KeySpace space, Bytes key, Bytes value) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(space, key));
  if (stored && std::equal(stored->begin(), stored->end(), value.begin(), value.end())) {
    return {};
  }
  return txn.put(space, key, value);
}

Status WriteTxn::Rep::change_fragment(engine::RowKey row, engine::ShardId shard,
                                      std::optional<Bytes> value) {
  const auto key = make_key<3>({row.field, row.row, shard});
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Fragments, key));
  const bool same =
      stored.has_value() == value.has_value() &&
      (!stored || std::equal(stored->begin(), stored->end(), value->begin(), value->end()));
  if (same) {
    return {};
  }
  reads_otherwise_ = true;
  data_changed_ = data_changed_ || row.field < fields_before_;
  return write_fragment(row, shard, value);
}

Status WriteTxn::Rep::write_fragment(engine::RowKey row, engine::ShardId shard,
                                     std::optional<Bytes> value) {
  const auto key = make_key<3>({row.field, row.row, shard});
  return value ? txn.put(KeySpace::Fragments, key, *value) : txn.erase(KeySpace::Fragments, key);
}

Result<engine::FieldId> WriteTxn::Rep::take_field() {
  if (meta.next_field >= engine::kComputedField) {
    return failure(ErrorCode::TooLarge,
                   {"all 4,294,967,294 tag numbers have been given out", "标签编号已用尽"},
                   {"keep further tags in another database", "请将更多标签放入另一个数据库"});
  }
  return meta.next_field++;
}

Status WriteTxn::Rep::check_bare_field(engine::FieldId field, const std::string& what_en,
                                       const std::string& what_zh) const {
  const std::string number = std::to_string(field);
  if (field == engine::kPopulationRow.field || field >= meta.next_field) {
    return internal(what_en + " is given number " + number + ", which was never given out",
                    what_zh + "使用了从未分配的编号 " + number);
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto tag, txn.get(KeySpace::Tags, make_key<1>({field})));
  if (tag) {
    return internal(what_en + " is given number " + number + ", which is a tag's",
                    what_zh + "使用了属于某个标签的编号 " + number);
  }
  return {};
}

Status WriteTxn::Rep::check_value_row(const TagRecord& tag, const ValueRecord& value) const {
  if (tag.kind == engine::TagKind::Event) {
    return check_bare_field(value.row, "the key \"" + value.name + "\" of \"" + tag.name + "\"",
                            "\"" + tag.name + "\" 的键 \"" + value.name + "\"");
  }
  if (value.row < engine::kFirstValueRow) {
    return internal("the value \"" + value.name + "\" is given the existence row",
                    "取值 \"" + value.name + "\" 占用了存在行");
  }
  return {};
}

Status WriteTxn::Rep::erase_rows(engine::FieldId field, std::uint64_t begin, std::uint64_t end,
                                 const std::function<void(engine::RowId)>& seen) {
  TAGLINE_RETURN_IF_ERROR(fold_for(field));
  // Seeks again after every erasure, so that nothing hangs on where LMDB leaves a cursor then.
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Fragments));
  while (begin < end) {
    TAGLINE_ASSIGN_OR_RETURN(
        const auto entry, cursor.seek(make_key<3>({field, static_cast<engine::RowId>(begin), 0})));
    const auto parts = entry ? parse_key<3>(entry->key) : std::nullopt;
    if (!parts || (*parts)[0] != field || (*parts)[1] >= end) {
      break;
    }
    begin = (*parts)[1];
    TAGLINE_RETURN_IF_ERROR(change_fragment({field, (*parts)[1]}, (*parts)[2], std::nullopt));
    seen((*parts)[1]);
  }
  return {};
}

WriteTxn::WriteTxn(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
WriteTxn::~WriteTxn() = default;

std::uint64_t WriteTxn::version() const {
  return rep_->meta.version;
}
const std::string& WriteTxn::time_zone() const {
  return rep_->meta.time_zone;
}
std::uint32_t WriteTxn::user_limit() const {
  return rep_->meta.user_limit;
}
Result<std::span<const TagRecord>> WriteTxn::tags_and_events() const {
  TAGLINE_ASSIGN_OR_RETURN(const auto* records, rep_->tag_records());
  return std::span<const TagRecord>(*records);
}
Result<std::vector<TagRecord>> WriteTxn::tags() const {
  TAGLINE_ASSIGN_OR_RETURN(const auto all, tags_and_events());
  std::vector<TagRecord> tags;
  std::copy_if(all.begin(), all.end(), std::back_inserter(tags),
               [](const TagRecord& record) { return record.kind != engine::TagKind::Event; });
  return tags;
}
Result<std::vector<TagRecord>> WriteTxn::events() const {
  TAGLINE_ASSIGN_OR_RETURN(const auto all, tags_and_events());
  std::vector<TagRecord> events;
  std::copy_if(all.begin(), all.end(), std::back_inserter(events),
               [](const TagRecord& record) { return record.kind == engine::TagKind::Event; });
  return events;
}
Result<engine::FieldId> WriteTxn::new_field() {
  return rep_->take_field();
}
Result<std::vector<ValueRecord>> WriteTxn::values(engine::FieldId field) const {
  return read_values(rep_->txn, field);
}

Result<engine::FieldId> WriteTxn::put_tag(TagRecord tag) {
  TAGLINE_RETURN_IF_ERROR(check_limits(tag));
  if (tag.has_amount && tag.kind != engine::TagKind::Event) {
    return internal("amounts for tag \"" + tag.name + "\", which is no event",
                    "标签 \"" + tag.name + "\" 不是事件，不能有金额");
  }
  if (tag.replacement != 0) {
    TAGLINE_ASSIGN_OR_RETURN(const auto other, find_tag_record(rep_->txn, tag.replacement));
    if (!tag.deprecated || !other || tag.replacement == tag.field) {
      return internal("a replacement of tag \"" + tag.name + "\" that is none",
                      "标签 \"" + tag.name + "\" 的替代标签无效");
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(Names * names, rep_->tag_names());
  if (const auto same = names->find(tag.name); same != names->end() && same->second != tag.field) {
    return taken_by(rep_->txn, same->second, tag.name);
  }
  if (tag.field == 0) {
    TAGLINE_ASSIGN_OR_RETURN(tag.field, rep_->take_field());
    tag.ttl_s = 0;
    tag.times = 0;
  } else {
    TAGLINE_ASSIGN_OR_RETURN(const auto stored,
                             rep_->txn.get(KeySpace::Tags, make_key<1>({tag.field})));
    if (!stored) {
      return failure(ErrorCode::NotFound, {"there is no tag number " + std::to_string(tag.field),
                                           "没有编号为 " + std::to_string(tag.field) + " 的标签"});
    }
    TAGLINE_ASSIGN_OR_RETURN(const TagRecord old, decode_tag(tag.field, *stored));
    TAGLINE_RETURN_IF_ERROR(check_same_rows(old, tag));
    tag.ttl_s = old.ttl_s;
    tag.times = old.times;
    names->erase(old.name);
  }
  RecordWriter record;
  encode(tag, record);
  TAGLINE_RETURN_IF_ERROR(
      rep_->put_if_new(KeySpace::Tags, make_key<1>({tag.field}), record.bytes()));
  names->emplace(tag.name, tag.field);
  return tag.field;
}

Status WriteTxn::put_values(engine::FieldId field, std::span<const ValueRecord> values) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored_tag,
                           rep_->txn.get(KeySpace::Tags, make_key<1>({field})));
  if (!stored_tag) {
    return failure(ErrorCode::NotFound, {"there is no tag number " + std::to_string(field),
                                         "没有编号为 " + std::to_string(field) + " 的标签"});
  }
  TAGLINE_ASSIGN_OR_RETURN(const TagRecord tag, decode_tag(field, *stored_tag));
  if (tag.kind != engine::TagKind::Category && tag.kind != engine::TagKind::Set &&
      tag.kind != engine::TagKind::Event) {
    return internal(
        "values for tag \"" + tag.name + "\", which is neither a category nor a set nor an event",
        "标签 \"" + tag.name + "\" 既非类别、集合，也非事件，不能有取值");
  }
  TAGLINE_ASSIGN_OR_RETURN(Names * names, rep_->value_names(field));
  for (const ValueRecord& value : values) {
    TAGLINE_RETURN_IF_ERROR(check_limits(value));
    TAGLINE_RETURN_IF_ERROR(rep_->check_value_row(tag, value));
    if (const auto same = names->find(value.name);
        same != names->end() && same->second != value.row) {
      return taken(value.name);
    }
    const auto key = make_key<2>({field, value.row});
    TAGLINE_ASSIGN_OR_RETURN(const auto stored, rep_->txn.get(KeySpace::Values, key));
    if (stored) {
      TAGLINE_ASSIGN_OR_RETURN(const ValueRecord old, decode_value(value.row, *stored));
      names->erase(old.name);
    }
    RecordWriter record;
    encode(value, record);
    TAGLINE_RETURN_IF_ERROR(rep_->put_if_new(KeySpace::Values, key, record.bytes()));
    names->emplace(value.name, value.row);
  }
  return {};
}

Status WriteTxn::add_users(std::span<const std::string_view> external_ids) {
  if (external_ids.empty()) {
    return {};
  }
  const engine::UserIndex first = rep_->meta.user_limit;
  if (external_ids.size() > kUsersMax - first) {
    return failure(ErrorCode::TooLarge,
                   {"more than 4,294,967,295 users", "用户数超过 4,294,967,295"},
                   {"keep further users in another database", "请将更多用户放入另一个数据库"});
  }
  for (const std::string_view id : external_ids) {
    if (id.empty()) {  // on disk that is somebody who was erased
      return failure(ErrorCode::BadInput, {"a user id is blank", "用户 ID 为空"},
                     {"give every user an id", "请为每个用户提供 ID"});
    }
    if (id.size() > kExternalIdBytesMax) {
      return too_long("the user id that starts with \"" + std::string(id.substr(0, 32)) + "\"",
                      "以 \"" + std::string(id.substr(0, 32)) + "\" 开头的用户 ID ", id.size(),
                      kExternalIdBytesMax);
    }
  }
  TAGLINE_RETURN_IF_ERROR(append_users(rep_->txn, rep_->meta.id_seed, first, external_ids));
  rep_->meta.user_limit = first + static_cast<std::uint32_t>(external_ids.size());
  Status extended = rep_->extend_population(first, rep_->meta.user_limit);
  if (!extended.has_value()) {
    rep_->txn.spoil();
  }
  return extended;
}

Status WriteTxn::Rep::extend_population(engine::UserIndex first, std::uint32_t end) {
  for (engine::ShardId shard = engine::shard_of(first); shard <= engine::shard_of(end - 1);
       ++shard) {
    const auto key = make_key<3>({engine::kPopulationRow.field, engine::kPopulationRow.row, shard});
    TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Fragments, key));
    engine::Bitmap members;
    if (stored) {
      TAGLINE_ASSIGN_OR_RETURN(members, copy_fragment(*stored));
    }
    const std::uint64_t base = std::uint64_t{shard} << engine::kShardBits;
    members.add_range(std::max<std::uint64_t>(first, base) - base,
                      std::min<std::uint64_t>(end, base + engine::kShardUsers) - base);
    members.optimize();
    TAGLINE_RETURN_IF_ERROR(
        change_fragment(engine::kPopulationRow, shard, encoder.encode(members)));
  }
  return {};
}

Result<engine::Bitmap> WriteTxn::load_fragment(engine::RowKey row, engine::ShardId shard) const {
  TAGLINE_RETURN_IF_ERROR(rep_->fold_for(row.field));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto stored,
      rep_->txn.get(KeySpace::Fragments, make_key<3>({row.field, row.row, shard})));
  if (!stored) {
    return engine::Bitmap();
  }
  return copy_fragment(*stored);
}

Status WriteTxn::put_fragment(engine::RowKey row, engine::ShardId shard, engine::Bitmap members) {
  TAGLINE_RETURN_IF_ERROR(rep_->fold_for(row.field));
  const auto highest = members.max();
  if (!highest) {
    return rep_->change_fragment(row, shard, std::nullopt);
  }
  if (*highest >= engine::kShardUsers ||
      (std::uint64_t{shard} << engine::kShardBits) + *highest >= user_limit()) {
    return internal("a fragment of tag number " + std::to_string(row.field) +
                        " names a user who was never added",
                    "编号为 " + std::to_string(row.field) + " 的标签的分片包含从未添加的用户");
  }
  members.optimize();
  return rep_->change_fragment(row, shard, rep_->encoder.encode(members));
}

}  // namespace tagline::storage
