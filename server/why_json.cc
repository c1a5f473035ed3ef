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

/// What a list was frozen from.
Json origin_json(const storage::OriginRecord& origin) {
  Json json = {{"segment", origin.source},
               {"gone", origin.source_gone},
               {"expression", origin.expression},
               {"rule_version", origin.rule},
               {"as_of", day_text(std::chrono::sys_days(std::chrono::days(origin.as_of)))},
               {"version", origin.data_version},
               {"population", origin.population},
               {"taken_s", origin.taken_s},
               {"author", origin.author}};
  return json;
}

Json summary_json(const SegmentSummary& summary) {
  const storage::SegmentRecord& record = summary.record;
  Json json = {{"name", record.name}, {"kind", record.list != 0 ? "list" : "rule"}};
  if (record.list == 0) {
    json["expression"] = record.expression;
    json["canonical"] = summary.canonical;
  }
  put_card(record, json);
  json["revision"] = summary.revision;
  if (summary.origin.has_value()) {
    json["snapshot_of"] = origin_json(*summary.origin);
  }
  json["broken"] = !summary.count.has_value();
  json["count"] = summary.count.has_value() ? Json(*summary.count) : Json();
  json["uses"] = summary.uses;
  json["used_by"] = summary.used_by;
  if (!summary.faults.empty()) {
    json["errors"] = diagnostics_json(summary.faults, record.expression);
  }
  if (!summary.warnings.empty()) {
    json["warnings"] = diagnostics_json(summary.warnings, record.expression);
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
  return dump(Json{
      {"population", list.population}, {"total", list.total}, {"segments", std::move(segments)}});
}

std::string saved_json(const SavedSegment& saved, std::string_view text) {
  return dump(Json{{"name", saved.record.name},
                   {"created", saved.created},
                   {"rule_version", saved.rule},
                   {"revision", saved.revision},
                   {"count", saved.count},
                   {"population", saved.population},
                   {"canonical", saved.canonical},
                   {"dropped", saved.rules_dropped},
                   {"warnings", diagnostics_json(saved.warnings, text)}});
}

std::string imported_json(const ImportedList& imported) {
  return dump(Json{{"name", imported.saved.record.name},
                   {"created", imported.saved.created},
                   {"revision", imported.saved.revision},
                   {"count", imported.saved.count},
                   {"population", imported.saved.population},
                   {"ids", imported.listed.lines},
                   {"unknown", imported.listed.unknown},
                   {"repeated", imported.listed.repeated},
                   {"first_unknown", imported.listed.first_unknown}});
}

std::string frozen_json(const FrozenSegment& frozen) {
  return dump(Json{{"name", frozen.saved.record.name},
                   {"revision", frozen.saved.revision},
                   {"count", frozen.saved.count},
                   {"population", frozen.saved.population},
                   {"snapshot_of", origin_json(frozen.origin)}});
}

namespace {

Json point_json(const storage::HistoryPoint& point) {
  const auto or_null = [](const std::optional<std::uint64_t>& number) {
    return number.has_value() ? Json(*number) : Json();
  };
  return {{"day", day_text(std::chrono::sys_days(std::chrono::days(point.day)))},
          {"taken_s", point.taken_s},
          {"count", point.count},
          {"population", point.population},
          {"entered", or_null(point.entered)},
          {"left", or_null(point.left)},
          {"rule_version", point.rule},
          {"version", point.version}};
}

}  // namespace

std::string history_point_json(const std::string& name, const storage::HistoryPoint& point) {
  Json json = {{"name", name}};
  json.update(point_json(point));
  return dump(json);
}

std::string history_json(const SegmentHistory& history) {
  Json points = Json::array();
  for (const storage::HistoryPoint& point : history.points) {
    points.push_back(point_json(point));
  }
  Json json = {{"name", history.name},
               {"count", history.count},
               {"population", history.population},
               {"as_of", day_text(history.as_of)},
               {"rule_version", history.rule},
               {"kept", history.kept},
               {"first", history.first.has_value() ? Json(day_text(*history.first)) : Json()},
               {"points", std::move(points)}};
  if (history.since.has_value()) {
    json["since"] = {{"point", point_json(history.since->point)},
                     {"entered", history.since->entered},
                     {"left", history.since->left},
                     {"stayed", history.since->stayed}};
  }
  return dump(json);
}

std::string versions_json(const SegmentVersions& versions) {
  Json list = Json::array();
  for (const RuleVersion& version : versions.versions) {
    const storage::RuleRecord& rule = version.record;
    Json json = {{"rule_version", rule.number},
                 {"expression", rule.expression},
                 {"canonical", version.canonical},
                 {"author", rule.author},
                 {"saved_s", rule.saved_s},
                 {"count_then", Json()},
                 {"population_then", Json()},
                 {"as_of_then", Json()},
                 {"count", version.count.has_value() ? Json(*version.count) : Json()}};
    if (rule.count.has_value()) {
      json["count_then"] = *rule.count;
      json["population_then"] = rule.population;
      json["as_of_then"] = day_text(std::chrono::sys_days(std::chrono::days(rule.as_of)));
    }
    if (!version.faults.empty()) {
      json["errors"] = diagnostics_json(version.faults, rule.expression);
    }
    list.push_back(std::move(json));
  }
  return dump(Json{{"name", versions.name},
                   {"population", versions.population},
                   {"as_of", day_text(versions.as_of)},
                   {"dropped", versions.dropped},
                   {"versions", std::move(list)}});
}

std::string diff_json(const SegmentDiff& diff) {
  const auto part = [](const SegmentDiff::Part& each) {
    return Json{{"expression", each.expression}, {"count", each.count}};
  };
  Json from = part(diff.from);
  from["of"] = diff.from_name;
  Json to = part(diff.to);
  to["of"] = diff.to_name;
  return dump(Json{{"name", diff.name},
                   {"population", diff.population},
                   {"as_of", day_text(diff.as_of)},
                   {"from", std::move(from)},
                   {"to", std::move(to)},
                   {"both", part(diff.both)},
                   {"only_from", part(diff.only_from)},
                   {"only_to", part(diff.only_to)}});
}

std::string renamed_json(const RenamedSegment& renamed) {
  return dump(Json{{"name", renamed.record.name},
                   {"revision", renamed.revision},
                   {"rewritten", renamed.rewritten}});
}

std::string removed_json(const std::string& name, const std::vector<std::string>& broken) {
  return dump(Json{{"name", name}, {"broken", broken}});
}

std::string dependents_json(const std::string& name, const Segments::Dependents& dependents) {
  return dump(
      Json{{"name", name}, {"direct", dependents.direct}, {"indirect", dependents.indirect}});
}

}  // namespace tagline::server
