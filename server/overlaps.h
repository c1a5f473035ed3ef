// Overlaps: how many people several segments have in common, pair by pair, and how many are in
// exactly some of them. Exact; see engine/overlap.h for how.
#pragma once

#include "dsl/diagnostic.h"
#include "server/service.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::server {

struct OverlapRequest {
  std::vector<std::string> expressions;
  std::vector<std::string> titles;  ///< what the asker calls them; empty: nothing
  bool regions = false;  ///< also the exclusive regions: engine::kRegionsMax expressions at most
  std::optional<std::chrono::sys_days> as_of;
  unsigned threads = 0;
  const engine::Budget* budget = nullptr;
};

struct OverlapAnswer {
  std::vector<std::string> segments;                   ///< canonical, as asked
  std::vector<std::vector<dsl::Diagnostic>> warnings;  ///< of each segment
  /// overlaps[i * n + j]: people in both; on the diagonal, in one.
  std::vector<std::uint64_t> overlaps;
  struct Region {
    std::vector<std::size_t> in;  ///< places in `segments`: in all of these and no other
    std::uint64_t count = 0;
  };
  /// Those with anybody, most people first; `in` empty: in none of them.
  std::vector<Region> regions;
  std::uint64_t population = 0;
  std::uint64_t version = 0;
  std::chrono::sys_days as_of;
  std::string time_zone;
  std::chrono::microseconds elapsed{};
};

/// What is at fault, and in which expression.
struct OverlapRefusal {
  // Converts on purpose, as Refusal does.
  OverlapRefusal(Error cause) : refusal(std::move(cause)) {}  // NOLINT(google-explicit-constructor)
  OverlapRefusal(Refusal why, std::size_t where) : refusal(std::move(why)), expression(where) {}
  Refusal refusal;
  std::size_t expression = 0;
};

[[nodiscard]] tl::expected<OverlapAnswer, OverlapRefusal> overlaps(
    const storage::Snapshot& snapshot, const OverlapRequest& request);

}  // namespace tagline::server
