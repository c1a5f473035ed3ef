#include "server/batch_json.h"

#include "server/answer_fields.h"
#include "server/day_text.h"
#include "server/diagnostic_json.h"

#include <utility>

namespace tagline::server {
namespace {

Json item_json(const BatchItem& item) {
  if (!item.outcome.has_value()) {
    return {{"ok", false},
            {"title", item.title},
            {"expression", item.expression},
            {"errors", refusal_errors(item.outcome.error(), item.expression, Face::Http)}};
  }
  const Answer& answer = *item.outcome;
  Json json = {{"ok", true},
               {"title", item.title},
               {"expression", answer.expression},
               {"count", answer.count},
               {"warnings", diagnostics_json(answer.warnings, item.expression)}};
  if (item.suppressed) {
    json["count"] = nullptr;
    json["suppressed"] = true;
  }
  if (!answer.methods.empty()) {
    json["methods"] = answer.methods;
  }
  return json;
}

}  // namespace

std::string batch_json(const BatchStats& batch, std::span<const BatchItem> items,
                       std::chrono::microseconds elapsed) {
  Json answers = Json::array();
  for (const BatchItem& item : items) {
    answers.push_back(item_json(item));
  }
  return dump(Json{{"answers", std::move(answers)},
                   {"population", batch.population},
                   {"as_of", day_text(batch.as_of)},
                   {"time_zone", batch.time_zone},
                   {"version", batch.version},
                   {"elapsed_us", elapsed.count()}});
}

}  // namespace tagline::server
