#include "server/answer_json.h"

#include "ingest/day.h"
#include "server/answer_fields.h"
#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/json_reader.h"
#include "server/number_range.h"
#include "server/tag_json.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;

Json nodes_of(const Explanation& explanation) {
  Json nodes = Json::array();
  for (const NodeCount& node : explanation.nodes) {
    nodes.push_back({{"text", node.text},
                     {"depth", node.depth},
                     {"count", node.count},
                     {"entered", node.entered},
                     {"kept", node.kept},
                     {"dropped", node.entered - node.kept}});
    if (node.without.has_value()) {
      nodes.back()["without"] = *node.without;
    }
    if (!node.dates.empty()) {
      nodes.back()["dates"] = node.dates;
    }
  }
  return nodes;
}

Json explanation_json(const Explanation& explanation) {
  Json passes = Json::array();
  for (const auto& [name, time] : explanation.passes) {
    passes.push_back({{"name", name}, {"elapsed_ns", time.count()}});
  }
  const engine::ExecuteStats& stats = explanation.stats;
  Json cache;
  if (explanation.cache.has_value()) {
    const auto& [use, usage] = *explanation.cache;
    cache = {{"whole", use.whole},           {"shards_kept", use.shards_kept},
             {"shards_run", use.shards_run}, {"parts_kept", use.parts_kept},
             {"parts_run", use.parts_run},   {"answers", usage.answers},
             {"bytes", usage.bytes},         {"bytes_max", usage.bytes_max},
             {"hits", usage.hits},           {"misses", usage.misses},
             {"forgotten", usage.forgotten}};
  }
  return Json{{"sentence", text_json(explanation.sentence)},
              {"nodes", nodes_of(explanation)},
              {"plan_written", explanation.plan_written},
              {"plan_rewritten", explanation.plan_rewritten},
              {"passes", std::move(passes)},
              {"program", explanation.program},
              {"fragments_borrowed", stats.fragments_borrowed},
              {"fragments_copied", stats.fragments_copied},
              {"containers_read", stats.containers_read},
              {"payload_bytes", stats.payload_bytes},
              {"blocks_run", stats.blocks_run},
              {"blocks_skipped", stats.blocks_skipped},
              {"instructions_run", stats.instructions_run},
              {"cache", std::move(cache)}};
}

}  // namespace

Json answer_fields(const Answer& answer, std::string_view text) {
  Json json = {{"expression", answer.expression},
               {"count", answer.count},
               {"population", answer.population},
               {"as_of", day_text(answer.as_of)},
               {"elapsed_us", answer.elapsed.count()},
               {"time_zone", answer.time_zone},
               {"version", answer.version},
               {"warnings", diagnostics_json(answer.warnings, text)}};
  if (!answer.methods.empty()) {
    json["methods"] = answer.methods;
  }
  if (answer.explanation.has_value()) {
    json["explain"] = explanation_json(*answer.explanation);
  }
  return json;
}

std::string answer_json(const Answer& answer, std::string_view text) {
  return dump(answer_fields(answer, text));
}

std::string nodes_json(const Answer& answer, std::string_view text) {
  Answer short_answer = answer;
  short_answer.explanation.reset();
  Json json = answer_fields(short_answer, text);
  if (answer.explanation.has_value()) {
    json["sentence"] = text_json(answer.explanation->sentence);
    json["nodes"] = nodes_of(*answer.explanation);
  }
  return dump(json);
}

Json refusal_errors(const Refusal& refusal, std::string_view text, Face face) {
  const auto faults =
      refusal.error.has_value() ? std::vector{fault_of(*refusal.error, face)} : refusal.diagnostics;
  return diagnostics_json(faults, refusal.text.has_value() ? *refusal.text : text);
}

std::string faults_json(const std::vector<dsl::Diagnostic>& faults, std::string_view text,
                        dsl::Language language) {
  Json json = fault_json(fault_of(faults, text), language, Face::Command);
  json["ok"] = false;
  return dump(json);
}

std::string checked_json(const dsl::Checked& checked, std::string_view text) {
  if (!checked.ok) {
    return dump(Json{{"ok", false}, {"errors", diagnostics_json(checked.errors, text)}});
  }
  return dump(Json{{"ok", true},
                   {"canonical", checked.canonical},
                   {"warnings", diagnostics_json(checked.warnings, text)}});
}

std::string error_json(const Error& error, std::string_view code, const Told& told) {
  dsl::Diagnostic placeless = fault_of(error, told.face);
  placeless.code = code.empty() ? placeless.code : std::string(code);
  Json json = fault_json(fault_of({placeless}, ""), told.language, told.face);
  json["ok"] = false;
  return dump(json);
}

std::string answered_line_json(const Answer& answer, const BatchLine& line) {
  Json json = answer_fields(answer, line.expression);
  json["line"] = line.number;
  json["title"] = line.title;
  return dump(json);
}

std::string refused_line_json(const Refusal& refusal, const BatchLine& line) {
  return dump(Json{{"ok", false},
                   {"line", line.number},
                   {"title", line.title},
                   {"expression", line.expression},
                   {"errors", refusal_errors(refusal, line.expression, Face::Command)}});
}

std::string catalog_json(const Catalog& catalog) {
  Json json = {{"population", catalog.population},
               {"version", catalog.version},
               {"time_zone", catalog.time_zone}};
  json["tags"] = Json::array();
  for (const TagSummary& tag : catalog.tags) {
    json["tags"].push_back(tag_json(tag));
  }
  return dump(json);
}

std::string profile_json(const UserProfile& profile) {
  Json tags = Json::object();
  for (const UserTag& tag : profile.tags) {
    if (tag.kind == TagKind::Flag) {
      tags[tag.name] = true;
    } else if (tag.kind == TagKind::Set) {
      tags[tag.name] = tag.values;
    } else if (tag.kind == TagKind::Number && tag.values.front().find('.') == std::string::npos) {
      tags[tag.name] = Json::parse(tag.values.front(), nullptr, false);  // a whole number stays one
    } else {
      tags[tag.name] = tag.values.front();
    }
  }
  Json events = Json::object();
  for (const UserEvent& event : profile.events) {
    Json json = {{"count", event.count},
                 {"days", event.days},
                 {"first", day_text(event.first)},
                 {"last", day_text(event.last)}};
    if (event.amount.has_value()) {
      json["amount"] = *event.amount;
    }
    events[event.name] = std::move(json);
  }
  return dump(Json{{"id", profile.id},
                   {"index", profile.index},
                   {"tags", std::move(tags)},
                   {"events", std::move(events)},
                   {"lists", profile.lists}});
}

std::string verify_json(const Verified& report) {
  Json problems = Json::array();
  for (const Text& problem : report.problems) {
    problems.push_back(text_json(problem));
  }
  return dump(Json{{"clean", report.clean()},
                   {"fragments", report.fragments},
                   {"fragment_bytes", report.fragment_bytes},
                   {"tags", report.tags},
                   {"values", report.values},
                   {"events", report.events},
                   {"segments", report.segments},
                   {"rules", report.rules},
                   {"origins", report.origins},
                   {"loads", report.loads},
                   {"users", report.users},
                   {"population", report.clean() ? Json(report.population) : Json()},
                   {"merged", report.clean() ? Json(report.merged) : Json()},
                   {"erased", report.clean() ? Json(report.erased) : Json()},
                   {"problem_count", report.problem_count},
                   {"problems", std::move(problems)}});
}

namespace {

void add_events(Json& json, const ingest::LoadReport& report) {
  json["events"] = report.events;
  json["event_names_new"] = report.event_names_new;
  json["keys_new"] = report.keys_new;
  json["first_day"] = report.days.has_value() ? Json(ingest::day_text(report.days->first)) : Json();
  json["last_day"] = report.days.has_value() ? Json(ingest::day_text(report.days->last)) : Json();
  json["skipped"] = Json::array();
  for (const ingest::SkippedFile& skipped : report.skipped) {
    json["skipped"].push_back({{"file", skipped.file},
                               {"load_id", skipped.added.id},
                               {"loaded_from", skipped.added.file},
                               {"events", skipped.added.events},
                               {"loaded_s", skipped.added.loaded_s}});
  }
}

}  // namespace

std::string load_json(const ingest::LoadReport& report) {
  Json rejects = Json::array();
  for (const ingest::Reject& reject : report.first_rejects) {
    rejects.push_back(
        {{"file", reject.file}, {"line", reject.line}, {"reason", text_json(reject.reason)}});
  }
  Json json{{"rows", report.rows},
            {"rejected", report.rejected},
            {"users_new", report.users_new},
            {"users_known", report.users_known},
            {"tags_new", report.tags_new},
            {"fragments_written", report.fragments_written},
            {"elapsed_s", report.seconds},
            {"commit_s", report.commit_seconds},
            {"first_rejects", std::move(rejects)}};
  const ingest::LinkCounts& links = report.links;
  if (links.identities_new + links.merges + links.refused > 0) {
    Json refused = Json::array();
    for (const auto& each : links.first_refused) {
      refused.push_back({{"user", each.user}, {"reason", text_json(each.reason)}});
    }
    json["links"] = {{"identities_new", links.identities_new},
                     {"merges", links.merges},
                     {"refused", links.refused},
                     {"first_refused", std::move(refused)}};
  }
  if (report.of_events) {
    add_events(json, report);
  }
  return dump(json);
}

std::string quoted_json(std::string_view text) {
  // Most ids are as they are; a million of them go out at a time.
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  return plain ? '"' + std::string(text) + '"' : dump(Json(std::string(text)));
}

Result<std::string> expression_of_json(std::string_view line) {
  std::optional<Error> fault;
  const auto document = parse_json(line, fault);
  if (document.has_value() && document->is_object()) {
    const auto found = document->find("expression");
    if (found != document->end() && found->is_string()) {
      return found->get<std::string>();
    }
  }
  return failure(ErrorCode::BadInput,
                 {"this line is not {\"expression\": TEXT}", "该行不是 {\"expression\": 文本}"},
                 {"write one JSON object a line", "每行写一个 JSON 对象"});
}

}  // namespace tagline::server
