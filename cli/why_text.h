// Why somebody is in a segment or out of it, as people read it.
#pragma once

#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

void print(const server::Why& why, Console& console);

}  // namespace tagline::cli
