#include "server/people_json.h"

#include "server/diagnostic_json.h"
#include "server/json_reader.h"
#include "server/schema_json.h"
#include "server/utc_text.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace tagline::server {
namespace {

using ingest::LinkRequest;

/// Of one request; what brings so many together is no person.
constexpr std::size_t kIdentitiesMax = 100;

std::string time_text(std::int64_t seconds) {
  return utc_text(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

LinkRequest request_from(const Json& object, std::uint64_t line, std::optional<Error>& fault) {
  JsonReader reader(object, "", fault);
  LinkRequest request;
  request.line = line;
  if (reader.failed()) {
    return request;
  }
  reader.only({"user", "identities", "source"});
  reader.read("user", request.user);
  reader.read_list("identities", request.identities);
  reader.read("source", request.source);
  if (!reader.failed() &&
      (request.identities.empty() || request.identities.size() > kIdentitiesMax)) {
    reader.fail("identities", std::to_string(request.identities.size()) + " of them",
                {"1 to 100 identities, such as \"phone:13800138000\"",
                 "1 到 100 个身份标识，例如 \"phone:13800138000\""});
  }
  return request;
}

Result<LinkRequest> checked(const Json& object, std::uint64_t line) {
  std::optional<Error> fault;
  LinkRequest request = request_from(object, line, fault);
  if (!fault.has_value()) {
    return request;
  }
  const std::string number = std::to_string(line);
  return failure(fault->code(),
                 {"line " + number + ": " + fault->message().en,
                  "第 " + number + " 行：" + fault->message().zh},
                 fault->hint());
}

Json merge_object(const MergeShown& merge) {
  const storage::MergeRecord& record = merge.record;
  return {{"number", record.number},
          {"survivor", merge.survivor},
          {"loser", merge.loser},
          {"because", record.because},
          {"author", record.author},
          {"merged", time_text(record.merged_s)},
          {"undone", record.undone_s.has_value() ? Json(time_text(*record.undone_s)) : Json()}};
}

Json erasure_object(const storage::ErasureRecord& erasure) {
  return {{"number", erasure.number},
          {"digest", erasure.digest},
          {"erased", time_text(erasure.erased_s)},
          {"author", erasure.author},
          {"users", erasure.users},
          {"identities", erasure.identities},
          {"values", erasure.cells},
          {"merges", erasure.merges}};
}

Json type_object(const storage::IdentityTypeRecord& type) {
  return {{"name", type.name},       {"form", std::string(name_of(type.form))},
          {"country", type.country}, {"hashed", type.hashed},
          {"most", type.most},       {"never", type.never}};
}

Json rule_object(const TagMergeRule& rule) {
  const bool event = rule.kind == engine::TagKind::Event;
  return {{"tag", rule.tag},
          {"kind", std::string(kind_name(rule.kind))},
          {"rule", rule.rule.has_value() ? std::string(name_of(*rule.rule))
                   : event               ? "added"
                                         : "united"}};
}

}  // namespace

Result<std::vector<LinkRequest>> link_requests_from(std::string_view text, bool lines) {
  std::vector<LinkRequest> requests;
  std::optional<Error> fault;
  if (!lines) {
    const auto document = parse_json(text, fault);
    if (!document.has_value()) {
      return tl::unexpected(*fault);
    }
    const Json list = document->is_array() ? *document : Json::array({*document});
    if (list.empty()) {
      return failure(
          ErrorCode::BadInput, {"the list has no requests", "列表中没有请求"},
          {"send {\"user\": \"u1\", \"identities\": [\"phone:13800138000\"]}, or several of them",
           "请发送 {\"user\": \"u1\", \"identities\": [\"phone:13800138000\"]}，或其列表"});
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      TAGLINE_ASSIGN_OR_RETURN(auto request, checked(list[i], i + 1));
      requests.push_back(std::move(request));
    }
    return requests;
  }
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    const auto object = parse_json(one, fault);
    if (!object.has_value()) {
      const std::string number = std::to_string(line);
      return failure(ErrorCode::BadInput,
                     {"line " + number + ": " + fault->message().en,
                      "第 " + number + " 行：" + fault->message().zh},
                     fault->hint());
    }
    TAGLINE_ASSIGN_OR_RETURN(auto request, checked(*object, line));
    requests.push_back(std::move(request));
  }
  return requests;
}

std::string link_report_json(const LinkReport& report) {
  Json first = Json::array();
  for (const LinkReport::Line& line : report.first) {
    first.push_back({{"line", line.line},
                     {"user", line.linked.user},
                     {"user_new", line.linked.user_new},
                     {"identities_new", line.linked.identities_new},
                     {"merges", line.linked.merges}});
  }
  Json refused = Json::array();
  for (const LinkReport::RefusedLine& line : report.first_refused) {
    refused.push_back(
        {{"line", line.line}, {"user", line.user}, {"reason", text_json(line.reason)}});
  }
  return dump(Json{{"linked", report.linked},
                   {"refused", report.refused},
                   {"users_new", report.users_new},
                   {"identities_new", report.identities_new},
                   {"merges", report.merges},
                   {"version", report.version},
                   {"first", std::move(first)},
                   {"first_refused", std::move(refused)}});
}

std::string unlinked_json(const Unlinked& unlinked) {
  return dump(Json{{"identity", unlinked.identity}, {"user", unlinked.user}});
}

std::string merge_json(const MergeShown& merge) {
  return dump(merge_object(merge));
}

std::string merge_page_json(const MergePage& page) {
  Json list = Json::array();
  for (const MergeShown& merge : page.merges) {
    list.push_back(merge_object(merge));
  }
  return dump(
      Json{{"merges", std::move(list)}, {"next", page.next == 0 ? Json() : Json(page.next)}});
}

std::string person_json(const PersonShown& person) {
  Json identities = Json::array();
  for (const storage::IdentityRecord& identity : person.identities) {
    identities.push_back({{"identity", identity.identity},
                          {"linked", time_text(identity.linked_s)},
                          {"source", identity.source}});
  }
  Json merges = Json::array();
  for (const MergeShown& merge : person.merges) {
    merges.push_back(merge_object(merge));
  }
  return dump(Json{
      {"user", person.user},
      {"identities", std::move(identities)},
      {"merges", std::move(merges)},
      {"updated", person.updated_s.has_value() ? Json(time_text(*person.updated_s)) : Json()}});
}

std::string erasure_json(const storage::ErasureRecord& erasure) {
  return dump(erasure_object(erasure));
}

std::string erasure_page_json(const ErasurePage& page) {
  Json list = Json::array();
  for (const storage::ErasureRecord& erasure : page.erasures) {
    list.push_back(erasure_object(erasure));
  }
  return dump(
      Json{{"erasures", std::move(list)}, {"next", page.next == 0 ? Json() : Json(page.next)}});
}

std::string identity_type_json(const storage::IdentityTypeRecord& type) {
  return dump(type_object(type));
}

std::string identity_types_json(const std::vector<storage::IdentityTypeRecord>& types) {
  Json list = Json::array();
  for (const storage::IdentityTypeRecord& type : types) {
    list.push_back(type_object(type));
  }
  return dump(Json{{"types", std::move(list)}});
}

std::string merge_rule_json(const TagMergeRule& rule) {
  return dump(rule_object(rule));
}

std::string merge_rules_json(const std::vector<TagMergeRule>& rules) {
  Json list = Json::array();
  for (const TagMergeRule& rule : rules) {
    list.push_back(rule_object(rule));
  }
  return dump(Json{{"rules", std::move(list)}});
}

}  // namespace tagline::server
