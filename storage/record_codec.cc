#include "storage/record_codec.h"

#include "storage/write_txn.h"

namespace tagline::storage {

namespace {

constexpr std::string_view kMetaMagic = "tagline";
constexpr std::uint64_t kTagVersion = 3;
/// Read too: 1 names no replacement, and 1 and 2 say nothing of the life of values.
constexpr std::uint64_t kOldestTagVersion = 1;
constexpr std::uint64_t kTagVersionWithLife = 3;
constexpr std::uint64_t kValueVersion = 1;
constexpr std::uint64_t kSegmentVersion = 1;
constexpr std::uint64_t kLoadVersion = 1;
constexpr std::uint64_t kRequestVersion = 1;
constexpr std::uint64_t kRuleVersion = 1;
constexpr std::uint64_t kOriginVersion = 1;

constexpr std::uint64_t kHasMin = 1;
constexpr std::uint64_t kHasMax = 2;
constexpr std::uint64_t kDeprecated = 4;
constexpr std::uint64_t kHasAmount = 8;
constexpr std::uint64_t kAllTagFlags = kHasMin | kHasMax | kDeprecated | kHasAmount;

void strings(const std::vector<std::string>& values, RecordWriter& out) {
  out.varint(values.size());
  for (const std::string& value : values) {
    out.string(value);
  }
}

std::vector<std::string> strings(RecordReader& in) {
  std::vector<std::string> values(in.count());
  for (std::string& value : values) {
    value = in.string();
  }
  return values;
}

Text text(RecordReader& in) {
  Text read;
  read.en = in.string();
  read.zh = in.string();
  return read;
}

}  // namespace

tl::unexpected<Error> damaged_record(const std::string& what_en, const std::string& what_zh) {
  return failure(ErrorCode::Corrupt, {"damaged record: " + what_en, "记录已损坏：" + what_zh},
                 {"run \"tagline verify\", then load the data again or restore a backup",
                  "请运行 \"tagline verify\"，然后重新导入数据或恢复备份"});
}

void encode(const MetaRecord& meta, RecordWriter& out) {
  out.string(kMetaMagic);
  out.varint(kFormatVersion);
  out.varint(meta.version);
  out.zigzag(meta.created_s);
  out.string(meta.time_zone);
  out.varint(meta.id_seed);
  out.varint(meta.user_limit);
  out.varint(meta.next_field);
  out.varint(meta.data_version);
  out.varint(meta.changes_first);
  out.varint(meta.changes_next);
  out.varint(meta.catalogue_version);
}

Result<MetaRecord> decode_meta(Bytes bytes) {
  RecordReader in(bytes);
  if (in.string() != kMetaMagic) {
    return failure(ErrorCode::WrongFormat,
                   {"its first record is not Tagline's, expected \"tagline\"",
                    "其首条记录不属于 Tagline，应为 \"tagline\""});
  }
  const std::uint64_t format = in.varint();
  if (format < kOldestFormatVersion || format > kFormatVersion) {
    const std::string oldest = std::to_string(kOldestFormatVersion);
    const std::string newest = std::to_string(kFormatVersion);
    return failure(
        ErrorCode::WrongFormat,
        {"its format version is " + std::to_string(format) + ", this program reads versions " +
             oldest + " to " + newest,
         "其格式版本为 " + std::to_string(format) + "，本程序只读取版本 " + oldest + " 到 " +
             newest},
        format < kFormatVersion
            ? Text{"load the files again into a new folder", "请将文件重新导入到新的文件夹"}
            : Text{"open it with the version of Tagline that wrote it",
                   "请用写入它的 Tagline 版本打开"});
  }
  MetaRecord meta;
  meta.format = format;
  meta.version = in.varint();
  meta.created_s = in.zigzag();
  meta.time_zone = in.string();
  meta.id_seed = in.varint();
  const std::uint64_t user_limit = in.varint();
  const std::uint64_t next_field = in.varint();
  meta.data_version = format < kFormatVersionWithDataVersion ? meta.version : in.varint();
  meta.catalogue_version = meta.version;
  if (format >= kFormatVersionWithChanges) {
    meta.changes_first = in.varint();
    meta.changes_next = in.varint();
    meta.catalogue_version = in.varint();
  }
  meta.user_limit = static_cast<std::uint32_t>(user_limit);
  meta.next_field = static_cast<engine::FieldId>(next_field);
  if (!in.complete() || meta.user_limit != user_limit || meta.next_field != next_field ||
      next_field == 0 || meta.data_version > meta.version ||
      meta.changes_first > meta.changes_next || meta.catalogue_version > meta.version) {
    return damaged_record("the database's own record cannot be read", "无法读取数据库自身的记录");
  }
  return meta;
}

void encode(const TagRecord& tag, RecordWriter& out) {
  out.varint(kTagVersion);
  out.string(tag.name);
  out.byte(static_cast<std::uint8_t>(tag.kind));
  out.varint(tag.scale);
  out.varint((tag.min ? kHasMin : 0) | (tag.max ? kHasMax : 0) |
             (tag.deprecated ? kDeprecated : 0) | (tag.has_amount ? kHasAmount : 0));
  out.zigzag(tag.min.value_or(0));
  out.zigzag(tag.max.value_or(0));
  out.string(tag.unit);
  out.string(tag.title.en);
  out.string(tag.title.zh);
  out.string(tag.description);
  out.string(tag.layer);
  out.string(tag.source);
  out.string(tag.owner);
  strings(tag.aliases, out);
  out.zigzag(tag.created_s);
  out.zigzag(tag.updated_s);
  out.varint(tag.replacement);
  out.varint(static_cast<std::uint64_t>(tag.ttl_s));
  out.varint(tag.times);
}

Result<TagRecord> decode_tag(engine::FieldId field, Bytes bytes) {
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  if (version < kOldestTagVersion || version > kTagVersion) {
    return damaged_record("tag " + std::to_string(field) + " has record version " +
                              std::to_string(version) + ", expected 1 to 3",
                          "标签 " + std::to_string(field) + " 的记录版本为 " +
                              std::to_string(version) + "，应为 1 至 3");
  }
  TagRecord tag;
  tag.field = field;
  tag.name = in.string();
  const std::uint8_t kind = in.byte();
  const std::uint64_t scale = in.varint();
  const std::uint64_t flags = in.varint();
  const std::int64_t min = in.zigzag();
  const std::int64_t max = in.zigzag();
  tag.unit = in.string();
  tag.title = text(in);
  tag.description = in.string();
  tag.layer = in.string();
  tag.source = in.string();
  tag.owner = in.string();
  tag.aliases = strings(in);
  tag.created_s = in.zigzag();
  tag.updated_s = in.zigzag();
  const std::uint64_t replacement = version == kOldestTagVersion ? 0 : in.varint();
  tag.replacement = static_cast<engine::FieldId>(replacement);
  const std::uint64_t ttl = version < kTagVersionWithLife ? 0 : in.varint();
  const std::uint64_t times = version < kTagVersionWithLife ? 0 : in.varint();
  tag.ttl_s = static_cast<std::int64_t>(ttl);
  tag.times = static_cast<engine::FieldId>(times);
  const bool event = kind == static_cast<std::uint8_t>(engine::TagKind::Event);
  if (!in.complete() || kind > static_cast<std::uint8_t>(engine::TagKind::Event) ||
      scale > kNumberScaleMax || (flags & ~kAllTagFlags) != 0 ||
      ((flags & kHasAmount) != 0 && !event) || tag.replacement != replacement ||
      (replacement != 0 && (flags & kDeprecated) == 0) || tag.times != times ||
      ttl > static_cast<std::uint64_t>(kTtlMax) || (ttl != 0 && times == 0) ||
      (times != 0 && (event || times <= field))) {
    return damaged_record("tag " + std::to_string(field) + " cannot be read",
                          "无法读取标签 " + std::to_string(field));
  }
  tag.kind = static_cast<engine::TagKind>(kind);
  tag.scale = static_cast<unsigned>(scale);
  tag.min = (flags & kHasMin) != 0 ? std::optional(min) : std::nullopt;
  tag.max = (flags & kHasMax) != 0 ? std::optional(max) : std::nullopt;
  tag.deprecated = (flags & kDeprecated) != 0;
  tag.has_amount = (flags & kHasAmount) != 0;
  return tag;
}

void encode(const ValueRecord& value, RecordWriter& out) {
  out.varint(kValueVersion);
  out.string(value.name);
  strings(value.aliases, out);
  out.string(value.title.en);
  out.string(value.title.zh);
}

Result<ValueRecord> decode_value(engine::RowId row, Bytes bytes) {
  RecordReader in(bytes);
  if (const std::uint64_t version = in.varint(); version != kValueVersion) {
    return damaged_record("the value of row " + std::to_string(row) + " has record version " +
                              std::to_string(version) + ", expected 1",
                          "第 " + std::to_string(row) + " 行的取值记录版本为 " +
                              std::to_string(version) + "，应为 1");
  }
  ValueRecord value;
  value.row = row;
  value.name = in.string();
  value.aliases = strings(in);
  value.title = text(in);
  if (!in.complete()) {
    return damaged_record("the value of row " + std::to_string(row) + " cannot be read",
                          "无法读取第 " + std::to_string(row) + " 行的取值");
  }
  return value;
}

void encode(const SegmentRecord& segment, RecordWriter& out) {
  out.varint(kSegmentVersion);
  out.string(segment.name);
  out.string(segment.expression);
  out.varint(segment.list);
  out.string(segment.title.en);
  out.string(segment.title.zh);
  out.string(segment.description);
  out.string(segment.owner);
  strings(segment.labels, out);
  out.zigzag(segment.created_s);
  out.zigzag(segment.updated_s);
}

Result<SegmentRecord> decode_segment(std::string_view name, Bytes bytes) {
  RecordReader in(bytes);
  if (const std::uint64_t version = in.varint(); version != kSegmentVersion) {
    return damaged_record(
        "segment \"" + std::string(name) + "\" has record version " + std::to_string(version) +
            ", expected 1",
        "人群 \"" + std::string(name) + "\" 的记录版本为 " + std::to_string(version) + "，应为 1");
  }
  SegmentRecord segment;
  segment.name = in.string();
  segment.expression = in.string();
  const std::uint64_t list = in.varint();
  segment.title = text(in);
  segment.description = in.string();
  segment.owner = in.string();
  segment.labels = strings(in);
  segment.created_s = in.zigzag();
  segment.updated_s = in.zigzag();
  segment.list = static_cast<engine::FieldId>(list);
  // A segment is an expression or a list, never both.
  if (!in.complete() || segment.list != list || segment.expression.empty() == (list == 0)) {
    return damaged_record("segment \"" + std::string(name) + "\" cannot be read",
                          "无法读取人群 \"" + std::string(name) + "\"");
  }
  if (segment.name != name) {
    return damaged_record(
        "segment \"" + std::string(name) + "\" is called \"" + segment.name + "\" in its record",
        "人群 \"" + std::string(name) + "\" 在其记录中名为 \"" + segment.name + "\"");
  }
  return segment;
}

void encode(const RuleRecord& rule, RecordWriter& out) {
  out.varint(kRuleVersion);
  out.string(rule.expression);
  out.string(rule.author);
  out.zigzag(rule.saved_s);
  // One more than the count, so that none has a number of its own.
  out.varint(rule.count.has_value() ? *rule.count + 1 : 0);
  out.varint(rule.population);
  out.zigzag(rule.as_of);
}

Result<RuleRecord> decode_rule(std::uint32_t number, Bytes bytes) {
  const std::string text = std::to_string(number);
  RecordReader in(bytes);
  if (const std::uint64_t version = in.varint(); version != kRuleVersion) {
    return damaged_record(
        "rule " + text + " has record version " + std::to_string(version) + ", expected 1",
        "第 " + text + " 条规则的记录版本为 " + std::to_string(version) + "，应为 1");
  }
  RuleRecord rule;
  rule.number = number;
  rule.expression = in.string();
  rule.author = in.string();
  rule.saved_s = in.zigzag();
  const std::uint64_t counted = in.varint();
  rule.count = counted == 0 ? std::nullopt : std::optional(counted - 1);
  rule.population = in.varint();
  rule.as_of = in.zigzag();
  if (!in.complete() || rule.expression.empty() || number == 0) {
    return damaged_record("rule " + text + " cannot be read", "无法读取第 " + text + " 条规则");
  }
  return rule;
}

void encode(const OriginRecord& origin, RecordWriter& out) {
  out.varint(kOriginVersion);
  out.string(origin.source);
  out.byte(origin.source_gone ? 1 : 0);
  out.string(origin.expression);
  out.varint(origin.rule);
  out.zigzag(origin.as_of);
  out.varint(origin.data_version);
  out.varint(origin.population);
  out.zigzag(origin.taken_s);
  out.string(origin.author);
}

Result<OriginRecord> decode_origin(std::string_view name, Bytes bytes) {
  const std::string whose(name);
  RecordReader in(bytes);
  if (const std::uint64_t version = in.varint(); version != kOriginVersion) {
    return damaged_record(
        "the origin of \"" + whose + "\" has record version " + std::to_string(version) +
            ", expected 1",
        "\"" + whose + "\" 的来源记录版本为 " + std::to_string(version) + "，应为 1");
  }
  OriginRecord origin;
  origin.name = whose;
  origin.source = in.string();
  const std::uint8_t gone = in.byte();
  origin.expression = in.string();
  const std::uint64_t rule = in.varint();
  origin.as_of = in.zigzag();
  origin.data_version = in.varint();
  origin.population = in.varint();
  origin.taken_s = in.zigzag();
  origin.author = in.string();
  origin.source_gone = gone != 0;
  origin.rule = static_cast<std::uint32_t>(rule);
  if (!in.complete() || gone > 1 || origin.rule != rule) {
    return damaged_record("the origin of \"" + whose + "\" cannot be read",
                          "无法读取 \"" + whose + "\" 的来源");
  }
  return origin;
}

void encode(const LoadRecord& load, RecordWriter& out) {
  out.varint(kLoadVersion);
  out.string(load.id);
  out.string(load.file);
  out.varint(load.rows);
  out.varint(load.events);
  out.zigzag(load.loaded_s);
}

Result<LoadRecord> decode_load(std::string_view id, Bytes bytes) {
  RecordReader in(bytes);
  if (const std::uint64_t version = in.varint(); version != kLoadVersion) {
    return damaged_record(
        "load \"" + std::string(id) + "\" has record version " + std::to_string(version) +
            ", expected 1",
        "导入 \"" + std::string(id) + "\" 的记录版本为 " + std::to_string(version) + "，应为 1");
  }
  LoadRecord load;
  load.id = in.string();
  load.file = in.string();
  load.rows = in.varint();
  load.events = in.varint();
  load.loaded_s = in.zigzag();
  if (!in.complete()) {
    return damaged_record("load \"" + std::string(id) + "\" cannot be read",
                          "无法读取导入 \"" + std::string(id) + "\"");
  }
  if (load.id != id) {
    return damaged_record(
        "load \"" + std::string(id) + "\" has the id \"" + load.id + "\" in its record",
        "导入 \"" + std::string(id) + "\" 在其记录中的 ID 为 \"" + load.id + "\"");
  }
  return load;
}

void encode(const RequestRecord& request, RecordWriter& out) {
  out.varint(kRequestVersion);
  out.string(request.key);
  out.string(request.digest);
  out.zigzag(request.done_s);
  out.string(request.reply);
}

Result<RequestRecord> decode_request(std::uint64_t number, Bytes bytes) {
  RecordReader in(bytes);
  RequestRecord request;
  const std::uint64_t version = in.varint();
  request.key = in.string();
  request.digest = in.string();
  request.done_s = in.zigzag();
  request.reply = in.string();
  if (version != kRequestVersion || !in.complete() || request.key.empty()) {
    return damaged_record("request " + std::to_string(number) + " cannot be read",
                          "无法读取请求 " + std::to_string(number));
  }
  return request;
}

}  // namespace tagline::storage
