#include "server/vocabulary.h"

#include "server/day_text.h"

#include <unordered_map>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;

bool has_values(TagKind kind) {
  return kind == TagKind::Category || kind == TagKind::Set;
}

Result<std::vector<dsl::Value>> values_of(const storage::Snapshot& snapshot,
                                          engine::FieldId field) {
  TAGLINE_ASSIGN_OR_RETURN(auto records, snapshot.values(field));
  std::vector<dsl::Value> values;
  values.reserve(records.size());
  for (storage::ValueRecord& record : records) {
    dsl::Value value{std::move(record.name), std::move(record.aliases), record.row};
    for (std::string* title : {&record.title.en, &record.title.zh}) {
      if (!title->empty()) {
        value.titles.push_back(std::move(*title));
      }
    }
    values.push_back(std::move(value));
  }
  return values;
}

Status add_events(const storage::Snapshot& snapshot, dsl::Catalogue& catalogue) {
  TAGLINE_ASSIGN_OR_RETURN(auto records, snapshot.events());
  for (storage::TagRecord& record : records) {
    dsl::Event event;
    event.name = std::move(record.name);
    event.aliases = std::move(record.aliases);
    event.has_amount = record.has_amount;
    event.scale = record.scale;
    event.unit = std::move(record.unit);
    event.field = record.field;
    TAGLINE_ASSIGN_OR_RETURN(event.keys, values_of(snapshot, record.field));
    catalogue.events.push_back(std::move(event));
  }
  return {};
}

Status add_segments(const storage::Snapshot& snapshot, dsl::Catalogue& catalogue) {
  TAGLINE_ASSIGN_OR_RETURN(auto records, snapshot.segments());
  for (storage::SegmentRecord& record : records) {
    dsl::Segment segment;
    segment.name = std::move(record.name);
    segment.list = record.list;
    if (record.list == 0) {
      segment.expression = std::move(record.expression);
    }
    catalogue.segments.push_back(std::move(segment));
  }
  return {};
}

/// What a part of a day's rows is called: "purchase 2024-06-15 count bit 2".
std::string part_name(engine::RowId row) {
  const std::uint32_t part = engine::part_of(row);
  const std::string day =
      " " + day_text(std::chrono::sys_days(std::chrono::days(engine::day_of(row))));
  if (part == engine::kPresentPart) {
    return day;
  }
  if (part < engine::kPlusPart) {
    return day + " more bit " + std::to_string(part - engine::kExtraPart);
  }
  if (part < engine::kMinusPart) {
    return day + " amount bit " + std::to_string(part - engine::kPlusPart);
  }
  return day + " refund bit " + std::to_string(part - engine::kMinusPart);
}

}  // namespace

Result<dsl::Catalogue> names_in(const storage::Snapshot& snapshot) {
  dsl::Catalogue catalogue;
  TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.tags());
  catalogue.tags.reserve(records.size());
  for (const storage::TagRecord& record : records) {
    dsl::Tag tag;
    tag.name = record.name;
    tag.aliases = record.aliases;
    tag.kind = record.kind;
    tag.field = record.field;
    tag.scale = record.scale;
    tag.min = record.min;
    tag.max = record.max;
    tag.unit = record.unit;
    tag.deprecated = record.deprecated;
    if (record.replacement != 0) {
      TAGLINE_ASSIGN_OR_RETURN(const auto other, snapshot.tag(record.replacement));
      tag.replacement = other.has_value() ? other->name : std::string();
    }
    if (has_values(record.kind)) {
      TAGLINE_ASSIGN_OR_RETURN(tag.values, values_of(snapshot, record.field));
    }
    catalogue.tags.push_back(std::move(tag));
  }
  TAGLINE_RETURN_IF_ERROR(add_events(snapshot, catalogue));
  TAGLINE_RETURN_IF_ERROR(add_segments(snapshot, catalogue));
  return catalogue;
}

dsl::PeopleOf people_of(const storage::Snapshot& snapshot) {
  return [&snapshot](engine::RowKey row) -> std::optional<std::uint64_t> {
    const auto people = snapshot.cardinality(row);
    return people.has_value() ? std::optional<std::uint64_t>(*people) : std::nullopt;
  };
}

dsl::NewestOf newest_of(const storage::Snapshot& snapshot) {
  return [&snapshot](engine::FieldId series) -> std::optional<std::chrono::sys_days> {
    const auto newest = snapshot.newest_day(series);
    if (!newest.has_value() || !newest->has_value()) {
      return std::nullopt;
    }
    return std::chrono::sys_days(std::chrono::days(**newest));
  };
}

Result<dsl::Catalogue> vocabulary_of(const storage::Snapshot& snapshot) {
  TAGLINE_ASSIGN_OR_RETURN(dsl::Catalogue catalogue, names_in(snapshot));
  catalogue.people = people_of(snapshot);
  return catalogue;
}

engine::RowName row_names(const dsl::Catalogue& catalogue) {
  std::unordered_map<engine::FieldId, const dsl::Tag*> by_field;
  for (const dsl::Tag& tag : catalogue.tags) {
    by_field.emplace(tag.field, &tag);
  }
  std::unordered_map<engine::FieldId, std::string> others;  // series and static lists
  for (const dsl::Event& event : catalogue.events) {
    others.emplace(event.field, event.name);
    for (const dsl::Value& key : event.keys) {
      others.emplace(key.row, event.name + ":" + key.name);
    }
  }
  std::unordered_map<engine::FieldId, std::string> lists;
  for (const dsl::Segment& segment : catalogue.segments) {
    if (segment.list != 0) {
      lists.emplace(segment.list, "@" + segment.name);
    }
  }
  return [by_field = std::move(by_field), series = std::move(others),
          lists = std::move(lists)](engine::RowKey key) -> std::string {
    if (key == engine::kPopulationRow) {
      return "*";
    }
    if (key.field == engine::kComputedField) {
      return "computed set " + std::to_string(key.row);
    }
    if (const auto found = series.find(key.field); found != series.end()) {
      return found->second + (key.row == 0 ? std::string() : part_name(key.row));
    }
    if (const auto found = lists.find(key.field); found != lists.end()) {
      return found->second;
    }
    const auto found = by_field.find(key.field);
    if (found == by_field.end()) {
      return std::to_string(key.field) + "/" + std::to_string(key.row);
    }
    const dsl::Tag& tag = *found->second;
    if (tag.kind == TagKind::Flag) {
      return tag.name;
    }
    if (key.row == engine::kExistsRow) {
      return tag.name + ":*";
    }
    if (has_values(tag.kind)) {
      const std::size_t index = key.row - engine::kFirstValueRow;
      if (index < tag.values.size() && tag.values[index].row == key.row) {
        return tag.name + ":" + tag.values[index].name;
      }
      return tag.name + "/" + std::to_string(key.row);
    }
    if (key.row == engine::kSignRow) {
      return tag.name + " sign";
    }
    return tag.name + " bit " + std::to_string(key.row - engine::kFirstBitRow);
  };
}

}  // namespace tagline::server
