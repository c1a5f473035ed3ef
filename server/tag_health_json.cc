// The words of findings and rules, and the report as JSON.
#include "server/diagnostic_json.h"
#include "server/json.h"
#include "server/tag_health.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::array<std::pair<HealthFinding, std::string_view>, 10> kFindings = {{
    {HealthFinding::Unused, "unused"},
    {HealthFinding::Stale, "stale"},
    {HealthFinding::Empty, "empty"},
    {HealthFinding::LowCoverage, "low-coverage"},
    {HealthFinding::NearDuplicate, "near-duplicate"},
    {HealthFinding::UnusedValues, "unused-values"},
    {HealthFinding::DeprecatedUsed, "deprecated-used"},
    {HealthFinding::Naming, "naming"},
    {HealthFinding::Undocumented, "undocumented"},
    {HealthFinding::Drifted, "drifted"},
}};
constexpr std::array<std::pair<TagRule, std::string_view>, 7> kRules = {{
    {TagRule::Lower, "lower"},
    {TagRule::NoBlanks, "no-blanks"},
    {TagRule::Ascii, "ascii"},
    {TagRule::LayerPrefix, "layer-prefix"},
    {TagRule::Titles, "titles"},
    {TagRule::Owner, "owner"},
    {TagRule::Description, "description"},
}};

/// The words of a list with commas between them, out of `table`.
template <class Value, std::size_t n>
Result<std::set<Value>> words_of(std::string_view list,
                                 const std::array<std::pair<Value, std::string_view>, n>& table,
                                 const Text& what) {
  std::set<Value> found;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    bool known = false;
    std::string all;
    for (const auto& [value, name] : table) {
      if (name == word) {
        found.insert(value);
        known = true;
      }
      all += (all.empty() ? "" : ", ") + std::string(name);
    }
    if (!known) {
      const std::string text(word);
      return failure(ErrorCode::BadInput,
                     {"\"" + text + "\" is no " + what.en, "“" + text + "”不是" + what.zh},
                     {"write some of " + all + ", with commas between them",
                      "请从以下选择，用逗号分隔：" + all});
    }
  }
  return found;
}

Json finding_json(const TagFinding& finding) {
  Json json = {{"finding", name_of(finding.finding)}, {"tag", finding.tag}};
  if (!finding.other.empty()) {
    json["other"] = finding.other;
  }
  if (finding.people.has_value()) {
    json["people"] = *finding.people;
  }
  if (finding.share.has_value()) {
    json["share"] = *finding.share;
  }
  if (finding.age_s.has_value()) {
    json["age_s"] = *finding.age_s;
  }
  if (finding.index.has_value()) {
    json["stability_index"] = *finding.index;
  }
  if (finding.names_total != 0) {
    json["names"] = finding.names;
    json["names_total"] = finding.names_total;
  }
  if (finding.alike_total != 0) {
    Json alike = Json::array();
    for (const AlikeValues& values : finding.alike) {
      alike.push_back({{"value", values.value},
                       {"other", values.other},
                       {"both", values.both},
                       {"either", values.either}});
    }
    json["alike"] = std::move(alike);
    json["alike_total"] = finding.alike_total;
  }
  json["message"] = text_json(finding.message);
  return json;
}

}  // namespace

std::string_view name_of(HealthFinding finding) {
  return kFindings[static_cast<std::size_t>(finding)].second;
}

std::optional<HealthFinding> finding_called(std::string_view name) {
  for (const auto& [finding, called] : kFindings) {
    if (called == name) {
      return finding;
    }
  }
  return std::nullopt;
}

std::vector<HealthFinding> all_findings() {
  std::vector<HealthFinding> all;
  for (const auto& [finding, name] : kFindings) {
    all.push_back(finding);
  }
  return all;
}

std::string_view name_of(TagRule rule) {
  return kRules[static_cast<std::size_t>(rule)].second;
}

Result<std::set<TagRule>> tag_rules_of(std::string_view list) {
  return list == "none" ? Result<std::set<TagRule>>(std::set<TagRule>())
                        : words_of(list, kRules, {"rule of tags", "标签规则"});
}

Result<std::set<HealthFinding>> findings_of(std::string_view list) {
  return words_of(list, kFindings, {"finding", "检查项"});
}

std::string tag_health_json(const TagHealth& health) {
  Json by_finding = Json::object();
  for (const auto& [finding, name] : kFindings) {
    by_finding[std::string(name)] = 0;
  }
  Json findings = Json::array();
  for (const TagFinding& finding : health.findings) {
    Json& count = by_finding[std::string(name_of(finding.finding))];
    count = count.get<std::uint64_t>() + 1;
    findings.push_back(finding_json(finding));
  }
  return dump(Json{
      {"as_of_s", health.as_of_s},
      {"version", health.version},
      {"population", health.population},
      {"tags", health.tags},
      {"queries_since_s", health.asked_since_s.has_value() ? Json(*health.asked_since_s) : Json()},
      {"not_compared", health.not_compared},
      {"total", health.findings.size()},
      {"by_finding", std::move(by_finding)},
      {"findings", std::move(findings)}});
}

}  // namespace tagline::server
