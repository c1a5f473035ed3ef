// Ids: the members of a segment as `query --ids` prints them, all or a page of them.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

/// Ids alone go to standard output (in JSON a page is one object); what is said of a page, and on
/// the last line the cursor of the next, to standard error. Returns the exit status.
[[nodiscard]] int run_ids(const QueryArguments& arguments, server::Service& service,
                          Console& console);

}  // namespace tagline::cli
