// Who is who: /v1/identities, /v1/identity-types, /v1/merges, /v1/merge-rules, /v1/erasures, and
// the erasure of a user.
#include "server/api/edit_request.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/people.h"
#include "server/people_json.h"

#include <limits>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kNdjson = "application/x-ndjson";
constexpr std::uint64_t kLinkBodyBytesMax = std::uint64_t{4} << 20U;
constexpr std::uint64_t kPage = 100;
constexpr std::uint64_t kPageMax = 1'000;

storage::Store& store_of(const Call& call) {
  return call.api.service.store();
}

/// Before a write: a reply when this server writes nothing, or a load is being written.
std::optional<HttpReply> refuse_write(const Call& call) {
  if (call.api.options.read_only || call.api.ingest == nullptr) {
    return call.fail(nothing_is_written());
  }
  return refuse_beside_a_commit(call);
}

template <class T, class ToJson>
HttpReply reply_of(const Call& call, const Result<T>& result, const ToJson& to_json) {
  return result.has_value() ? json_reply(to_json(*result)) : call.fail(result.error());
}

HttpReply link(const Call& call) {
  if (auto refused = refuse_write(call); refused.has_value()) {
    return std::move(*refused);
  }
  if (auto refused = refuse_type(call, {kJson, kNdjson}); refused.has_value()) {
    return std::move(*refused);
  }
  LinkPolicy policy;
  const auto each = flag_parameter(call, "each", false);
  if (!each.has_value()) {
    return call.fail(each.error());
  }
  policy.each = *each;
  const auto users = unknown_parameter(call, "users", ingest::Unknown::Create);
  if (!users.has_value()) {
    return call.fail(users.error());
  }
  policy.create = *users == ingest::Unknown::Create;
  const auto requests = link_requests_from(call.request.body, media_type(call.request) == kNdjson);
  if (!requests.has_value()) {
    return call.fail(requests.error());
  }
  return reply_of(call, server::link(store_of(call), *requests, policy, call.caller.name),
                  link_report_json);
}

HttpReply unlink(const Call& call) {
  if (auto refused = refuse_write(call); refused.has_value()) {
    return std::move(*refused);
  }
  std::string identity;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"identity"});
    require(body, "identity",
            {"an identity, e.g. \"phone:13800138000\"", "身份标识，例如 \"phone:13800138000\""});
    body.read("identity", identity);
  });
  return refused.has_value()
             ? std::move(*refused)
             : reply_of(call, server::unlink(store_of(call), identity), unlinked_json);
}

HttpReply show(const Call& call) {
  auto found = person(store_of(call), call.variables.front());
  if (found.has_value()) {
    call.audit->add_ids(call.request.method == "HEAD" ? 0 : 1);
  }
  return reply_of(call, found, person_json);
}

struct Part {
  std::uint32_t before = 0;
  std::size_t limit = kPage;
};
Result<Part> part_of(const Call& call) {
  Part part;
  TAGLINE_ASSIGN_OR_RETURN(const auto before, number_parameter(call, "before"));
  TAGLINE_ASSIGN_OR_RETURN(const auto limit, number_parameter(call, "limit"));
  if (limit.has_value() && (*limit == 0 || *limit > kPageMax)) {
    return tl::unexpected(bad_input("limit: " + std::to_string(*limit),
                                    "limit：" + std::to_string(*limit),
                                    {"write 1 to 1000", "请写 1 到 1000"}));
  }
  if (before.has_value() && *before > std::numeric_limits<std::uint32_t>::max()) {
    return tl::unexpected(
        bad_input("before: " + std::to_string(*before), "before：" + std::to_string(*before),
                  {"write the \"next\" of the page before", "请写上一页的 \"next\""}));
  }
  part.before = static_cast<std::uint32_t>(before.value_or(0));
  part.limit = static_cast<std::size_t>(limit.value_or(kPage));
  return part;
}

HttpReply list_merges(const Call& call) {
  const auto part = part_of(call);
  return part.has_value()
             ? reply_of(call, merges(store_of(call), part->before, part->limit), merge_page_json)
             : call.fail(part.error());
}

HttpReply undo(const Call& call) {
  if (auto refused = refuse_write(call); refused.has_value()) {
    return std::move(*refused);
  }
  const auto number = server::number_of("number", call.variables.front());
  if (!number.has_value()) {
    return call.fail(number.error());
  }
  if (*number > std::numeric_limits<std::uint32_t>::max()) {
    const std::string text = std::to_string(*number);
    return call.fail(Error(ErrorCode::NotFound, {"there is no merge " + text, "没有合并 " + text},
                           {"GET /v1/merges lists them", "GET /v1/merges 列出全部合并"}));
  }
  return reply_of(call,
                  undo_merge(store_of(call), static_cast<std::uint32_t>(*number), call.caller.name),
                  merge_json);
}

HttpReply erase(const Call& call) {
  if (auto refused = refuse_write(call); refused.has_value()) {
    return std::move(*refused);
  }
  return reply_of(call, erase_person(store_of(call), call.variables.front(), call.caller.name),
                  erasure_json);
}

HttpReply list_erasures(const Call& call) {
  const auto part = part_of(call);
  return part.has_value() ? reply_of(call, erasures(store_of(call), part->before, part->limit),
                                     erasure_page_json)
                          : call.fail(part.error());
}

HttpReply types(const Call& call) {
  return reply_of(call, identity_types(store_of(call)), identity_types_json);
}

HttpReply put_type(const Call& call) {
  if (auto refused = refuse_write(call); refused.has_value()) {
    return std::move(*refused);
  }
  storage::IdentityTypeRecord type;
  type.name = call.variables.front();
  std::string form = "exact";
  std::optional<std::uint64_t> most;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"form", "country", "hashed", "most", "never"});
    body.read("form", form);
    body.read("country", type.country);
    body.read("hashed", type.hashed);
    read_up_to(body, "most", most, 1'000);
    body.read_list("never", type.never);
    if (!form_of(form).has_value()) {
      body.fail("form", "\"" + form + "\"",
                {"exact, lower, phone or email", "exact、lower、phone 或 email"});
    }
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  type.form = *form_of(form);
  type.most = static_cast<std::uint32_t>(most.value_or(10));
  if (type.form == storage::IdentityTypeRecord::Form::Phone && type.country.empty()) {
    type.country = "86";
  }
  return reply_of(call, put_identity_type(store_of(call), std::move(type)), identity_type_json);
}

HttpReply rules(const Call& call) {
  return reply_of(call, merge_rules(store_of(call)), merge_rules_json);
}

HttpReply put_rule(const Call& call) {
  if (auto refused = refuse_write(call); refused.has_value()) {
    return std::move(*refused);
  }
  std::string rule;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"rule"});
    const Text expected{"latest, survivor, max, min or sum", "latest、survivor、max、min 或 sum"};
    require(body, "rule", expected);
    body.read("rule", rule);
    if (!body.failed() && !merge_rule_of(rule).has_value()) {
      body.fail("rule", "\"" + rule + "\"", expected);
    }
  });
  return refused.has_value() ? std::move(*refused)
                             : reply_of(call,
                                        put_merge_rule(store_of(call), call.variables.front(),
                                                       *merge_rule_of(rule)),
                                        merge_rule_json);
}

}  // namespace

std::vector<Route> identity_routes() {
  Route linking{"POST", "/v1/identities/link", {"each", "users"}, Role::Operator, link};
  linking.body_bytes = kLinkBodyBytesMax;
  return {
      std::move(linking),
      {"POST", "/v1/identities/unlink", {}, Role::Operator, unlink},
      {"GET", "/v1/users/{id}/identities", {}, Role::Analyst, show},
      {"DELETE", "/v1/users/{id}", {}, Role::Admin, erase},
      {"GET", "/v1/erasures", {"before", "limit"}, Role::Admin, list_erasures, Audited::No},
      {"GET", "/v1/merges", {"before", "limit"}, Role::Analyst, list_merges},
      {"POST", "/v1/merges/{number}/undo", {}, Role::Operator, undo},
      {"GET", "/v1/identity-types", {}, Role::Viewer, types},
      {"PUT", "/v1/identity-types/{name}", {}, Role::Admin, put_type},
      {"GET", "/v1/merge-rules", {}, Role::Viewer, rules},
      {"PUT", "/v1/merge-rules/{tag}", {}, Role::Operator, put_rule},
  };
}

}  // namespace tagline::server
