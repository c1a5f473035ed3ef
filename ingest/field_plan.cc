#include "ingest/field_plan.h"

#include "ingest/day.h"
#include "ingest/limits.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::TagKind;

tl::unexpected<Error> conflict(const Column& column, const std::string& en, const std::string& zh) {
  return failure(ErrorCode::SchemaConflict,
                 {"the database has the tag " + column.tag + " as " + en,
                  "数据库中的标签 " + column.tag + " 是" + zh},
                 {"change the column's \"kind\" or \"scale\" in the schema to match, or give it "
                  "another \"tag\"",
                  "请修改模式中该列的 \"kind\" 或 \"scale\" 使其一致，或换一个 \"tag\" 名"});
}

Status check_kind(const Column& column, const storage::TagRecord& tag) {
  if (tag.kind != column.kind) {
    const Text is = kind_text(tag.kind);
    const Text wanted = kind_text(column.kind);
    return conflict(column, is.en + ", the schema says " + wanted.en,
                    is.zh + "，而模式写的是" + wanted.zh);
  }
  if (tag.kind == TagKind::Number && column.scale > tag.scale) {
    const std::string has = std::to_string(tag.scale);
    const std::string wants = std::to_string(column.scale);
    return conflict(column, "a number with " + has + " decimals, the schema says " + wants,
                    "保留 " + has + " 位小数的数值，而模式写的是 " + wants + " 位");
  }
  return {};
}

/// A declared bound in the scale of the tag; dropped when it does not fit.
std::optional<std::int64_t> rescale(std::optional<std::int64_t> bound, unsigned from, unsigned to) {
  for (; bound.has_value() && from < to; ++from) {
    if (*bound > std::numeric_limits<std::int64_t>::max() / 10 ||
        *bound < std::numeric_limits<std::int64_t>::min() / 10) {
      return std::nullopt;
    }
    *bound *= 10;
  }
  return bound;
}

void put_text(std::string& to, const std::string& from) {
  if (!from.empty()) {
    to = from;
  }
}

/// What the schema says about the tag, over what the catalogue says. Silence leaves things as they
/// are.
Status merge(storage::TagRecord& record, const Column& column) {
  for (const std::string& alias : column.aliases) {
    TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(alias)));
    if (normal != record.name &&
        std::find(record.aliases.begin(), record.aliases.end(), normal) == record.aliases.end()) {
      record.aliases.push_back(std::move(normal));
    }
  }
  if (const auto min = rescale(column.min, column.scale, record.scale); min.has_value()) {
    record.min = min;
  }
  if (const auto max = rescale(column.max, column.scale, record.scale); max.has_value()) {
    record.max = max;
  }
  put_text(record.unit, column.unit);
  put_text(record.title.en, column.title.en);
  put_text(record.title.zh, column.title.zh);
  put_text(record.description, column.description);
  put_text(record.layer, column.layer);
  put_text(record.source, column.source);
  put_text(record.owner, column.owner);
  return {};
}

}  // namespace

namespace {

/// A tag and an event cannot share a name, nor two tags.
Status check_names(const storage::TagRecord& record,
                   const std::vector<storage::TagRecord>& tags_and_events) {
  for (const storage::TagRecord& other : tags_and_events) {
    if (other.name == record.name && other.kind != TagKind::Event) {
      continue;
    }
    const auto has = [&](const std::string& name) {
      return other.name == name ||
             std::find(other.aliases.begin(), other.aliases.end(), name) != other.aliases.end();
    };
    const auto alias = std::find_if(record.aliases.begin(), record.aliases.end(), has);
    if (alias == record.aliases.end() && !has(record.name)) {
      continue;
    }
    const std::string name = excerpt(alias == record.aliases.end() ? record.name : *alias);
    const std::string owner = excerpt(other.name);
    const bool of_event = other.kind == TagKind::Event;
    return failure(
        ErrorCode::SchemaConflict,
        {"tag " + excerpt(record.name) + ": " + name + " is a name of the " +
             (of_event ? "event " : "tag ") + owner + " in the database already",
         "标签 " + excerpt(record.name) + "：在数据库中，" + name + " 已是" +
             (of_event ? "行为 " : "标签 ") + owner + " 的名称"},
        {"give the column another \"tag\" or \"also\"", "请给该列换一个 \"tag\" 或 \"also\""});
  }
  return {};
}

}  // namespace

Text kind_text(TagKind kind) {
  switch (kind) {
    case TagKind::Flag:
      return {"a flag", "标志"};
    case TagKind::Category:
      return {"a category", "单值类别"};
    case TagKind::Set:
      return {"a set", "多值集合"};
    case TagKind::Number:
      return {"a number", "数值"};
    case TagKind::Date:
      return {"a date", "日期"};
    case TagKind::Event:
      return {"an event", "行为"};
  }
  return {"a tag", "标签"};
}

Result<std::vector<FieldPlan>> plan_fields(const Schema& schema, const storage::Snapshot& snapshot,
                                           std::int64_t now_s) {
  TAGLINE_ASSIGN_OR_RETURN(const auto tags, snapshot.tags());
  TAGLINE_ASSIGN_OR_RETURN(auto named, snapshot.events());
  named.insert(named.end(), tags.begin(), tags.end());
  std::vector<FieldPlan> plans;
  for (const Column& written : schema.columns) {
    if (written.skip) {
      continue;
    }
    Column column = written;
    TAGLINE_ASSIGN_OR_RETURN(column.tag, to_nfc(trim(written.tag)));
    const auto tag = std::find_if(tags.begin(), tags.end(),
                                  [&](const auto& known) { return known.name == column.tag; });
    std::vector<storage::ValueRecord> values;
    storage::TagRecord record;
    if (tag != tags.end()) {
      TAGLINE_RETURN_IF_ERROR(check_kind(column, *tag));
      record = *tag;
      if (record.kind == TagKind::Category || record.kind == TagKind::Set) {
        TAGLINE_ASSIGN_OR_RETURN(values, snapshot.values(record.field));
      }
    } else {
      record.name = column.tag;
      record.kind = column.kind;
      record.scale = column.kind == TagKind::Number ? column.scale : 0;
      record.created_s = now_s;
    }
    TAGLINE_RETURN_IF_ERROR(merge(record, column));
    if (tag == tags.end() || record.aliases != tag->aliases) {
      TAGLINE_RETURN_IF_ERROR(check_names(record, named));
    }
    FieldPlan& plan = plans.emplace_back(column, std::move(values));
    if (tag != tags.end()) {
      plan.was = *tag;
    }
    plan.record_changed = plan.was != record;
    plan.record = std::move(record);
    if (column.kind == TagKind::Date) {
      plan.date_format = find_date_format(column.date_format).value_or(0);
    }
  }
  return plans;
}

}  // namespace tagline::ingest
