#include "server/answer_json.h"
#include "server/api/etag.h"
#include "server/api/floored_query.h"
#include "server/api/refused.h"
#include "server/api/request_body.h"
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
  if (call.caller.floor != 0) {
    if (auto no_other_day = as_of->has_value() ? call.needs_no_floor() : std::nullopt;
        no_other_day.has_value()) {
      return std::move(*no_other_day);
    }
    if (auto late = call.limit(*timeout_ms); late.has_value()) {
      return std::move(*late);
    }
    return floored_count(call, *expression);
  }
  const std::string question = "count\n" + *expression;
  if (auto unchanged = not_modified(call, *as_of, question); unchanged.has_value()) {
    return std::move(*unchanged);
  }
  if (auto late = call.limit(*timeout_ms); late.has_value()) {
    return std::move(*late);
  }
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
  if (call.caller.floor != 0) {
    // Another day is another question of the same words: what was told of both is not compared.
    if (!(*want)->keeps_floor || body.as_of.has_value() || body.explain) {
      return *call.needs_no_floor();
    }
    if (auto late = call.limit(body.timeout_ms); late.has_value()) {
      return std::move(*late);
    }
    return body.expressions.empty() ? floored_count(call, body.expression)
                                    : floored_batch(call, body.expressions);
  }
  if (auto late = call.limit(body.timeout_ms); late.has_value()) {
    return std::move(*late);
  }
  return (*want)->answer(call, body);
}

}  // namespace

std::vector<Route> query_routes() {
  // Wants that tell of single people need more (wants.cc).
  Route asking{"POST", "/v1/query", {}, Role::Viewer, query};
  asking.body_bytes = kIdsBodyBytesMax;
  return {
      keeping_floor({"GET",
                     "/v1/count",
                     {"q", "as_of", "timeout_ms"},
                     Role::Viewer,
                     count,
                     Audited::No,
                     Entrance::Key,
                     true}),
      keeping_floor(asking),
  };
}

}  // namespace tagline::server
