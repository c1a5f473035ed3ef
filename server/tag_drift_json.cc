#include "server/tag_drift_json.h"

#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/json.h"
#include "server/schema_json.h"

#include <utility>

namespace tagline::server {

std::string drift_json(const TagDrift& drift) {
  Json days = Json::array();
  for (const TagDrift::Day& day : drift.days) {
    const double of = day.population == 0 ? 1 : static_cast<double>(day.population);
    days.push_back({{"day", day_text(day.day)},
                    {"population", day.population},
                    {"known", day.known},
                    {"coverage", static_cast<double>(day.known) / of},
                    {"stability_index", day.index.has_value() ? Json(*day.index) : Json()}});
  }
  Json moved = Json::array();
  for (const TagDrift::Part& part : drift.moved) {
    moved.push_back({{"value", part.value}, {"before", part.before}, {"after", part.after}});
  }
  return dump(Json{{"tag", drift.name},
                   {"kind", kind_name(drift.kind)},
                   {"days", std::move(days)},
                   {"moved", std::move(moved)}});
}

}  // namespace tagline::server
