#include "server/vocabulary.h"

#include <unordered_map>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;

bool has_values(TagKind kind) {
  return kind == TagKind::Category || kind == TagKind::Set;
}

}  // namespace

Result<dsl::Catalogue> vocabulary_of(const storage::Snapshot& snapshot) {
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
    if (has_values(record.kind)) {
      TAGLINE_ASSIGN_OR_RETURN(auto values, snapshot.values(record.field));
      tag.values.reserve(values.size());
      for (storage::ValueRecord& value : values) {
        tag.values.push_back({std::move(value.name), std::move(value.aliases), value.row});
      }
    }
    catalogue.tags.push_back(std::move(tag));
  }
  TAGLINE_ASSIGN_OR_RETURN(catalogue.population, snapshot.population());
  catalogue.people = [&snapshot](engine::RowKey row) -> std::optional<std::uint64_t> {
    const auto people = snapshot.cardinality(row);
    return people.has_value() ? std::optional<std::uint64_t>(*people) : std::nullopt;
  };
  return catalogue;
}

engine::RowName row_names(const dsl::Catalogue& catalogue) {
  std::unordered_map<engine::FieldId, const dsl::Tag*> by_field;
  for (const dsl::Tag& tag : catalogue.tags) {
    by_field.emplace(tag.field, &tag);
  }
  return [by_field = std::move(by_field)](engine::RowKey key) -> std::string {
    if (key == engine::kPopulationRow) {
      return "*";
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
