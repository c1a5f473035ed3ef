// Prepared: a request checked against one snapshot and planned, which every kind of answer starts
// from.
#pragma once

#include "dsl/check.h"
#include "engine/execute.h"
#include "engine/plan.h"
#include "engine/sweep.h"
#include "server/kept_catalogue.h"
#include "server/service.h"
#include "storage/snapshot.h"

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace tagline::server {

/// What all expressions of a request are checked against.
struct Ground {
  KeptCatalogue::Shared catalogue;
  dsl::CheckOptions options;  ///< the day; counts people in the snapshot, and must not outlive it
};
/// `kept`: where the catalogue is kept, or null: it is read.
[[nodiscard]] Result<Ground> ground(const storage::Snapshot& snapshot,
                                    std::optional<std::chrono::sys_days> as_of,
                                    KeptCatalogue* kept = nullptr);

/// One expression checked, and added to a plan that may have others.
struct Understood {
  dsl::Checked checked;
  engine::NodeId root = 0;
  Answer answer;  ///< without count and time
};
/// Refused when the expression is at fault.
[[nodiscard]] Outcome<Understood> understand(std::string_view expression, const Ground& ground,
                                             const storage::Snapshot& snapshot, engine::Plan& plan);

struct Prepared {
  explicit Prepared(KeptCatalogue::Shared names) : shared(std::move(names)), catalogue(*shared) {}

  KeptCatalogue::Shared shared;
  const dsl::Catalogue& catalogue;  ///< that one; it counts no people
  dsl::Checked checked;
  engine::Plan plan;
  engine::NodeId root = 0;
  Answer answer;  ///< without count and time
};

/// Refused when the expression is at fault. What it gives must not outlive the snapshot.
[[nodiscard]] Outcome<Prepared> prepare(const QueryRequest& request,
                                        const storage::Snapshot& snapshot);

[[nodiscard]] engine::ExecuteOptions execute_options(const QueryRequest& request);

using Clock = std::chrono::steady_clock;
[[nodiscard]] std::chrono::microseconds since(Clock::time_point start);

/// The tag called so, by name or alias, in any case that is unique. NotFound tells what comes near.
[[nodiscard]] Result<const dsl::Tag*> tag_called(const dsl::Catalogue& catalogue,
                                                 std::string_view name);

}  // namespace tagline::server
