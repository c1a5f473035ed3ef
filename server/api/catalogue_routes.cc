#include "server/answer_json.h"
#include "server/api/route_groups.h"

namespace tagline::server {
namespace {

HttpReply tags(const Call& call) {
  const auto catalog = call.api.service.tags();
  return catalog.has_value() ? json_reply(catalog_json(*catalog)) : call.fail(catalog.error());
}

}  // namespace

std::vector<Route> catalogue_routes() {
  return {
      {"GET", "/v1/tags", {}, Role::Viewer, tags},
  };
}

}  // namespace tagline::server
