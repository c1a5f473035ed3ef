#include "server/why_json.h"

#include "server/day_text.h"
#include "server/diagnostic_json.h"

#include <utility>

namespace tagline::server {
namespace {

Json day_json(const std::optional<std::chrono::sys_days>& day) {
  return day.has_value() ? Json(day_text(*day)) : Json();
}

void put_card(const storage::SegmentRecord& record, Json& json) {
  if (!record.title.empty()) {
    json["title"] = text_json(record.title);
  }
  if (!record.description.empty()) {
    json["description"] = record.description;
  }
  if (!record.owner.empty()) {
    json["owner"] = record.owner;
  }
  json["labels"] = record.labels;
  json["created_s"] = record.created_s;
  json["updated_s"] = record.updated_s;
}

Json summary_json(const SegmentSummary& summary) {
  const storage::SegmentRecord& record = summary.record;
  Json json = {{"name", record.name}, {"kind", record.list != 0 ? "list" : "rule"}};
  if (record.list == 0) {
    json["expression"] = record.expression;
    json["canonical"] = summary.canonical;
  }
  put_card(record, json);
  json["count"] = summary.count.has_value() ? Json(*summary.count) : Json();
  json["uses"] = summary.uses;
  json["used_by"] = summary.used_by;
  if (!summary.faults.empty()) {
    json["errors"] = diagnostics_json(summary.faults, record.expression);
  }
  return json;
}

}  // namespace

std::string why_json(const Why& why, std::string_view text) {
  Json nodes = Json::array();
  for (const WhyNode& node : why.nodes) {
    nodes.push_back({{"text", node.text},
                     {"depth", node.depth},
                     {"holds", node.holds},
                     {"decides", node.decides}});
  }
  Json ways = Json::array();
  for (const std::vector<Change>& way : why.changes.ways) {
    Json changes = Json::array();
    for (const Change& change : way) {
      changes.push_back({{"what", text_json(change.name)},
                         {"from", text_json(change.from)},
                         {"to", text_json(change.to)}});
    }
    ways.push_back(std::move(changes));
  }
  return dump(Json{{"id", why.id},
                   {"expression", why.expression},
                   {"as_of", day_text(why.as_of)},
                   {"member", why.member},
                   {"nodes", std::move(nodes)},
                   {"deciding", why.deciding},
                   {"changes", std::move(ways)},
                   {"changes_smallest", why.changes.smallest},
                   {"warnings", diagnostics_json(why.warnings, text)}});
}

std::string events_json(const EventList& list) {
  Json events = Json::array();
  for (const EventSummary& event : list.events) {
    Json keys = Json::array();
    for (const KeySummary& key : event.keys) {
      keys.push_back({{"key", key.name}, {"also", key.aliases}});
    }
    Json json = {{"name", event.record.name},
                 {"also", event.record.aliases},
                 {"amount", event.record.has_amount},
                 {"scale", event.record.scale}};
    if (!event.record.unit.empty()) {
      json["unit"] = event.record.unit;
    }
    json["keys"] = std::move(keys);
    json["people"] = event.people;
    json["days"] = event.days;
    json["first"] = day_json(event.first);
    json["last"] = day_json(event.last);
    events.push_back(std::move(json));
  }
  Json loads = Json::array();
  for (const storage::LoadRecord& load : list.loads) {
    loads.push_back({{"id", load.id},
                     {"file", load.file},
                     {"rows", load.rows},
                     {"events", load.events},
                     {"loaded_s", load.loaded_s}});
  }
  return dump(Json{{"population", list.population},
                   {"time_zone", list.time_zone},
                   {"events", std::move(events)},
                   {"loads", std::move(loads)}});
}

std::string trimmed_json(const storage::WriteTxn::Trimmed& trimmed, std::chrono::sys_days before) {
  return dump(Json{{"before", day_text(before)},
                   {"series_days", trimmed.series_days},
                   {"fragments", trimmed.fragments}});
}

std::string segment_json(const SegmentSummary& summary) {
  return dump(summary_json(summary));
}

std::string segments_json(const SegmentList& list) {
  Json segments = Json::array();
  for (const SegmentSummary& summary : list.segments) {
    segments.push_back(summary_json(summary));
  }
  return dump(Json{{"population", list.population}, {"segments", std::move(segments)}});
}

std::string saved_json(const SavedSegment& saved, std::string_view text) {
  return dump(Json{{"name", saved.record.name},
                   {"created", saved.created},
                   {"count", saved.count},
                   {"population", saved.population},
                   {"canonical", saved.canonical},
                   {"warnings", diagnostics_json(saved.warnings, text)}});
}

std::string imported_json(const ImportedList& imported) {
  return dump(Json{{"name", imported.saved.record.name},
                   {"created", imported.saved.created},
                   {"count", imported.saved.count},
                   {"population", imported.saved.population},
                   {"ids", imported.lines},
                   {"unknown", imported.unknown},
                   {"repeated", imported.repeated},
                   {"first_unknown", imported.first_unknown}});
}

std::string renamed_json(const RenamedSegment& renamed) {
  return dump(Json{{"name", renamed.record.name}, {"rewritten", renamed.rewritten}});
}

std::string removed_json(const std::string& name, const std::vector<std::string>& broken) {
  return dump(Json{{"name", name}, {"broken", broken}});
}

std::string dependents_json(const std::string& name, const Segments::Dependents& dependents) {
  return dump(
      Json{{"name", name}, {"direct", dependents.direct}, {"indirect", dependents.indirect}});
}

}  // namespace tagline::server
