// Where no database is: what is said of a folder that was named for one.
#pragma once

#include "engine/error.h"

#include <string>

namespace tagline::server {

/// NotFound: that the folder does not exist, or has no database in it, and how one is made.
[[nodiscard]] Error missing_database(const std::string& folder);

}  // namespace tagline::server
