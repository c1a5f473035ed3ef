// The groups of routes, one file each. Routes puts them together.
#pragma once

#include "server/api/route.h"

#include <vector>

namespace tagline::server {

[[nodiscard]] std::vector<Route> health_routes();        ///< /healthz, /readyz, /v1/status
[[nodiscard]] std::vector<Route> query_routes();         ///< /v1/count, /v1/query
[[nodiscard]] std::vector<Route> id_routes();            ///< /v1/ids
[[nodiscard]] std::vector<Route> editor_routes();        ///< /v1/check, complete, explain, ...
[[nodiscard]] std::vector<Route> document_routes();      ///< /openapi.json, /docs
[[nodiscard]] std::vector<Route> catalogue_routes();     ///< /v1/tags, /v1/events
[[nodiscard]] std::vector<Route> user_routes();          ///< /v1/users, /v1/why
[[nodiscard]] std::vector<Route> metrics_routes();       ///< /metrics, /v1/queries
[[nodiscard]] std::vector<Route> load_routes();          ///< /v1/load, /v1/jobs
[[nodiscard]] std::vector<Route> ingest_routes();        ///< /v1/ingest
[[nodiscard]] std::vector<Route> history_routes();       ///< of segments and tags
[[nodiscard]] std::vector<Route> identity_routes();      ///< /v1/identities, merges, erasures
[[nodiscard]] std::vector<Route> schema_routes();        ///< /v1/schemas
[[nodiscard]] std::vector<Route> backup_routes();        ///< /v1/backup
[[nodiscard]] std::vector<Route> segment_list_routes();  ///< /v1/segments/{name}/ids
[[nodiscard]] std::vector<Route> segment_routes();       ///< /v1/segments

}  // namespace tagline::server
