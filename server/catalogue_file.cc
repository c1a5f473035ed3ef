#include "server/catalogue_file.h"

#include "server/json_reader.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

using engine::TagKind;

constexpr unsigned kScaleMax = 9;

std::vector<dsl::Value> read_values(JsonReader& reader, const char* key,
                                    std::optional<Error>& fault) {
  std::vector<dsl::Value> values;
  const Json* object = reader.object(key);
  if (object == nullptr) {
    return values;
  }
  JsonReader inner(*object, reader.place_of(key), fault);
  for (const auto& item : object->items()) {
    dsl::Value value;
    value.name = item.key();
    inner.read(item.key().c_str(), value.aliases);
    value.row = engine::kFirstValueRow + static_cast<engine::RowId>(values.size());
    values.push_back(std::move(value));
  }
  return values;
}

void read_type(JsonReader& reader, dsl::Tag& tag) {
  std::string type;
  reader.read("type", type);
  if (type == "flag") {
    tag.kind = TagKind::Flag;
  } else if (type == "category") {
    tag.kind = TagKind::Category;
  } else if (type == "set") {
    tag.kind = TagKind::Set;
  } else if (type == "int" || type == "decimal" || type == "number") {
    tag.kind = TagKind::Number;
  } else if (type == "date") {
    tag.kind = TagKind::Date;
  } else {
    reader.fail("type", type.empty() ? "nothing" : '"' + type + '"',
                {"flag, category, set, int, decimal or date",
                 " flag、category、set、int、decimal 或 date"});
  }
}

dsl::Tag read_tag(const std::string& name, JsonReader& reader, engine::FieldId field,
                  std::optional<Error>& fault) {
  reader.only({"type", "also", "values", "scale", "min", "max", "unit", "title", "description",
               "deprecated", "replacement", "comment"});
  dsl::Tag tag;
  tag.name = name;
  tag.field = field;
  read_type(reader, tag);
  reader.read("also", tag.aliases);
  reader.read("scale", tag.scale, kScaleMax);
  reader.read_scaled("min", tag.scale, tag.min);
  reader.read_scaled("max", tag.scale, tag.max);
  reader.read("unit", tag.unit);
  reader.read("deprecated", tag.deprecated);
  reader.read("replacement", tag.replacement);
  tag.values = read_values(reader, "values", fault);
  return tag;
}

/// `next_field`: fields not taken yet; the event's own and one a key are.
dsl::Event read_event(const std::string& name, JsonReader& reader, engine::FieldId& next_field,
                      std::optional<Error>& fault) {
  reader.only({"also", "amount", "scale", "unit", "keys", "title", "description", "comment"});
  dsl::Event event;
  event.name = name;
  reader.read("also", event.aliases);
  reader.read("amount", event.has_amount);
  reader.read("scale", event.scale, kScaleMax);
  reader.read("unit", event.unit);
  event.field = next_field++;
  event.keys = read_values(reader, "keys", fault);
  for (dsl::Value& key : event.keys) {
    key.row = next_field++;
  }
  return event;
}

/// A list of names, or an object of names and what they are short for.
std::vector<dsl::Segment> read_segments(const Json& document, JsonReader& reader,
                                        std::optional<Error>& fault) {
  std::vector<dsl::Segment> segments;
  const auto found = document.find("segments");
  if (found != document.end() && found->is_object()) {
    JsonReader rules(*found, "segments", fault);
    for (const auto& item : found->items()) {
      std::string rule;
      rules.read(item.key().c_str(), rule);
      segments.push_back({item.key(), std::move(rule), 0});
    }
    return segments;
  }
  std::vector<std::string> names;
  reader.read("segments", names);
  for (std::string& name : names) {
    segments.push_back({std::move(name), std::nullopt, 0});
  }
  return segments;
}

}  // namespace

Result<dsl::Catalogue> catalogue_from_json(std::string_view json) {
  std::optional<Error> fault;
  dsl::Catalogue catalogue;
  catalogue.runnable = false;
  if (const auto document = parse_json(json, fault)) {
    JsonReader reader(*document, "", fault);
    reader.only({"comment", "tags", "events", "segments"});
    if (const Json* tags = reader.object("tags")) {
      for (const auto& item : tags->items()) {
        JsonReader tag(item.value(), "tags." + item.key(), fault);
        const auto field = static_cast<engine::FieldId>(catalogue.tags.size() + 1);
        catalogue.tags.push_back(read_tag(item.key(), tag, field, fault));
      }
    }
    auto next_field = static_cast<engine::FieldId>(catalogue.tags.size() + 1);
    if (const Json* events = reader.object("events")) {
      for (const auto& item : events->items()) {
        JsonReader event(item.value(), "events." + item.key(), fault);
        catalogue.events.push_back(read_event(item.key(), event, next_field, fault));
      }
    }
    catalogue.segments = read_segments(*document, reader, fault);
  }
  if (fault.has_value()) {
    return tl::unexpected(std::move(*fault));
  }
  return catalogue;
}

}  // namespace tagline::server
