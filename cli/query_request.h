// What `query` asks the service, from what was typed.
#pragma once

#include "cli/arguments.h"
#include "cli/query_budget.h"
#include "server/service.h"

namespace tagline::cli {

/// Its expression is empty where none was typed. `budget` outlives it.
[[nodiscard]] inline server::QueryRequest request_of(const QueryArguments& arguments,
                                                     const QueryBudget& budget) {
  server::QueryRequest request;
  request.expression = arguments.expression.value_or("");
  request.as_of = arguments.as_of;
  request.explain = arguments.explain;
  request.threads = arguments.threads;
  request.budget = budget.get();
  return request;
}

}  // namespace tagline::cli
