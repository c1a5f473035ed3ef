// One tag as the text of a reply, also for the command line.
#pragma once

#include "server/tags.h"

#include <string>

namespace tagline::server {

/// {"population", "version", "tag": as tag_json}
[[nodiscard]] std::string tag_page_json(const TagPage& page);

}  // namespace tagline::server
