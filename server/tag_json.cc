#include "server/tag_json.h"

#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/duration_text.h"
#include "server/number_range.h"
#include "server/schema_json.h"

#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;

/// A number that JSON can hold exactly stays a number; decimals are text so that no double touches
/// them.
Json value_json(TagKind kind, std::int64_t value, unsigned scale) {
  if (kind == TagKind::Number && scale == 0) {
    return value;
  }
  return value_text(kind, value, scale);
}

Json day_json(const std::optional<std::chrono::sys_days>& day) {
  return day.has_value() ? Json(day_text(*day)) : Json();
}

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) {
    json[key] = text;
  }
}

void put(Json& json, const char* key, const Text& text) {
  if (!text.empty()) {
    json[key] = text_json(text);
  }
}

Json freshness_json(const Freshness& fresh) {
  Json within = Json::object();
  for (std::size_t i = 0; i < kFreshAges.size(); ++i) {
    within[duration_text(kFreshAges[i])] = fresh.within[i];
  }
  return {{"as_of_s", fresh.as_of_s},
          {"oldest_s", fresh.oldest_s},
          {"newest_s", fresh.newest_s},
          {"values", fresh.values},
          {"within", std::move(within)}};
}

}  // namespace

Json tag_json(const TagSummary& tag) {
  const storage::TagRecord& record = tag.record;
  Json json = {{"name", record.name},
               {"kind", kind_name(record.kind)},
               {"also", record.aliases},
               {"coverage", tag.coverage},
               {"deprecated", record.deprecated}};
  if (record.kind == TagKind::Number) {
    json["scale"] = record.scale;
  }
  put(json, "replacement", tag.replacement);
  if (record.kind == TagKind::Category || record.kind == TagKind::Set) {
    Json values = Json::array();
    for (const ValueCount& value : tag.values) {
      values.push_back({{"value", value.name}, {"also", value.aliases}, {"count", value.count}});
    }
    json["values"] = std::move(values);
  }
  if (tag.lowest.has_value() && tag.highest.has_value()) {
    json["lowest"] = value_json(record.kind, *tag.lowest, record.scale);
    json["highest"] = value_json(record.kind, *tag.highest, record.scale);
  }
  if (record.min.has_value()) {
    json["min"] = value_json(record.kind, *record.min, record.scale);
  }
  if (record.max.has_value()) {
    json["max"] = value_json(record.kind, *record.max, record.scale);
  }
  const std::pair<const char*, const std::string*> texts[] = {{"unit", &record.unit},
                                                              {"description", &record.description},
                                                              {"layer", &record.layer},
                                                              {"source", &record.source},
                                                              {"owner", &record.owner}};
  for (const auto& [key, text] : texts) {
    if (!text->empty()) {
      json[key] = *text;
    }
  }
  if (!record.title.empty()) {
    json["title"] = text_json(record.title);
  }
  if (record.times != 0) {
    json["track"] = true;
  }
  if (record.ttl_s != 0) {
    json["ttl"] = duration_text(record.ttl_s);
  }
  if (tag.freshness.has_value()) {
    json["freshness"] = freshness_json(*tag.freshness);
  }
  json["created_s"] = record.created_s;
  json["updated_s"] = record.updated_s;
  return json;
}

Json tag_json(const TagEntry& tag) {
  Json json = tag_json(tag.summary);
  for (std::size_t i = 0; i < tag.value_titles.size(); ++i) {
    put(json["values"][i], "title", tag.value_titles[i]);
  }
  json["values_total"] = tag.values_total;
  json["values_found"] = tag.values_found;
  json["revision"] = tag.revision;
  return json;
}

std::string tags_json(const TagList& list) {
  Json tags = Json::array();
  for (const TagEntry& tag : list.tags) {
    tags.push_back(tag_json(tag));
  }
  return dump(Json{{"population", list.population},
                   {"version", list.version},
                   {"time_zone", list.time_zone},
                   {"total", list.total},
                   {"tags", std::move(tags)}});
}

std::string tag_page_json(const TagPage& page) {
  return dump(Json{
      {"population", page.population}, {"version", page.version}, {"tag", tag_json(page.tag)}});
}

std::string tag_users_json(const TagUsers& users, const LastAsked& asked) {
  Json json = {{"tag", users.tag},
               {"deprecated", users.deprecated},
               {"segments", {{"direct", users.direct}, {"indirect", users.indirect}}},
               {"last_queried_s", asked.at_s.has_value() ? Json(*asked.at_s) : Json()},
               {"queries_since_s", asked.since_s},
               {"coverage", users.coverage},
               {"population", users.population},
               {"updated_s", users.updated_s}};
  put(json, "replacement", users.replacement);
  return dump(json);
}

std::string event_page_json(const EventPage& page) {
  const storage::TagRecord& record = page.event.record;
  Json event = {{"name", record.name},
                {"also", record.aliases},
                {"amount", record.has_amount},
                {"scale", record.scale}};
  put(event, "unit", record.unit);
  put(event, "title", record.title);
  put(event, "description", record.description);
  put(event, "owner", record.owner);
  Json keys = Json::array();
  for (const EventKey& key : page.keys) {
    Json json = {{"key", key.record.name}, {"also", key.record.aliases}};
    put(json, "title", key.record.title);
    json["people"] = key.people;
    keys.push_back(std::move(json));
  }
  event["keys"] = std::move(keys);
  event["keys_total"] = page.keys_total;
  event["keys_found"] = page.keys_found;
  event["people"] = page.event.people;
  event["days"] = page.event.days;
  event["first"] = day_json(page.event.first);
  event["last"] = day_json(page.event.last);
  return dump(Json{
      {"population", page.population}, {"version", page.version}, {"event", std::move(event)}});
}

}  // namespace tagline::server
