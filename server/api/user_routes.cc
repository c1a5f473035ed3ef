#include "server/answer_json.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/user_segments.h"
#include "server/user_segments_json.h"
#include "server/why_json.h"

#include <utility>

namespace tagline::server {
namespace {

HttpReply user(const Call& call) {
  const auto profile = call.api.service.user(call.variables.front());
  if (!profile.has_value()) {
    return call.fail(profile.error());
  }
  call.audit->add_ids(call.request.method == "HEAD" ? 0 : 1);
  return json_reply(profile_json(*profile));
}

HttpReply segments(const Call& call) {
  const auto as_of = day_parameter(call, "as_of");
  if (!as_of.has_value()) {
    return call.fail(as_of.error());
  }
  const auto timeout_ms = number_parameter(call, "timeout_ms");
  if (!timeout_ms.has_value()) {
    return call.fail(timeout_ms.error());
  }
  if (auto late = call.limit(*timeout_ms); late.has_value()) {
    return std::move(*late);
  }
  const QueryRequest how = call.query({}, *as_of);
  const auto found = call.api.service.store().read([&](const storage::Snapshot& snapshot) {
    return segments_of_user(snapshot, call.variables.front(), how);
  });
  if (!found.has_value()) {
    return call.fail(found.error());
  }
  call.audit->add_ids(call.request.method == "HEAD" ? 0 : 1);
  return json_reply(user_segments_json(*found));
}

HttpReply why(const Call& call) {
  std::string id;
  std::string expression;
  std::optional<std::chrono::sys_days> as_of;
  std::optional<std::uint64_t> timeout_ms;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"id", "expression", "as_of", "timeout_ms"});
    require(body, "id", {"the id of a user, e.g. \"u0001\"", "用户标识，例如 \"u0001\""});
    body.read("id", id);
    require(body, "expression", {"an expression, e.g. \"vip\"", "表达式，例如 \"vip\""});
    body.read("expression", expression);
    body.read_whole("timeout_ms", timeout_ms);
    read_day(body, "as_of", as_of);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  // Whom it was asked of stands before what was asked.
  if (auto forbidden = call.may_export("why " + id + ": " + expression); forbidden.has_value()) {
    return std::move(*forbidden);
  }
  if (auto late = call.limit(timeout_ms); late.has_value()) {
    return std::move(*late);
  }
  const QueryRequest request = call.query(std::move(expression), as_of);
  const auto why = call.api.service.why(id, request);
  if (!why.has_value()) {
    return problem(call.request, why.error(), request.expression);
  }
  call.audit->add_ids(1);
  return json_reply(why_json(*why, request.expression));
}

}  // namespace

std::vector<Route> user_routes() {
  return {
      {"GET", "/v1/users/{id}", {}, Role::Analyst, user},
      {"GET", "/v1/users/{id}/segments", {"as_of", "timeout_ms"}, Role::Analyst, segments},
      {"POST", "/v1/why", {}, Role::Analyst, why, Audited::No},
  };
}

}  // namespace tagline::server
