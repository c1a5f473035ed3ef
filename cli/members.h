// Members: which ids of a file are in a segment, as `query --members` prints them.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

/// Returns the exit status; ids nobody has are an answer, not a fault.
[[nodiscard]] int run_members(const QueryArguments& arguments, server::Service& service,
                              Console& console);

}  // namespace tagline::cli
