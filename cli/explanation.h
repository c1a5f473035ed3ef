// The explanation of a query as people read it.
#pragma once

#include "cli/console.h"
#include "server/service.h"

#include <string>

namespace tagline::cli {

/// What it means in words, and the people at every condition. REQUIRES: the answer has an
/// explanation.
void print_conditions(const server::Answer& answer, Console& console);

/// How it was run: plans, rewrites, program, what was read and what was kept. REQUIRES: likewise.
void print_plan(const server::Answer& answer, Console& console);

/// Its nodes as lines of CSV, depth first, under a header.
[[nodiscard]] std::string nodes_csv(const server::Explanation& explanation);

}  // namespace tagline::cli
