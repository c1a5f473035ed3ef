#include "server/answer_json.h"
#include "server/api/etag.h"
#include "server/api/refused.h"
#include "server/api/route_groups.h"
#include "server/api/wants.h"
#include "server/id_export.h"

#include <utility>

namespace tagline::server {
namespace {

HttpReply count(const Call& call) {
  const auto expression = expression_parameter(call, "/v1/count?q=age%3A25-34");
  if (!expression.has_value()) {
    return call.fail(expression.error());
  }
  const auto as_of = day_parameter(call, "as_of");
  if (!as_of.has_value()) {
    return call.fail(as_of.error());
  }
  const auto timeout_ms = number_parameter(call, "timeout_ms");
  if (!timeout_ms.has_value()) {
    return call.fail(timeout_ms.error());
  }
  const std::string question = "count\n" + *expression;
  if (auto unchanged = not_modified(call, *as_of, question); unchanged.has_value()) {
    return std::move(*unchanged);
  }
  call.limit(*timeout_ms);
  const QueryRequest request = call.query(*expression, *as_of);
  const bool head = call.request.method == "HEAD";
  const auto answer =
      head ? unanswered(call.api.service.store(), request) : call.api.service.query(request);
  if (!answer.has_value()) {
    return refused(call, answer.error(), request.expression);
  }
  HttpReply reply = json_reply(head ? std::string() : answer_json(*answer, request.expression));
  if (head) {
    // Its length would be that of a count.
    reply.body.clear();
    reply.pieces = [] { return Result<std::string>(); };
  }
  set_etag(reply, state_of(*answer), question);
  return reply;
}

HttpReply query(const Call& call) {
  QueryBody body;
  auto want = read_query(call, wants(), body);
  if (!want.has_value()) {
    return std::move(want).error();
  }
  if (auto forbidden =
          (*want)->role == Role::Viewer ? std::nullopt : call.may_export(body.expression);
      forbidden.has_value()) {
    return std::move(*forbidden);
  }
  call.limit(body.timeout_ms);
  return (*want)->answer(call, body);
}

}  // namespace

std::vector<Route> query_routes() {
  return {
      {"GET",
       "/v1/count",
       {"q", "as_of", "timeout_ms"},
       Role::Viewer,
       count,
       Audited::No,
       Entrance::Key,
       true},
      // Wants that tell of single people need more (wants.cc).
      {"POST", "/v1/query", {}, Role::Viewer, query},
  };
}

}  // namespace tagline::server
