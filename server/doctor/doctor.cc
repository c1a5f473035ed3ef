#include "server/doctor/doctor.h"

#include "server/build_fields.h"
#include "server/diagnostic_json.h"
#include "server/doctor/findings.h"
#include "storage/store.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tagline::server {
namespace {

Result<Condition> condition_of(const Place& place, std::chrono::system_clock::time_point now) {
  storage::OpenOptions options;
  options.make_files = false;
  TAGLINE_ASSIGN_OR_RETURN(const auto store, storage::Store::open(place.folder, options));
  Condition condition;
  TAGLINE_ASSIGN_OR_RETURN(condition.health, store->health());
  condition.zone_known = storage::check_time_zone(condition.health.time_zone).has_value();
  condition.written = place.written;
  condition.now = now;
  TAGLINE_RETURN_IF_ERROR(store->read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(condition.users, snapshot.population());
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, snapshot.tags());
    TAGLINE_ASSIGN_OR_RETURN(const auto events, snapshot.events());
    TAGLINE_ASSIGN_OR_RETURN(const auto segments, snapshot.segments());
    TAGLINE_ASSIGN_OR_RETURN(const auto loads, snapshot.loads());
    condition.tags = tags.size();
    condition.events = events.size();
    condition.segments = segments.size();
    condition.loads = loads.size();
    if (!loads.empty()) {
      condition.last_load = std::chrono::sys_seconds(std::chrono::seconds(loads.back().loaded_s));
    }
    return {};
  }));
  return condition;
}

std::string_view mark_name(Mark mark) {
  switch (mark) {
    case Mark::Fine:
      return "ok";
    case Mark::Warning:
      return "warning";
    case Mark::Fault:
      return "fault";
  }
  return "";
}

Json json_of(const Finding& finding) {
  Json json{{"code", finding.code},
            {"mark", mark_name(finding.mark)},
            {"name", text_json(finding.name)},
            {"found", text_json(finding.found)}};
  if (!finding.expected.empty()) {
    json["expected"] = text_json(finding.expected);
  }
  if (!finding.advice.empty()) {
    json["hint"] = text_json(finding.advice);
  }
  Json figures = Json::object();
  for (const auto& [name, number] : finding.figures) {
    figures[std::string(name)] = number;
  }
  json["figures"] = std::move(figures);
  return json;
}

}  // namespace

std::vector<Finding> examine(const std::optional<std::filesystem::path>& folder) {
  const Machine machine = look_at_machine();
  if (!folder.has_value()) {
    return findings_of(machine, std::nullopt);
  }
  const Place place = look_at_place(*folder);
  std::vector<Finding> findings = findings_of(machine, place.map_bytes);
  const auto add = [&](std::vector<Finding> more) {
    std::move(more.begin(), more.end(), std::back_inserter(findings));
  };
  add(findings_of(place));
  if (!place.has_data) {
    return findings;  // which say why
  }
  auto condition = condition_of(place, machine.now);
  if (condition.has_value()) {
    add(findings_of(*condition));
  } else {
    findings.push_back(finding_of_refusal(condition.error()));
  }
  return findings;
}

bool is_sound(const std::vector<Finding>& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.mark == Mark::Fault; });
}

std::string doctor_json(const std::vector<Finding>& findings, const Build& build) {
  const auto count = [&](Mark mark) {
    return std::count_if(findings.begin(), findings.end(),
                         [mark](const Finding& finding) { return finding.mark == mark; });
  };
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back(json_of(finding));
  }
  return dump(Json{{"ok", is_sound(findings)},
                   {"fine", count(Mark::Fine)},
                   {"warnings", count(Mark::Warning)},
                   {"faults", count(Mark::Fault)},
                   {"findings", std::move(list)},
                   {"build", build_fields(build)}});
}

}  // namespace tagline::server
