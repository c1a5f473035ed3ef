#include "dsl/check.h"
#include "server/answer_json.h"
#include "server/api/route_groups.h"

#include <utility>

namespace tagline::server {
namespace {

HttpReply check(const Call& call) {
  std::string expression;
  std::optional<std::chrono::sys_days> as_of;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"expression", "as_of"});
    require(body, "expression", {"an expression, e.g. \"vip\"", "表达式，例如 \"vip\""});
    body.read("expression", expression);
    read_day(body, "as_of", as_of);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  HttpReply reply;
  const Status read = call.api.service.with_catalogue(
      as_of, [&](const dsl::Catalogue& catalogue, std::chrono::sys_days day) {
        dsl::CheckOptions options;
        options.as_of = day;
        reply = json_reply(checked_json(dsl::check(expression, catalogue, options), expression));
      });
  return read.has_value() ? reply : call.fail(read.error());
}

}  // namespace

std::vector<Route> editor_routes() {
  return {
      {"POST", "/v1/check", {}, Role::Viewer, check},
  };
}

}  // namespace tagline::server
