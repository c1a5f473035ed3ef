#include "storage/write_txn.h"

#include "storage/catalogue_reader.h"
#include "storage/user_directory.h"
#include "storage/write_txn_rep.h"

#include <algorithm>
#include <limits>

namespace tagline::storage {

namespace {

// A description is a few sentences; this bounds what a hostile schema file can put into every
// reader's memory.
constexpr std::size_t kTextBytesMax = 64 << 10U;
constexpr std::size_t kAliasesMax = 1000;
constexpr std::uint64_t kUsersMax = std::numeric_limits<std::uint32_t>::max();

tl::unexpected<Error> too_long(const std::string& what_en, const std::string& what_zh,
                               std::size_t size, std::size_t max) {
  return failure(
      ErrorCode::TooLarge,
      {what_en + " has " + std::to_string(size) + " bytes, expected at most " + std::to_string(max),
       what_zh + "长 " + std::to_string(size) + " 字节，最多允许 " + std::to_string(max) + " 字节"},
      {"shorten it", "请缩短"});
}

tl::unexpected<Error> taken(const std::string& name) {
  return failure(ErrorCode::SchemaConflict,
                 {"the name \"" + name + "\" is taken", "名称 \"" + name + "\" 已被使用"},
                 {"choose another name", "请换一个名称"});
}

tl::unexpected<Error> internal(const std::string& en, const std::string& zh) {
  return failure(ErrorCode::Internal, {en, zh});
}

Status check_name(const std::string& name) {
  if (name.size() > kNameBytesMax) {
    return too_long("a name", "名称", name.size(), kNameBytesMax);
  }
  return {};
}

Status check_aliases(const std::vector<std::string>& aliases) {
  if (aliases.size() > kAliasesMax) {
    return failure(ErrorCode::TooLarge,
                   {std::to_string(aliases.size()) + " aliases, expected at most " +
                        std::to_string(kAliasesMax),
                    "有 " + std::to_string(aliases.size()) + " 个别名，最多允许 " +
                        std::to_string(kAliasesMax) + " 个"});
  }
  for (const std::string& alias : aliases) {
    TAGLINE_RETURN_IF_ERROR(check_name(alias));
  }
  return {};
}

Status check_tag(const TagRecord& tag) {
  if (tag.name.empty()) {
    return failure(ErrorCode::BadInput, {"a tag without a name", "标签没有名称"},
                   {"give it a name", "请为其命名"});
  }
  TAGLINE_RETURN_IF_ERROR(check_name(tag.name));
  TAGLINE_RETURN_IF_ERROR(check_aliases(tag.aliases));
  for (const std::string* text : {&tag.unit, &tag.title.en, &tag.title.zh, &tag.description,
                                  &tag.layer, &tag.source, &tag.owner}) {
    if (text->size() > kTextBytesMax) {
      return too_long("a text of tag \"" + tag.name + "\"", "标签 \"" + tag.name + "\" 的一段文字",
                      text->size(), kTextBytesMax);
    }
  }
  if (tag.scale > kNumberScaleMax) {
    return failure(
        ErrorCode::TooLarge,
        {"tag \"" + tag.name + "\" has " + std::to_string(tag.scale) +
             " digits after the point, expected at most 18",
         "标签 \"" + tag.name + "\" 有 " + std::to_string(tag.scale) + " 位小数，最多允许 18 位"});
  }
  return {};
}

Status check_value(const ValueRecord& value) {
  TAGLINE_RETURN_IF_ERROR(check_name(value.name));
  TAGLINE_RETURN_IF_ERROR(check_aliases(value.aliases));
  for (const std::string* text : {&value.title.en, &value.title.zh}) {
    if (text->size() > kTextBytesMax) {
      return too_long("the title of value \"" + value.name + "\"",
                      "取值 \"" + value.name + "\" 的标题", text->size(), kTextBytesMax);
    }
  }
  if (value.row < engine::kFirstValueRow) {
    return internal("the value \"" + value.name + "\" is given the existence row",
                    "取值 \"" + value.name + "\" 占用了存在行");
  }
  return {};
}

/// A replaced record may change what a tag is called, not how its rows are read.
Status check_same_rows(const TagRecord& old, const TagRecord& tag) {
  if (old.kind != tag.kind || old.scale != tag.scale) {
    return failure(ErrorCode::SchemaConflict,
                   {"the kind or scale of tag \"" + old.name + "\" would change",
                    "标签 \"" + old.name + "\" 的类型或小数位数将被改变"},
                   {"load the data under a new name", "请以新名称导入数据"});
  }
  return {};
}

}  // namespace

Result<Names*> WriteTxn::Rep::tag_names() {
  if (!tag_names_) {
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, read_tags(txn));
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

WriteTxn::WriteTxn(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
WriteTxn::~WriteTxn() = default;

std::uint32_t WriteTxn::user_limit() const {
  return rep_->meta.user_limit;
}
Result<std::vector<TagRecord>> WriteTxn::tags() const {
  return read_tags(rep_->txn);
}
Result<std::vector<ValueRecord>> WriteTxn::values(engine::FieldId field) const {
  return read_values(rep_->txn, field);
}

Result<engine::FieldId> WriteTxn::put_tag(TagRecord tag) {
  TAGLINE_RETURN_IF_ERROR(check_tag(tag));
  TAGLINE_ASSIGN_OR_RETURN(Names * names, rep_->tag_names());
  if (const auto same = names->find(tag.name); same != names->end() && same->second != tag.field) {
    return taken(tag.name);
  }
  if (tag.field == 0) {
    if (rep_->meta.next_field == std::numeric_limits<engine::FieldId>::max()) {
      return failure(ErrorCode::TooLarge,
                     {"all 4,294,967,294 tag numbers have been given out", "标签编号已用尽"});
    }
    tag.field = rep_->meta.next_field++;
  } else {
    TAGLINE_ASSIGN_OR_RETURN(const auto stored,
                             rep_->txn.get(KeySpace::Tags, make_key<1>({tag.field})));
    if (!stored) {
      return failure(ErrorCode::NotFound, {"there is no tag number " + std::to_string(tag.field),
                                           "没有编号为 " + std::to_string(tag.field) + " 的标签"});
    }
    TAGLINE_ASSIGN_OR_RETURN(const TagRecord old, decode_tag(tag.field, *stored));
    TAGLINE_RETURN_IF_ERROR(check_same_rows(old, tag));
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
  if (tag.kind != engine::TagKind::Category && tag.kind != engine::TagKind::Set) {
    return internal("values for tag \"" + tag.name + "\", which is neither a category nor a set",
                    "标签 \"" + tag.name + "\" 既非类别也非集合，不能有取值");
  }
  TAGLINE_ASSIGN_OR_RETURN(Names * names, rep_->value_names(field));
  for (const ValueRecord& value : values) {
    TAGLINE_RETURN_IF_ERROR(check_value(value));
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
    TAGLINE_RETURN_IF_ERROR(txn.put(KeySpace::Fragments, key, encoder.encode(members)));
  }
  return {};
}

Result<std::optional<engine::UserIndex>> WriteTxn::find_user(std::string_view external_id) const {
  return storage::find_user(rep_->txn, rep_->meta.id_seed, external_id);
}

Result<engine::Bitmap> WriteTxn::load_fragment(engine::RowKey row, engine::ShardId shard) const {
  TAGLINE_ASSIGN_OR_RETURN(
      const auto stored,
      rep_->txn.get(KeySpace::Fragments, make_key<3>({row.field, row.row, shard})));
  if (!stored) {
    return engine::Bitmap();
  }
  return copy_fragment(*stored);
}

Status WriteTxn::put_fragment(engine::RowKey row, engine::ShardId shard, engine::Bitmap members) {
  const auto key = make_key<3>({row.field, row.row, shard});
  const auto highest = members.max();
  if (!highest) {
    return rep_->txn.erase(KeySpace::Fragments, key);
  }
  if (*highest >= engine::kShardUsers ||
      (std::uint64_t{shard} << engine::kShardBits) + *highest >= user_limit()) {
    return internal("a fragment of tag number " + std::to_string(row.field) +
                        " names a user who was never added",
                    "编号为 " + std::to_string(row.field) + " 的标签的分片包含从未添加的用户");
  }
  members.optimize();
  return rep_->put_if_new(KeySpace::Fragments, key, rep_->encoder.encode(members));
}

}  // namespace tagline::storage
