#include "server/schema_json.h"

#include "server/duration_text.h"
#include "server/event_schema_json.h"
#include "server/json_reader.h"
#include "server/number_range.h"
#include "storage/write_txn.h"

#include <array>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;
using ingest::Column;
using ingest::FileFormat;
using ingest::Schema;
using ingest::SetUpdate;

constexpr std::array<std::pair<TagKind, std::string_view>, 5> kKinds = {{
    {TagKind::Flag, "flag"},
    {TagKind::Category, "category"},
    {TagKind::Set, "set"},
    {TagKind::Number, "number"},
    {TagKind::Date, "date"},
}};

constexpr unsigned kScaleMax = 9;
constexpr std::int64_t kTtlLeast = 60;
/// "delimiter" of files whose cells are separated by runs of blanks.
constexpr std::string_view kBlanks = "blanks";

Json text_json(const Text& text) {
  return Json{{"en", text.en}, {"zh-CN", text.zh}};
}

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) {
    object[key] = text;
  }
}

void put(Json& object, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) {
    object[key] = texts;
  }
}

/// A bound as JSON: a number when it is whole, decimal text otherwise, so that nothing passes
/// through a double.
Json bound_json(std::int64_t value, unsigned scale) {
  return scale == 0 ? Json(value) : Json(value_text(TagKind::Number, value, scale));
}

void put_catalogue_texts(Json& json, const Column& column) {
  put(json, "also", column.aliases);
  if (!column.value_aliases.empty()) {
    Json values = Json::object();
    for (const auto& [value, aliases] : column.value_aliases) {
      values[value] = aliases;
    }
    json["values"] = std::move(values);
  }
  put(json, "unit", column.unit);
  if (column.min.has_value()) {
    json["min"] = bound_json(*column.min, column.scale);
  }
  if (column.max.has_value()) {
    json["max"] = bound_json(*column.max, column.scale);
  }
  if (!column.title.empty()) {
    json["title"] = text_json(column.title);
  }
  put(json, "description", column.description);
  put(json, "layer", column.layer);
  put(json, "source", column.source);
  put(json, "owner", column.owner);
  if (column.track.has_value()) {
    json["track"] = *column.track;
  }
  if (column.ttl_s.has_value()) {
    json["ttl"] = duration_text(*column.ttl_s);
  }
}

Json column_json(const Column& column) {
  Json json = {{"column", column.column}};
  if (column.skip) {
    json["kind"] = "skip";
  } else {
    json["tag"] = column.tag;  // an empty one too: left out, it would be the column's name
    json["kind"] = kind_name(column.kind);
    if (column.kind == TagKind::Number) {
      json["scale"] = column.scale;
    }
    put(json, "date_format", column.date_format);
    put(json, "true", column.true_words);
    put(json, "false", column.false_words);
    put(json, "separator", column.separator);
    if (column.kind == TagKind::Set) {
      json["update"] = column.update == SetUpdate::Add ? "add" : "replace";
    }
    put(json, "missing", column.missing);
    put_catalogue_texts(json, column);
  }
  if (!column.why.empty()) {
    json["why"] = text_json(column.why);
  }
  return json;
}

void read_kind(JsonReader& reader, Column& column) {
  std::string kind;
  reader.read("kind", kind);
  if (kind == "skip") {
    column.skip = true;
    return;
  }
  for (const auto& [known, name] : kKinds) {
    if (kind == name) {
      column.kind = known;
      return;
    }
  }
  reader.fail(
      "kind", kind.empty() ? "nothing" : '"' + kind + '"',
      {"flag, category, set, number, date or skip", " flag、category、set、number、date 或 skip"});
}

/// Keys that mean nothing for the column's kind are faults: they are more likely a wrong kind than
/// decoration.
void check_kind_keys(JsonReader& reader, const Column& column) {
  const auto refuse = [&](const char* key, bool allowed, const Text& expected) {
    if (!column.skip && reader.has(key) && !allowed) {
      reader.fail(key, "key for kind " + std::string(kind_name(column.kind)), expected);
    }
  };
  refuse("scale", column.kind == TagKind::Number,
         {"kind number beside scale", "与 scale 同用的 number 类型"});
  refuse("date_format", column.kind == TagKind::Date,
         {"kind date beside date_format", "与 date_format 同用的 date 类型"});
  refuse("separator", column.kind == TagKind::Set,
         {"kind set beside separator", "与 separator 同用的 set 类型"});
  refuse("true", column.kind == TagKind::Flag,
         {"kind flag beside true", "与 true 同用的 flag 类型"});
  refuse("false", column.kind == TagKind::Flag,
         {"kind flag beside false", "与 false 同用的 flag 类型"});
  if (!column.skip && column.kind == TagKind::Flag && column.true_words.empty()) {
    reader.fail("true", "nothing",
                {"the words that mean yes, such as [\"yes\"]", "表示“是”的词，如 [\"yes\"]"});
  }
  if (!column.skip && column.kind == TagKind::Date && column.date_format.empty()) {
    reader.fail("date_format", "nothing",
                {"a date format such as \"%Y-%m-%d\"", "日期格式，如 \"%Y-%m-%d\""});
  }
}

void read_life(JsonReader& reader, Column& column) {
  if (reader.has("track")) {
    reader.read("track", column.track.emplace());
  }
  if (!reader.has("ttl")) {
    return;
  }
  std::string ttl;
  reader.read("ttl", ttl);
  column.ttl_s = parse_duration(ttl);
  const bool possible =
      column.ttl_s == 0 || (column.ttl_s >= kTtlLeast && column.ttl_s <= storage::kTtlMax);
  if (!possible) {
    reader.fail("ttl", '"' + ttl + '"',
                {"a duration from 60s to 36500d such as \"30d\", or \"0s\" for none",
                 " 60s 到 36500d 的时长，例如 \"30d\"；\"0s\" 表示永不过期"});
  } else if (column.ttl_s != 0 && column.track == false) {
    reader.fail("track", "false beside ttl",
                {"true, or neither: values expire by when they were written",
                 " true，或二者都不写：取值按写入时间过期"});
  }
}

Column read_column(JsonReader& reader, std::optional<Error>& fault) {
  reader.only({"column", "tag",       "kind",   "scale",   "date_format", "true",
               "false",  "separator", "update", "missing", "also",        "values",
               "unit",   "min",       "max",    "title",   "description", "layer",
               "source", "owner",     "track",  "ttl",     "why"});
  Column column;
  reader.read("column", column.column);
  if (column.column.empty()) {
    reader.fail("column", "nothing", {"the name of a column of the file", "文件中的列名"});
  }
  column.tag = column.column;
  reader.read("tag", column.tag);
  read_kind(reader, column);
  reader.read("scale", column.scale, kScaleMax);
  reader.read("date_format", column.date_format);
  reader.read("true", column.true_words);
  reader.read("false", column.false_words);
  reader.read("separator", column.separator);
  std::string update = "replace";
  reader.read("update", update);
  if (update != "replace" && update != "add") {
    reader.fail("update", '"' + update + '"', {"replace or add", " replace 或 add"});
  }
  column.update = update == "add" ? SetUpdate::Add : SetUpdate::Replace;
  reader.read("missing", column.missing);
  reader.read("also", column.aliases);
  if (const Json* values = reader.object("values")) {
    JsonReader inner(*values, reader.place_of("values"), fault);
    for (const auto& item : values->items()) {
      inner.read(item.key().c_str(), column.value_aliases[item.key()]);
    }
  }
  reader.read("unit", column.unit);
  reader.read_scaled("min", column.scale, column.min);
  reader.read_scaled("max", column.scale, column.max);
  reader.read("title", column.title);
  reader.read("description", column.description);
  reader.read("layer", column.layer);
  reader.read("source", column.source);
  reader.read("owner", column.owner);
  read_life(reader, column);
  reader.read("why", column.why);
  check_kind_keys(reader, column);
  if (column.min.has_value() && column.max.has_value() && *column.min > *column.max) {
    reader.fail("min", "bound above max", {"a number not above max", "不大于 max 的数字"});
  }
  return column;
}

void read_id(JsonReader& reader, Schema& schema, std::optional<Error>& fault) {
  const Json* id = reader.object("id");
  if (id == nullptr) {
    reader.fail("id", "nothing",
                {R"({"column": NAME} or {"row_number": true})",
                 R"( {"column": 列名} 或 {"row_number": true})"});
    return;
  }
  JsonReader inner(*id, "id", fault);
  inner.only({"column", "row_number", "why"});
  bool row_number = false;
  inner.read("column", schema.id_column);
  inner.read("row_number", row_number);
  if (row_number == !schema.id_column.empty()) {
    reader.fail("id", id->dump(),
                {R"({"column": NAME} or {"row_number": true})",
                 R"( {"column": 列名} 或 {"row_number": true})"});
  }
}

void read_shape(JsonReader& reader, Schema& schema) {
  std::string format = "csv";
  reader.read("format", format);
  if (format != "csv" && format != "ndjson") {
    reader.fail("format", '"' + format + '"', {"csv or ndjson", " csv 或 ndjson"});
  }
  schema.format = format == "csv" ? FileFormat::Csv : FileFormat::Ndjson;
  std::string delimiter(1, schema.delimiter);
  reader.read("delimiter", delimiter);
  const bool usable = delimiter.size() == 1 && delimiter != "\"" && delimiter != "\n" &&
                      delimiter != "\r" && delimiter != " " && delimiter != std::string(1, '\0');
  if (delimiter == kBlanks) {
    schema.delimiter = ingest::kBlanksDelimiter;
  } else if (!usable) {
    reader.fail("delimiter", Json(delimiter).dump(-1, ' ', false, Json::error_handler_t::replace),
                {"one byte that is not a quote, a space or a line break, or \"blanks\"",
                 "一个字节（不能是引号、空格或换行），或 \"blanks\""});
  } else {
    schema.delimiter = delimiter.front();
  }
  reader.read("header", schema.header);
}

}  // namespace

std::string_view kind_name(TagKind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) {
      return name;
    }
  }
  return "";
}

std::string schema_to_json(const Schema& schema) {
  Json json;
  json["format"] = schema.format == FileFormat::Csv ? "csv" : "ndjson";
  if (schema.format == FileFormat::Csv) {
    json["delimiter"] = schema.delimiter == ingest::kBlanksDelimiter
                            ? std::string(kBlanks)
                            : std::string(1, schema.delimiter);
    json["header"] = schema.header;
  }
  if (schema.events.has_value()) {
    json["events"] = events_json(*schema.events);
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
  }
  json["id"] =
      schema.id_column.empty() ? Json{{"row_number", true}} : Json{{"column", schema.id_column}};
  json["columns"] = Json::array();
  for (const Column& column : schema.columns) {
    json["columns"].push_back(column_json(column));
  }
  if (!schema.links.empty()) {
    json["links"] = links_json(schema.links);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

Result<Schema> schema_from_json(std::string_view text) {
  std::optional<Error> fault;
  const auto document = parse_json(text, fault);
  Schema schema;
  if (document.has_value()) {
    JsonReader reader(*document, "", fault);
    reader.only({"format", "delimiter", "header", "id", "columns", "events", "links", "comment"});
    read_shape(reader, schema);
    if (const Json* events = reader.object("events")) {
      for (const char* key : {"id", "columns", "links"}) {
        if (reader.has(key)) {
          reader.fail(key, "key beside events",
                      {"either columns of users or events", "用户的列或行为，二者之一"});
        }
      }
      schema.events = read_events(*events, fault);
    } else if (const Json* columns = reader.array("columns"); columns == nullptr) {
      reader.fail("columns", "nothing", {"a list of columns, or events", "列的列表，或 events"});
    } else {
      read_id(reader, schema, fault);
      for (std::size_t i = 0; i < columns->size() && !fault.has_value(); ++i) {
        JsonReader column((*columns)[i], "columns[" + std::to_string(i) + "]", fault);
        schema.columns.push_back(read_column(column, fault));
      }
      if (!fault.has_value()) {
        schema.links = read_links(reader);
      }
    }
  }
  if (fault.has_value()) {
    return tl::unexpected(std::move(*fault));
  }
  return schema;
}

}  // namespace tagline::server
