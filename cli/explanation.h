// The explanation of a query as people read it.
#pragma once

#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

/// REQUIRES: the answer has an explanation.
void print_explanation(const server::Answer& answer, Console& console);

}  // namespace tagline::cli
