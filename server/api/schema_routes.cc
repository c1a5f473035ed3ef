#include "server/api/edit_request.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/diagnostic_json.h"
#include "server/schema_json.h"

#include <utility>

namespace tagline::server {
namespace {

HttpReply schema_reply(const std::string& name, const ingest::Schema& schema) {
  return json_reply(dump(Json{{"name", name}, {"schema", Json::parse(schema_to_json(schema))}}));
}

HttpReply schemas(const Call& call) {
  Json list = Json::array();
  for (const std::string& name : call.api.schemas.names()) {
    const auto schema = call.api.schemas.get(name);
    if (!schema.has_value()) {
      continue;  // removed meanwhile, or spoilt: GET of it says how
    }
    list.push_back({{"name", name},
                    {"of", schema->events.has_value() ? "events" : "users"},
                    {"format", schema->format == ingest::FileFormat::Csv ? "csv" : "ndjson"}});
  }
  return json_reply(dump(Json{{"schemas", std::move(list)}}));
}

HttpReply schema(const Call& call) {
  const auto found = call.api.schemas.get(call.variables.front());
  return found.has_value() ? schema_reply(call.variables.front(), *found)
                           : call.fail(found.error());
}

HttpReply put_schema(const Call& call) {
  if (call.api.options.read_only) {
    return call.fail(nothing_is_written());
  }
  // That it is JSON is looked at as of any body; the schema has its own reader.
  if (auto refused = read_body(call, [](JsonReader&) {}); refused.has_value()) {
    return std::move(*refused);
  }
  const auto schema = schema_from_json(call.request.body);
  if (!schema.has_value()) {
    return call.fail(schema.error());
  }
  const auto added = call.api.schemas.put(call.variables.front(), *schema);
  if (!added.has_value()) {
    return call.fail(added.error());
  }
  HttpReply reply = schema_reply(call.variables.front(), *schema);
  if (*added) {
    set_created(reply, "/v1/schemas/", call.variables.front());
  }
  return reply;
}

HttpReply delete_schema(const Call& call) {
  if (call.api.options.read_only) {
    return call.fail(nothing_is_written());
  }
  const Status removed = call.api.schemas.remove(call.variables.front());
  return removed.has_value() ? json_reply(dump(Json{{"name", call.variables.front()}}))
                             : call.fail(removed.error());
}

}  // namespace

std::vector<Route> schema_routes() {
  return {
      {"GET", "/v1/schemas", {}, Role::Viewer, schemas},
      {"GET", "/v1/schemas/{name}", {}, Role::Viewer, schema},
      {"PUT", "/v1/schemas/{name}", {}, Role::Operator, put_schema},
      {"DELETE", "/v1/schemas/{name}", {}, Role::Operator, delete_schema},
  };
}

}  // namespace tagline::server
