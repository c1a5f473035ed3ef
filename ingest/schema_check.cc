#include "ingest/day.h"
#include "ingest/event_plan.h"
#include "ingest/field_plan.h"
#include "ingest/limits.h"
#include "ingest/spellings.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::TagKind;

Text place_of(const Column& column) {
  const std::string name = excerpt(column.column);
  return {"column " + name, "列 " + name};
}

tl::unexpected<Error> bad(const Column& column, const std::string& en, const std::string& zh,
                          Text hint = {}) {
  const Text place = place_of(column);
  return failure(ErrorCode::BadSchema, {place.en + ": " + en, place.zh + "：" + zh},
                 std::move(hint));
}

Status check_name(const Column& column, const std::string& name) {
  const std::string_view trimmed = trim(name);
  if (trimmed.empty()) {
    return bad(
        column, "a name is empty", "名称为空",
        {"give it a \"tag\", or \"kind\": \"skip\"", "请写 \"tag\"，或写 \"kind\": \"skip\""});
  }
  const Text place = place_of(column);
  TAGLINE_RETURN_IF_ERROR(check_shown(name, ErrorCode::BadSchema,
                                      {place.en + ", the name \"" + excerpt(name) + "\"",
                                       place.zh + "，名称“" + excerpt(name) + "”"}));
  auto normal = to_nfc(trimmed);
  if (!normal.has_value() || normal->size() > storage::kNameBytesMax) {
    const std::string limit = std::to_string(storage::kNameBytesMax);
    return bad(column, "the name \"" + excerpt(name) + "\" is longer than " + limit + " bytes",
               "名称 \"" + excerpt(name) + "\" 超过 " + limit + " 字节");
  }
  return {};
}

/// A tag's name or other name: it has an address.
Status check_tag_name(const Column& column, const std::string& name) {
  TAGLINE_RETURN_IF_ERROR(check_name(column, name));
  return check_addressable(trim(name), ErrorCode::BadSchema, place_of(column));
}

Status check_texts(const Column& column) {
  const Text place = place_of(column);
  const std::initializer_list<std::pair<std::string_view, const std::string*>> texts = {
      {"unit", &column.unit},
      {"title.en", &column.title.en},
      {"title.zh-CN", &column.title.zh},
      {"description", &column.description},
      {"layer", &column.layer},
      {"source", &column.source},
      {"owner", &column.owner}};
  for (const auto& [name, text] : texts) {
    TAGLINE_RETURN_IF_ERROR(
        check_shown(*text, ErrorCode::BadSchema,
                    {place.en + ", " + std::string(name), place.zh + "，" + std::string(name)}));
  }
  return {};
}

Status check_date(const Column& column) {
  if (find_date_format(column.date_format).has_value()) {
    return {};
  }
  std::string known;
  for (const std::string_view format : kDateFormats) {
    known += (known.empty() ? "" : ", ") + std::string(format);
  }
  return bad(column, "the date format \"" + excerpt(column.date_format) + "\" is not known",
             "不认识日期格式 \"" + excerpt(column.date_format) + "\"",
             {"known formats: " + known, "可用的格式：" + known});
}

Status check_words(const Column& column) {
  for (const std::string& yes : column.true_words) {
    for (const std::string& no : column.false_words) {
      if (to_lower_ascii(yes) == to_lower_ascii(no)) {
        return bad(column, "\"" + excerpt(yes) + "\" is both a true and a false word",
                   "\"" + excerpt(yes) + "\" 既是真值词又是假值词");
      }
    }
  }
  return {};
}

Status check_column(const Column& column) {
  TAGLINE_RETURN_IF_ERROR(check_tag_name(column, column.tag));
  for (const std::string& alias : column.aliases) {
    TAGLINE_RETURN_IF_ERROR(check_tag_name(column, alias));
  }
  TAGLINE_RETURN_IF_ERROR(check_texts(column));
  for (const auto& [value, aliases] : column.value_aliases) {
    TAGLINE_RETURN_IF_ERROR(check_name(column, value));
    for (const std::string& alias : aliases) {
      TAGLINE_RETURN_IF_ERROR(check_name(column, alias));
    }
  }
  TAGLINE_RETURN_IF_ERROR(
      check_spellings_of_values("column " + column.column + ", values", column.value_aliases));
  if (column.kind == TagKind::Number && column.scale > kScaleMax) {
    const std::string limit = std::to_string(kScaleMax);
    return bad(column, "scale " + std::to_string(column.scale) + " is above " + limit,
               "小数位数 " + std::to_string(column.scale) + " 超过 " + limit);
  }
  if (column.kind == TagKind::Date) {
    TAGLINE_RETURN_IF_ERROR(check_date(column));
  }
  if (column.kind == TagKind::Flag) {
    TAGLINE_RETURN_IF_ERROR(check_words(column));
  }
  return {};
}

}  // namespace

Status check_schema(const Schema& schema) {
  constexpr std::string_view kImpossible("\"\r\n\0", 4);
  if (schema.format == FileFormat::Csv &&
      (kImpossible.find(schema.delimiter) != std::string_view::npos ||
       static_cast<unsigned char>(schema.delimiter) >= 0x80)) {
    return failure(ErrorCode::BadSchema,
                   {"the delimiter cannot be a quote, a line end or a byte above 127",
                    "分隔符不能是引号、换行或大于 127 的字节"},
                   {"use , ; | or a tab, or blanks", "请使用 , ; |、制表符或 blanks"});
  }
  if (schema.events.has_value()) {
    return check_events(*schema.events);
  }
  if (schema.columns.size() > kColumnsMax) {
    return failure(ErrorCode::TooLarge,
                   {"the schema has " + std::to_string(schema.columns.size()) +
                        " columns, at most " + std::to_string(kColumnsMax) + " are possible",
                    "模式有 " + std::to_string(schema.columns.size()) + " 列，最多 " +
                        std::to_string(kColumnsMax) + " 列"});
  }
  std::set<std::string> tags;
  for (const Column& column : schema.columns) {
    if (column.skip) {
      continue;
    }
    TAGLINE_RETURN_IF_ERROR(check_column(column));
    auto name = to_nfc(trim(column.tag));
    if (name.has_value() && !tags.insert(*name).second) {
      return bad(column, "the tag " + *name + " is given to two columns",
                 "标签 " + *name + " 被两列使用",
                 {"give each column a \"tag\" of its own", "请给每列不同的 \"tag\""});
    }
  }
  Spellings spellings;
  for (const std::string& tag : tags) {
    TAGLINE_RETURN_IF_ERROR(check_spelling(spellings, "tags", tag, tag));
  }
  for (const Column& column : schema.columns) {
    for (std::size_t i = 0; !column.skip && i < column.aliases.size(); ++i) {
      TAGLINE_RETURN_IF_ERROR(check_spelling(spellings, "column " + column.column + ", also",
                                             column.aliases[i], column.tag));
    }
  }
  return {};
}

}  // namespace tagline::ingest
