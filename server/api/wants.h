// What POST /v1/query can be asked for.
#pragma once

#include "server/api/query_body.h"

#include <span>

namespace tagline::server {

[[nodiscard]] std::span<const Want> wants();

}  // namespace tagline::server
