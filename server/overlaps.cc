#include "server/overlaps.h"

#include "dsl/lower.h"
#include "engine/overlap.h"
#include "server/as_of.h"
#include "server/prepared.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

std::vector<OverlapAnswer::Region> regions_of(const std::vector<std::uint64_t>& counts,
                                              std::size_t segments) {
  std::vector<OverlapAnswer::Region> regions;
  for (std::size_t bits = 0; bits < counts.size(); ++bits) {
    if (counts[bits] == 0) {
      continue;
    }
    OverlapAnswer::Region& region = regions.emplace_back();
    region.count = counts[bits];
    for (std::size_t i = 0; i < segments; ++i) {
      if ((bits >> i & 1U) != 0) {
        region.in.push_back(i);
      }
    }
  }
  std::stable_sort(regions.begin(), regions.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return regions;
}

Status count(OverlapAnswer& answer, engine::Plan& plan, const std::vector<engine::NodeId>& roots,
             const storage::Snapshot& snapshot, const OverlapRequest& request) {
  engine::ExecuteOptions options;
  options.threads = request.threads;
  options.budget = request.budget;
  TAGLINE_ASSIGN_OR_RETURN(
      const engine::Sweep sweep,
      engine::Sweep::prepare(plan, roots, snapshot, options, engine::Answers::Together));
  TAGLINE_ASSIGN_OR_RETURN(answer.overlaps, engine::overlap_counts(sweep));
  if (request.regions) {
    TAGLINE_ASSIGN_OR_RETURN(const auto counts, engine::region_counts(sweep));
    answer.regions = regions_of(counts, roots.size());
  }
  return {};
}

}  // namespace

tl::expected<OverlapAnswer, OverlapRefusal> overlaps(const storage::Snapshot& snapshot,
                                                     const OverlapRequest& request) {
  const auto start = Clock::now();
  OverlapAnswer answer;
  TAGLINE_ASSIGN_OR_RETURN(answer.as_of, as_of_day(request.as_of, snapshot));
  TAGLINE_ASSIGN_OR_RETURN(const auto catalogue, vocabulary_of(snapshot));
  TAGLINE_ASSIGN_OR_RETURN(answer.population, snapshot.population());
  answer.time_zone = snapshot.time_zone();
  answer.version = snapshot.version();
  dsl::CheckOptions options;
  options.as_of = answer.as_of;
  engine::Plan plan;
  std::vector<engine::NodeId> roots;
  for (const std::string& expression : request.expressions) {
    dsl::Checked checked = dsl::check(expression, catalogue, options);
    if (!checked.ok) {
      return tl::unexpected(
          OverlapRefusal{Refusal(std::move(checked.errors)), answer.segments.size()});
    }
    roots.push_back(dsl::lower(checked.bound, plan));
    answer.segments.push_back(std::move(checked.canonical));
    answer.warnings.push_back(std::move(checked.warnings));
  }
  TAGLINE_RETURN_IF_ERROR(count(answer, plan, roots, snapshot, request));
  answer.elapsed = since(start);
  return answer;
}

}  // namespace tagline::server
