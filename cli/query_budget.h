// QueryBudget: the limits typed for a query, as the engine checks them.
#pragma once

#include "cli/arguments.h"
#include "server/service.h"

#include <chrono>

namespace tagline::cli {

/// The time starts when it is made. Neither copied nor moved: queries point to it.
class QueryBudget {
 public:
  explicit QueryBudget(const QueryLimits& limits) {
    if (limits.seconds > 0) {
      using Steady = std::chrono::steady_clock;
      budget_.deadline = Steady::now() + std::chrono::duration_cast<Steady::duration>(
                                             std::chrono::duration<double>(limits.seconds));
    }
    if (limits.memory_mib > 0) {
      constexpr unsigned kMibBits = 20;
      budget_.memory = limits.memory_mib << kMibBits;
    }
  }
  QueryBudget(const QueryBudget&) = delete;
  QueryBudget& operator=(const QueryBudget&) = delete;

  [[nodiscard]] const engine::Budget* get() const { return &budget_; }

 private:
  engine::Budget budget_;
};

}  // namespace tagline::cli
