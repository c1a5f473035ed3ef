// The groups of routes, one file each. Routes puts them together.
#pragma once

#include "server/api/route.h"

#include <vector>

namespace tagline::server {

[[nodiscard]] std::vector<Route> health_routes();     ///< /healthz, /readyz, /v1/status
[[nodiscard]] std::vector<Route> query_routes();      ///< /v1/count, /v1/query
[[nodiscard]] std::vector<Route> editor_routes();     ///< /v1/check
[[nodiscard]] std::vector<Route> document_routes();   ///< /openapi.json, /docs
[[nodiscard]] std::vector<Route> catalogue_routes();  ///< /v1/tags, /v1/events
[[nodiscard]] std::vector<Route> segment_routes();    ///< /v1/segments

}  // namespace tagline::server
