// Batch: the counts of a file of expressions, as `query --batch` prints them.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

/// Faults are told line by line and stop no other line. Returns the worst exit status.
[[nodiscard]] int run_batch(const QueryArguments& arguments, server::Service& service,
                            Console& console);

}  // namespace tagline::cli
