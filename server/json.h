// Json: a JSON document whose fields keep their order.
#pragma once

#include <nlohmann/json.hpp>

namespace tagline::server {

using Json = nlohmann::ordered_json;

}  // namespace tagline::server

/// Compiled once (json.cc), not in each file that has a document: half of what such a file takes to
/// compile.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
