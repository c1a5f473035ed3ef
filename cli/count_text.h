// A count as people read it.
#pragma once

#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

/// The expression and what its count is of; without the explanation.
void print(const server::Answer& answer, Console& console);

}  // namespace tagline::cli
