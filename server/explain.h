// explain: what a query did, for people: the count at every node, the plan, its rewrites and the
// program.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/check.h"
#include "engine/execute.h"
#include "engine/result.h"
#include "server/service.h"
#include "storage/snapshot.h"

#include <string_view>

namespace tagline::server {

/// The expression explained: its text, what the check found, and the names it was checked against.
struct Explained {
  std::string_view text;
  const dsl::Checked& checked;
  const dsl::Catalogue& catalogue;
};

/// Cost: one sweep for all counts, as long as their program fits (engine/counts.h). `stats` are
/// those of the run that gave the answer.
[[nodiscard]] Result<Explanation> explain(const Explained& query, const storage::Snapshot& snapshot,
                                          const engine::ExecuteOptions& options,
                                          const engine::ExecuteStats& stats);

}  // namespace tagline::server
