// The fields of a build in JSON. Included by server/*.cc only.
#pragma once

#include "server/build.h"
#include "server/json.h"

namespace tagline::server {

/// As build_json.
[[nodiscard]] Json build_fields(const Build& build);

}  // namespace tagline::server
