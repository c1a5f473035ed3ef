#include "server/api/floored_query.h"

#include "dsl/check.h"
#include "server/answer_fields.h"
#include "server/api/floored_counts.h"
#include "server/batch_json.h"
#include "server/diagnostic_json.h"
#include "server/json_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tagline::server {
namespace {

HttpReply checked(const Call& call, const std::string& expression) {
  HttpReply reply = json_reply({});
  reply.body.clear();
  // Its length would be that of a count.
  reply.pieces = [] { return Result<std::string>(); };
  const Status read = call.api.service.with_catalogue(
      std::nullopt, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& options) {
        auto found = dsl::check(expression, catalogue, call.checking(options));
        if (!found.ok) {
          reply = problem(call.request, Refusal(std::move(found.errors)), expression);
        }
      });
  return read.has_value() ? std::move(reply) : call.fail(read.error());
}

bool is_of_budget(const FlooredCount& count) {
  return !count.outcome.has_value() && count.outcome.error().error.has_value() &&
         (count.outcome.error().error->code() == ErrorCode::DeadlineExceeded ||
          count.outcome.error().error->code() == ErrorCode::Cancelled);
}

}  // namespace

HttpReply floored_count(const Call& call, const std::string& expression) {
  if (call.request.method == "HEAD") {
    return checked(call, expression);
  }
  const auto counted = floored_counts(call, std::span(&expression, 1));
  if (!counted.has_value()) {
    return call.fail(counted.error());
  }
  const auto& [outcome, suppressed] = counted->counts.front();
  if (!outcome.has_value()) {
    return problem(call.request, outcome.error(), expression);
  }
  Json json = answer_fields(*outcome, expression);
  if (suppressed) {
    json["count"] = nullptr;
    json["suppressed"] = true;
  }
  return json_reply(dump(json));
}

HttpReply floored_batch(const Call& call, const std::vector<TitledExpression>& expressions) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::string> texts;
  for (const TitledExpression& each : expressions) {
    texts.push_back(each.expression);
  }
  auto counted = floored_counts(call, texts);
  if (!counted.has_value()) {
    return call.fail(counted.error());
  }
  if (std::all_of(counted->counts.begin(), counted->counts.end(), is_of_budget)) {
    return problem(call.request, counted->counts.front().outcome.error(), texts.front());
  }
  std::vector<BatchItem> items;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    FlooredCount& count = counted->counts[i];
    items.push_back({expressions[i].title, expressions[i].expression, std::move(count.outcome),
                     count.suppressed});
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  return json_reply(batch_json(counted->batch, items, elapsed));
}

}  // namespace tagline::server
