#include "server/event_schema_json.h"

#include "ingest/limits.h"

#include <map>
#include <string>
#include <vector>

namespace tagline::server {
namespace {

using ingest::AmountColumn;
using ingest::EventColumns;
using ingest::EventTexts;
using Spellings = std::map<std::string, std::vector<std::string>>;

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

Json texts_json(const EventTexts& texts) {
  Json json = {{"name", texts.name}};
  put(json, "also", texts.aliases);
  if (!texts.title.empty()) {
    json["title"] = Json{{"en", texts.title.en}, {"zh-CN", texts.title.zh}};
  }
  put(json, "description", texts.description);
  return json;
}

Json event_json(const EventColumns& events) {
  if (events.event_column.empty()) {
    return texts_json(events.event);
  }
  Json json = {{"column", events.event_column}};
  for (const auto& [cell, texts] : events.names) {
    json["names"][cell] = texts_json(texts);
  }
  return json;
}

Json key_json(const EventColumns& events) {
  Json json = {{"column", events.key_column}};
  put(json, "missing", events.key_missing);
  for (const auto& [key, spellings] : events.key_aliases) {
    json["values"][key] = spellings;
  }
  return json;
}

Json amount_json(const AmountColumn& amount) {
  Json json = {{"column", amount.column}};
  put(json, "times", amount.times);
  json["scale"] = amount.scale;
  put(json, "unit", amount.unit);
  put(json, "missing", amount.missing);
  return json;
}

const Text kColumnName = {"the name of a column of the file, or \"#3\"", "文件中的列名，或 \"#3\""};
const Text kEventShape = {R"({"name": EVENT} or {"column": NAME})",
                          R"( {"name": 行为名} 或 {"column": 列名})"};
const Text kTimeShape = {R"({"column": NAME, "format": "%Y-%m-%d %H:%M:%S"})",
                         R"( {"column": 列名, "format": "%Y-%m-%d %H:%M:%S"})"};

/// A column that must be there.
void read_column(JsonReader& reader, const char* key, std::string& into) {
  reader.read(key, into);
  if (into.empty()) {
    reader.fail(key, "nothing", kColumnName);
  }
}

/// A column that may be left out, but not be an empty text.
void read_optional_column(JsonReader& reader, const char* key, std::string& into) {
  if (reader.has(key)) {
    read_column(reader, key, into);
  }
}

EventTexts read_texts(JsonReader& reader) {
  EventTexts texts;
  reader.read("name", texts.name);
  if (texts.name.empty()) {
    reader.fail("name", "nothing", {"the name of the event", "行为的名称"});
  }
  reader.read("also", texts.aliases);
  reader.read("title", texts.title);
  reader.read("description", texts.description);
  return texts;
}

void read_event(JsonReader& reader, EventColumns& events, std::optional<Error>& fault) {
  const Json* json = reader.object("event");
  if (json == nullptr) {
    reader.fail("event", "nothing", kEventShape);
    return;
  }
  JsonReader event(*json, reader.place_of("event"), fault);
  if (event.has("name") == event.has("column")) {
    reader.fail("event", event.has("name") ? "name and column together" : "object without either",
                kEventShape);
    return;
  }
  if (event.has("name")) {
    event.only({"name", "also", "title", "description"});
    events.event = read_texts(event);
    return;
  }
  event.only({"column", "names"});
  read_column(event, "column", events.event_column);
  if (const Json* names = event.object("names")) {
    for (const auto& item : names->items()) {
      JsonReader texts(item.value(), event.place_of("names") + "." + item.key(), fault);
      texts.only({"name", "also", "title", "description"});
      events.names[item.key()] = read_texts(texts);
    }
  }
}

void read_key(JsonReader& reader, const Json& json, EventColumns& events,
              std::optional<Error>& fault) {
  const auto key = json.find("key");
  if (key == json.end() || !key->is_object()) {
    read_optional_column(reader, "key", events.key_column);
    return;
  }
  JsonReader inner(*key, reader.place_of("key"), fault);
  inner.only({"column", "missing", "values"});
  read_column(inner, "column", events.key_column);
  inner.read("missing", events.key_missing);
  if (const Json* values = inner.object("values")) {
    JsonReader spellings(*values, inner.place_of("values"), fault);
    for (const auto& item : values->items()) {
      spellings.read(item.key().c_str(), events.key_aliases[item.key()]);
    }
  }
}

void read_time(JsonReader& reader, EventColumns& events, std::optional<Error>& fault) {
  const Json* json = reader.object("time");
  if (json == nullptr) {
    reader.fail("time", "nothing", kTimeShape);
    return;
  }
  JsonReader time(*json, reader.place_of("time"), fault);
  time.only({"column", "format", "zone"});
  read_column(time, "column", events.time_column);
  time.read("format", events.time_format);
  if (events.time_format.empty()) {
    time.fail("format", "nothing",
              {"a time format such as \"%Y-%m-%d %H:%M:%S\", \"iso8601\" or \"%s\"",
               "时间格式，如 \"%Y-%m-%d %H:%M:%S\"、\"iso8601\" 或 \"%s\""});
  }
  time.read("zone", events.time_zone);
}

void read_amount(JsonReader& reader, EventColumns& events, std::optional<Error>& fault) {
  const Json* json = reader.object("amount");
  if (json == nullptr) {
    return;
  }
  JsonReader inner(*json, reader.place_of("amount"), fault);
  inner.only({"column", "times", "scale", "unit", "missing"});
  AmountColumn& amount = events.amount.emplace();
  read_column(inner, "column", amount.column);
  read_optional_column(inner, "times", amount.times);
  inner.read("scale", amount.scale, ingest::kScaleMax);
  inner.read("unit", amount.unit);
  inner.read("missing", amount.missing);
}

}  // namespace

Json events_json(const EventColumns& events) {
  Json json = {{"user", events.user_column}, {"event", event_json(events)}};
  if (!events.key_column.empty()) {
    json["key"] = key_json(events);
  }
  json["time"] = Json{{"column", events.time_column}, {"format", events.time_format}};
  put(json["time"], "zone", events.time_zone);
  if (events.amount.has_value()) {
    json["amount"] = amount_json(*events.amount);
  }
  put(json, "count", events.count_column);
  if (!events.links.empty()) {
    json["links"] = links_json(events.links);
  }
  return json;
}

Json links_json(const std::vector<ingest::LinkColumn>& links) {
  Json json = Json::array();
  for (const ingest::LinkColumn& link : links) {
    json.push_back({{"column", link.column}, {"type", link.type}});
  }
  return json;
}

std::vector<ingest::LinkColumn> read_links(JsonReader& reader) {
  std::vector<ingest::LinkColumn> links;
  const Json* list = reader.array("links");
  for (std::size_t i = 0; list != nullptr && i < list->size() && !reader.failed(); ++i) {
    JsonReader link = reader.element("links", i, (*list)[i]);
    if (link.failed()) {
      break;
    }
    link.only({"column", "type"});
    ingest::LinkColumn& read = links.emplace_back();
    read_column(link, "column", read.column);
    link.read("type", read.type);
    if (read.type.empty()) {
      link.fail("type", "nothing",
                {"a type of identities, such as \"phone\"", "身份标识类型，例如 \"phone\""});
    }
  }
  return links;
}

EventColumns read_events(const Json& json, std::optional<Error>& fault) {
  EventColumns events;
  JsonReader reader(json, "events", fault);
  reader.only({"user", "event", "key", "time", "amount", "count", "links"});
  read_column(reader, "user", events.user_column);
  read_event(reader, events, fault);
  read_key(reader, json, events, fault);
  read_time(reader, events, fault);
  read_amount(reader, events, fault);
  read_optional_column(reader, "count", events.count_column);
  events.links = read_links(reader);
  return events;
}

}  // namespace tagline::server
