#include "server/api/kafka_report.h"
#include "server/api/route_groups.h"
#include "server/build_fields.h"
#include "server/diagnostic_json.h"

namespace tagline::server {
namespace {

HttpReply healthz(const Call& /*call*/) {
  return json_reply(R"({"status":"ok"})");
}

HttpReply readyz(const Call& call) {
  const auto database = call.api.service.standing();
  if (!database.has_value()) {
    return problem(call.request, 503, database.error());
  }
  return json_reply(dump(Json{{"status", "ok"}, {"version", database->version}}));
}

HttpReply status(const Call& call) {
  Service& service = call.api.service;
  const auto database = service.standing();
  if (!database.has_value()) {
    return call.fail(database.error());
  }
  const ServerStatus now = call.api.status();
  const auto up = std::chrono::steady_clock::now() - now.started;
  Json json{{"version", database->version},
            {"population", database->population},
            {"time_zone", database->time_zone},
            {"languages", {"en", "zh-CN"}},
            {"read_only", call.api.options.read_only},
            {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(up).count()},
            {"connections", now.connections},
            {"queries_running", call.api.queries.figures().running},
            {"queries_queued", now.queued},
            {"requests", now.requests},
            {"refused_busy", now.refused_busy},
            {"build", build_fields(call.api.options.build)}};
  if (const auto kept = service.kept_answers(); kept.has_value()) {
    json["cache"] = {{"answers", kept->answers},     {"bytes", kept->bytes},
                     {"bytes_max", kept->bytes_max}, {"hits", kept->hits},
                     {"misses", kept->misses},       {"forgotten", kept->forgotten}};
  }
  if (call.api.kafka != nullptr) {
    json["kafka"] = kafka_json(call.api.kafka->figures());
  }
  return json_reply(dump(json));
}

}  // namespace

std::vector<Route> health_routes() {
  return {
      keeping_floor({"GET", "/healthz", {}, Role::Viewer, healthz, Audited::No, Entrance::Open}),
      express(
          keeping_floor({"GET", "/readyz", {}, Role::Viewer, readyz, Audited::No, Entrance::Open})),
      express(keeping_floor({"GET", "/v1/status", {}, Role::Viewer, status})),
  };
}

}  // namespace tagline::server
