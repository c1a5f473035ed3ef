#include "server/answer_json.h"
#include "server/api/route_groups.h"

#include <utility>

namespace tagline::server {
namespace {

HttpReply answer(const Call& call, const QueryRequest& request) {
  const auto answer = call.api.service.query(request);
  return answer.has_value() ? json_reply(answer_json(*answer, request.expression))
                            : problem(call.request, answer.error(), request.expression);
}

HttpReply count(const Call& call) {
  const std::string* expression = call.parameter("q");
  if (expression == nullptr) {
    return call.fail(bad_input(
        "the parameter \"q\" is missing", "缺少参数“q”",
        {"give the expression: /v1/count?q=age%3A25-34", "请给出表达式：/v1/count?q=age%3A25-34"}));
  }
  const auto as_of = day_parameter(call, "as_of");
  if (!as_of.has_value()) {
    return call.fail(as_of.error());
  }
  const auto timeout_ms = number_parameter(call, "timeout_ms");
  if (!timeout_ms.has_value()) {
    return call.fail(timeout_ms.error());
  }
  call.limit(*timeout_ms);
  return answer(call, call.query(*expression, *as_of));
}

HttpReply query(const Call& call) {
  std::string expression;
  std::optional<std::chrono::sys_days> as_of;
  std::optional<std::uint64_t> timeout_ms;
  bool explain = false;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"expression", "as_of", "timeout_ms", "explain"});
    require(body, "expression", {"an expression, e.g. \"vip\"", "表达式，例如 \"vip\""});
    body.read("expression", expression);
    body.read("explain", explain);
    read_number(body, "timeout_ms", timeout_ms);
    read_day(body, "as_of", as_of);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  call.limit(timeout_ms);
  QueryRequest request = call.query(std::move(expression), as_of);
  request.explain = explain;
  return answer(call, request);
}

}  // namespace

std::vector<Route> query_routes() {
  return {
      {"GET", "/v1/count", {"q", "as_of", "timeout_ms"}, Role::Viewer, count, true},
      {"POST", "/v1/query", {}, Role::Viewer, query},
  };
}

}  // namespace tagline::server
