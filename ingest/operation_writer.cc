#include "ingest/operation_writer.h"

#include "ingest/day.h"
#include "ingest/dictionary.h"
#include "ingest/field_plan.h"
#include "ingest/identity.h"
#include "ingest/operation_value.h"
#include "ingest/text.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::Day;
using engine::FieldId;
using engine::RowId;
using engine::TagKind;
using engine::UserIndex;
using storage::CellShape;

}  // namespace

Result<OperationWriter> OperationWriter::make(storage::WriteTxn& txn, Vocabulary& names,
                                              StagedChanges& staged, std::int64_t now_s) {
  TAGLINE_ASSIGN_OR_RETURN(auto format, TimeFormat::make("iso8601"));
  const std::chrono::system_clock::time_point now{std::chrono::seconds(now_s)};
  TAGLINE_ASSIGN_OR_RETURN(const auto today, storage::day_in_zone(now, txn.time_zone()));
  return OperationWriter(txn, names, staged, now_s, std::move(format),
                         static_cast<Day>(today.time_since_epoch().count()));
}

OperationWriter::OperationWriter(storage::WriteTxn& txn, Vocabulary& names, StagedChanges& staged,
                                 std::int64_t now_s, TimeFormat format, Day today)
    : txn_(txn),
      names_(names),
      staged_(staged),
      now_s_(now_s),
      format_(std::move(format)),
      clock_("", txn.time_zone()),
      today_(today) {}

Result<Reason> OperationWriter::write(const Operation& operation, const IngestOptions& options) {
  const StagedChanges::Mark mark = staged_.mark();
  TAGLINE_ASSIGN_OR_RETURN(auto why, write_all(operation, options));
  if (why.has_value()) {
    staged_.take_back(mark);
  }
  return why;
}

Result<Reason> OperationWriter::write_all(const Operation& operation,
                                          const IngestOptions& options) {
  const std::string id(trim(operation.user));
  if (const Reason why = id_reason(id); why.has_value()) {
    return why;
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto user, staged_.user(id, options.users == Unknown::Create));
  if (!user.has_value()) {
    return reason("there is no user \"" + excerpt(id) + "\"", "没有用户“" + excerpt(id) + "”");
  }
  Reason why;
  for (const std::string& name : operation.clear) {
    TAGLINE_ASSIGN_OR_RETURN(auto* tag, tag_of({name, {}, false}, false, options, why));
    if (tag != nullptr) {
      TAGLINE_ASSIGN_OR_RETURN(why, clear(*tag, *user));
    }
    if (why.has_value()) {
      return why;
    }
  }
  const auto each = [&](const std::vector<TagValues>& all, bool list, const auto& act,
                        bool adds = false) -> Result<Reason> {
    for (const TagValues& given : all) {
      TAGLINE_ASSIGN_OR_RETURN(auto* tag, tag_of(given, list || given.list, options, why, adds));
      if (tag != nullptr) {
        TAGLINE_ASSIGN_OR_RETURN(why, act(*tag, given));
      }
      if (why.has_value()) {
        return why;
      }
    }
    return Reason();
  };
  using Tag = Vocabulary::Tag;
  TAGLINE_ASSIGN_OR_RETURN(why, each(operation.set, false, [&](Tag& tag, const TagValues& given) {
                             return set(tag, given, *user, options);
                           }));
  if (!why.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(
        why, each(operation.remove, true,
                  [&](Tag& tag, const TagValues& given) { return remove(tag, given, *user); }));
  }
  if (!why.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(
        why, each(
                 operation.add, false,
                 [&](Tag& tag, const TagValues& given) { return add(tag, given, *user, options); },
                 true));
  }
  for (std::size_t i = 0; i < operation.events.size() && !why.has_value(); ++i) {
    TAGLINE_ASSIGN_OR_RETURN(why, done(operation.events[i], *user, options));
  }
  return why;
}

Result<Vocabulary::Tag*> OperationWriter::tag_of(const TagValues& given, bool list,
                                                 const IngestOptions& options, Reason& why,
                                                 bool adds) {
  if (auto* tag = names_.tag(given.tag); tag != nullptr) {
    return tag;
  }
  const bool taken = names_.event(given.tag) != nullptr;
  if (taken || options.tags == Unknown::Refuse || given.values.empty()) {
    const auto near = names_.near(given.tag);
    why = taken ? reason(excerpt(given.tag) + " is an event, not a tag",
                         excerpt(given.tag) + " 是行为，不是标签")
                : reason("there is no tag " + excerpt(given.tag) +
                             (near ? "; the nearest is " + *near : std::string()),
                         "没有标签 " + excerpt(given.tag) +
                             (near ? "；最接近的是 " + *near : std::string()));
    return nullptr;
  }
  storage::TagRecord record;
  if (!can_be_named(given.tag)) {
    why = reason("\"" + excerpt(given.tag) + "\" cannot be the name of a tag",
                 "“" + excerpt(given.tag) + "”不能作为标签名称");
    return nullptr;
  }
  record.name = given.tag;
  record.created_s = now_s_;
  record.updated_s = now_s_;
  const std::string& value = given.values.front();
  if (list) {
    record.kind = TagKind::Set;
  } else if (!adds && (value == "true" || value == "false")) {
    record.kind = TagKind::Flag;
  } else if (is_number(value)) {
    record.kind = TagKind::Number;
    record.scale = kNewScale;
    if (!number_of(value, kNewScale, given.tag, why).has_value()) {
      return nullptr;  // before there is such a tag
    }
  } else if (adds) {
    record.kind = TagKind::Set;
  } else {
    record.kind = parse_day(value, 0).has_value() ? TagKind::Date : TagKind::Category;
  }
  ++tags_new_;
  return names_.add(std::move(record), txn_);
}

Status OperationWriter::stage_any(Vocabulary::Tag& tag, UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(const auto rows, names_.rows(tag, txn_));
  StagedChanges::Value any;
  for (std::size_t i = 0; i < rows.size() && !any.has_value(); ++i) {
    TAGLINE_ASSIGN_OR_RETURN(any, staged_.value(tag.record.field, CellShape::Bit, rows[i], user));
  }
  staged_.set({tag.record.field, CellShape::Bit, engine::kExistsRow, user, any});
  return {};
}

Result<Reason> OperationWriter::clear(Vocabulary::Tag& tag, UserIndex user) {
  const FieldId field = tag.record.field;
  if (tag.record.kind == TagKind::Set) {
    TAGLINE_ASSIGN_OR_RETURN(const auto rows, names_.rows(tag, txn_));
    for (const RowId row : rows) {
      TAGLINE_ASSIGN_OR_RETURN(const auto had, staged_.value(field, CellShape::Bit, row, user));
      if (had.has_value()) {
        staged_.set({field, CellShape::Bit, row, user, {}});
      }
    }
  }
  staged_.set({field, cell_shape(tag.record.kind), 0, user, {}});
  return Reason();
}

Result<std::optional<RowId>> OperationWriter::row_of(Vocabulary::Tag& tag, const std::string& value,
                                                     const IngestOptions& options, Reason& why) {
  const auto name = is_utf8(value) ? name_of_cell(value) : Result<std::string>(std::string());
  if (!name.has_value() || name->empty() || name->size() > storage::kNameBytesMax) {
    why = reason(tag.record.name + ": \"" + excerpt(value) + "\" cannot be the name of a value",
                 tag.record.name + "：“" + excerpt(value) + "”不能作为取值名称");
    return std::optional<RowId>();
  }
  TAGLINE_ASSIGN_OR_RETURN(auto row, names_.row(tag, *name, txn_));
  if (!row.has_value() && options.values == Unknown::Create) {
    if (Vocabulary::is_full(tag)) {
      why = reason(tag.record.name + " has as many values as a tag may have",
                   tag.record.name + " 的取值数已达上限");
      return row;
    }
    TAGLINE_ASSIGN_OR_RETURN(row, names_.row_of(tag, *name, txn_));
    values_new_.push_back({tag.record.name, *name});
  }
  if (!row.has_value()) {
    why = reason(tag.record.name + " has no value \"" + excerpt(*name) + "\"",
                 tag.record.name + " 没有取值“" + excerpt(*name) + "”");
  }
  return row;
}

Result<Reason> OperationWriter::set(Vocabulary::Tag& tag, const TagValues& given, UserIndex user,
                                    const IngestOptions& options) {
  const FieldId field = tag.record.field;
  const std::string& name = tag.record.name;
  Reason why;
  if (tag.record.kind == TagKind::Set) {
    TAGLINE_RETURN_IF_ERROR(clear(tag, user).map([](const Reason&) {}));
    return given.values.empty() ? Result<Reason>(Reason()) : add(tag, given, user, options);
  }
  if (given.values.size() != 1) {
    return reason(name + ": a list, expected one value: only sets have several",
                  name + "：这里是列表，应为单个取值；只有多值标签才有多个取值");
  }
  const std::string& text = given.values.front();
  StagedChanges::Value value;
  switch (tag.record.kind) {
    case TagKind::Flag: {
      const auto truth = truth_of(text);
      if (!truth.has_value()) {
        return reason(name + ": \"" + excerpt(text) + "\", expected true or false",
                      name + "：“" + excerpt(text) + "”，应为 true 或 false");
      }
      value = *truth ? StagedChanges::Value(1) : std::nullopt;
      break;
    }
    case TagKind::Category: {
      TAGLINE_ASSIGN_OR_RETURN(value, row_of(tag, text, options, why));
      break;
    }
    case TagKind::Number:
      value = number_of(text, tag.record.scale, name, why);
      why = why.has_value() ? why : bounds_reason(tag.record, *value);
      break;
    case TagKind::Date: {
      value = parse_day(text, 0);
      if (!value.has_value()) {
        why = reason(name + ": \"" + excerpt(text) + "\", expected a day such as 2026-01-31",
                     name + "：“" + excerpt(text) + "”，应为日期，例如 2026-01-31");
      }
      break;
    }
    case TagKind::Set:
    case TagKind::Event:
      break;
  }
  if (!why.has_value()) {
    staged_.set({field, cell_shape(tag.record.kind), 0, user, value});
  }
  return why;
}

Result<Reason> OperationWriter::add(Vocabulary::Tag& tag, const TagValues& given, UserIndex user,
                                    const IngestOptions& options) {
  const FieldId field = tag.record.field;
  Reason why;
  if (tag.record.kind == TagKind::Set) {
    for (const std::string& text : given.values) {
      TAGLINE_ASSIGN_OR_RETURN(const auto row, row_of(tag, text, options, why));
      if (!row.has_value()) {
        return why;
      }
      staged_.set({field, CellShape::Bit, *row, user, 1});
      staged_.set({field, CellShape::Bit, engine::kExistsRow, user, 1});
    }
    return Reason();
  }
  if (tag.record.kind != TagKind::Number || given.values.size() != 1) {
    const Text kind = kind_text(tag.record.kind);
    return reason(tag.record.name + " is " + kind.en +
                      ", nothing can be added to it: \"add\" is "
                      "for sets and numbers",
                  tag.record.name + " 是" + kind.zh + "，不能累加：\"add\" 只用于多值标签和数值");
  }
  const auto more = number_of(given.values.front(), tag.record.scale, tag.record.name, why);
  if (!more.has_value()) {
    return why;
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto before, staged_.value(field, CellShape::Number, 0, user));
  std::int64_t sum = 0;
  if (__builtin_add_overflow(before.value_or(0), *more, &sum) ||
      sum == std::numeric_limits<std::int64_t>::min()) {
    return reason(tag.record.name + ": the sum is too large", tag.record.name + "：累加结果过大");
  }
  why = bounds_reason(tag.record, sum);
  if (!why.has_value()) {
    staged_.set({field, CellShape::Number, 0, user, sum});
  }
  return why;
}

Result<Reason> OperationWriter::remove(Vocabulary::Tag& tag, const TagValues& given,
                                       UserIndex user) {
  if (tag.record.kind != TagKind::Set) {
    const Text kind = kind_text(tag.record.kind);
    return reason(tag.record.name + " is " + kind.en + ": \"remove\" is for values of sets",
                  tag.record.name + " 是" + kind.zh + "：\"remove\" 只用于多值标签的取值");
  }
  for (const std::string& text : given.values) {
    const auto name = is_utf8(text) ? name_of_cell(text) : Result<std::string>(text);
    TAGLINE_ASSIGN_OR_RETURN(const auto row, names_.row(tag, name.value_or(text), txn_));
    if (row.has_value()) {  // nobody has a value that is not there
      staged_.set({tag.record.field, CellShape::Bit, *row, user, {}});
    }
  }
  TAGLINE_RETURN_IF_ERROR(stage_any(tag, user));
  return Reason();
}

void note_new_values(const OperationWriter& writer, std::size_t from, IngestReport& report) {
  const std::span values = std::span(writer.values_new()).subspan(from);
  const auto told = values.first(std::min(values.size(), IngestReport::kNewKept));
  report.values_new = values.size();
  report.first_new_values.assign(told.begin(), told.end());
}

}  // namespace tagline::ingest
