// Insight: what `query` answers beyond a count, as people and programs read it.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

/// Whether one of --sum, --stats, --top, --bottom, --pareto, --by and --profile was given.
[[nodiscard]] bool asks_beyond_count(const QueryArguments& arguments);

/// REQUIRES: asks_beyond_count. Returns the exit status.
[[nodiscard]] int run_insight(const QueryArguments& arguments, server::Service& service,
                              Console& console);

}  // namespace tagline::cli
