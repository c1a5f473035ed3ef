// The replies that are about tags and segments.
#include "cli/repl/replies.h"
#include "server/day_text.h"
#include "server/duration_text.h"
#include "server/scaled_number.h"
#include "server/schema_json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

std::int64_t days_of(const JsonValue& value) {
  const auto day = server::parse_day(value.text());
  return day.has_value() ? day->time_since_epoch().count() : 0;
}

std::int64_t seconds_of(const JsonValue& value) {
  return static_cast<std::int64_t>(value.number());
}

std::optional<std::int64_t> stored(const JsonValue& value, engine::TagKind kind, unsigned scale) {
  if (value.is_null()) {
    return std::nullopt;
  }
  return kind == engine::TagKind::Date ? std::optional(days_of(value))
                                       : server::scaled(value.text(), scale);
}

server::TagSummary tag_of(const JsonValue& reply) {
  using engine::TagKind;
  server::TagSummary tag;
  storage::TagRecord& record = tag.record;
  record.name = reply["name"].text();
  const std::string kind = reply["kind"].text();
  for (const TagKind each :
       {TagKind::Flag, TagKind::Category, TagKind::Set, TagKind::Number, TagKind::Date}) {
    record.kind = server::kind_name(each) == kind ? each : record.kind;
  }
  record.aliases = reply["also"].texts();
  record.scale = static_cast<unsigned>(reply["scale"].number());
  record.unit = reply["unit"].text();
  record.title = reply["title"].words();
  record.description = reply["description"].text();
  record.deprecated = reply["deprecated"].truth();
  tag.replacement = reply["replacement"].text();
  tag.coverage = reply["coverage"].number();
  for (const JsonValue& value : reply["values"].items()) {
    tag.values.push_back({value["value"].text(), value["also"].texts(), value["count"].number()});
  }
  tag.lowest = stored(reply["lowest"], record.kind, record.scale);
  tag.highest = stored(reply["highest"], record.kind, record.scale);
  record.ttl_s = server::parse_duration(reply["ttl"].text()).value_or(0);
  if (const JsonValue fresh = reply["freshness"]; !fresh.is_null()) {
    server::Freshness& read = tag.freshness.emplace();
    read.as_of_s = seconds_of(fresh["as_of_s"]);
    read.oldest_s = seconds_of(fresh["oldest_s"]);
    read.newest_s = seconds_of(fresh["newest_s"]);
    read.values = fresh["values"].number();
    for (std::size_t i = 0; i < server::kFreshAges.size(); ++i) {
      read.within[i] = fresh["within"][server::duration_text(server::kFreshAges[i])].number();
    }
  }
  return tag;
}

}  // namespace

server::EventList events_of(const JsonValue& reply) {
  server::EventList list;
  list.population = reply["population"].number();
  list.time_zone = reply["time_zone"].text();
  for (const JsonValue& each : reply["events"].items()) {
    server::EventSummary event;
    event.record.name = each["name"].text();
    event.record.aliases = each["also"].texts();
    event.record.unit = each["unit"].text();
    event.record.has_amount = each["amount"].truth();
    event.people = each["people"].number();
    event.days = each["days"].number();
    event.first = server::parse_day(each["first"].text());
    event.last = server::parse_day(each["last"].text());
    for (const JsonValue& key : each["keys"].items()) {
      event.keys.push_back({key["key"].text(), key["also"].texts()});
    }
    list.events.push_back(std::move(event));
  }
  return list;
}

server::Catalog catalog_of(const JsonValue& reply) {
  server::Catalog catalog;
  catalog.population = reply["population"].number();
  catalog.version = reply["version"].number();
  catalog.time_zone = reply["time_zone"].text();
  for (const JsonValue& tag : reply["tags"].items()) {
    catalog.tags.push_back(tag_of(tag));
  }
  return catalog;
}

server::Catalog page_of(const JsonValue& reply) {
  server::Catalog catalog;
  catalog.population = reply["population"].number();
  catalog.version = reply["version"].number();
  catalog.tags.push_back(tag_of(reply["tag"]));
  return catalog;
}

server::SavedSegment saved_of(const JsonValue& reply) {
  server::SavedSegment saved;
  saved.record.name = reply["name"].text();
  saved.canonical = reply["canonical"].text();
  saved.revision = reply["revision"].text();
  saved.rules_dropped = static_cast<std::uint32_t>(reply["dropped"].number());
  saved.created = reply["created"].truth();
  saved.count = reply["count"].number();
  saved.population = reply["population"].number();
  saved.warnings = diagnostics_of(reply["warnings"]);
  return saved;
}

server::SegmentSummary segment_of(const JsonValue& reply, const std::string& time_zone) {
  server::SegmentSummary summary;
  storage::SegmentRecord& record = summary.record;
  record.name = reply["name"].text();
  record.expression = reply["expression"].text();
  record.list = reply["kind"].text() == "list" ? 1 : 0;
  record.title = reply["title"].words();
  record.description = reply["description"].text();
  record.owner = reply["owner"].text();
  record.labels = reply["labels"].texts();
  record.created_s = seconds_of(reply["created_s"]);
  record.updated_s = seconds_of(reply["updated_s"]);
  summary.revision = reply["revision"].text();
  if (const JsonValue from = reply["snapshot_of"]; !from.is_null()) {
    storage::OriginRecord origin;
    origin.source = from["segment"].text();
    origin.source_gone = from["gone"].truth();
    origin.as_of = days_of(from["as_of"]);
    summary.origin = std::move(origin);
  }
  summary.canonical = reply["canonical"].text();
  summary.count = reply["count"].number_if_any();
  summary.faults = diagnostics_of(reply["errors"]);
  summary.warnings = diagnostics_of(reply["warnings"]);
  summary.uses = reply["uses"].texts();
  summary.used_by = reply["used_by"].texts();
  summary.time_zone = time_zone;
  return summary;
}

server::SegmentList segments_of(const JsonValue& reply, const std::string& time_zone) {
  server::SegmentList list;
  list.total = reply["total"].number();
  list.population = reply["population"].number();
  for (const JsonValue& segment : reply["segments"].items()) {
    list.segments.push_back(segment_of(segment, time_zone));
  }
  return list;
}

server::SegmentVersions versions_of(const JsonValue& reply, const std::string& time_zone) {
  server::SegmentVersions versions;
  versions.name = reply["name"].text();
  versions.dropped = static_cast<std::uint32_t>(reply["dropped"].number());
  versions.time_zone = time_zone;
  versions.population = reply["population"].number();
  for (const JsonValue& each : reply["versions"].items()) {
    server::RuleVersion version;
    version.record.number = static_cast<std::uint32_t>(each["rule_version"].number());
    version.record.expression = each["expression"].text();
    version.record.author = each["author"].text();
    version.record.saved_s = seconds_of(each["saved_s"]);
    version.record.count = each["count_then"].number_if_any();
    version.record.population = each["population_then"].number();
    version.record.as_of = days_of(each["as_of_then"]);
    version.count = each["count"].number_if_any();
    version.faults = diagnostics_of(each["errors"]);
    versions.versions.push_back(std::move(version));
  }
  return versions;
}

server::SegmentHistory history_of(const JsonValue& reply, const std::string& time_zone) {
  const auto point_of = [](const JsonValue& json) {
    storage::HistoryPoint point;
    point.day = days_of(json["day"]);
    point.taken_s = seconds_of(json["taken_s"]);
    point.count = json["count"].number();
    point.population = json["population"].number();
    point.entered = json["entered"].number_if_any();
    point.left = json["left"].number_if_any();
    point.rule = static_cast<std::uint32_t>(json["rule_version"].number());
    point.version = json["version"].number();
    return point;
  };
  server::SegmentHistory history;
  history.name = reply["name"].text();
  history.count = reply["count"].number();
  history.population = reply["population"].number();
  history.rule = static_cast<std::uint32_t>(reply["rule_version"].number());
  history.kept = reply["kept"].number();
  history.first = server::parse_day(reply["first"].text());
  history.time_zone = time_zone;
  for (const JsonValue& point : reply["points"].items()) {
    history.points.push_back(point_of(point));
  }
  return history;
}

server::SegmentDiff diff_of(const JsonValue& reply) {
  const auto part = [&](const char* name) {
    return server::SegmentDiff::Part{reply[name]["expression"].text(),
                                     reply[name]["count"].number()};
  };
  server::SegmentDiff diff;
  diff.name = reply["name"].text();
  diff.from_name = reply["from"]["of"].text();
  diff.to_name = reply["to"]["of"].text();
  diff.from = part("from");
  diff.to = part("to");
  diff.both = part("both");
  diff.only_from = part("only_from");
  diff.only_to = part("only_to");
  diff.population = reply["population"].number();
  return diff;
}

}  // namespace tagline::cli
