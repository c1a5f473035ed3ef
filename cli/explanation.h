// The explanation of a query as people read it.
#pragma once

#include "cli/console.h"
#include "server/service.h"

#include <string>

namespace tagline::cli {

/// REQUIRES: the answer has an explanation.
void print_explanation(const server::Answer& answer, Console& console);

/// Its nodes as lines of CSV, depth first, under a header.
[[nodiscard]] std::string nodes_csv(const server::Explanation& explanation);

}  // namespace tagline::cli
