#include "server/freshness.h"

#include "engine/execute.h"
#include "engine/plan.h"
#include "server/number_range.h"

namespace tagline::server {

Result<std::uint64_t> written_until(const engine::Source& source, const storage::TagRecord& tag,
                                    std::int64_t until_s) {
  if (until_s < 0) {
    return 0U;
  }
  engine::Plan plan;
  const engine::NodeId old = plan.range(tag.times, 0, until_s);
  return engine::count(plan, old, source);
}

Result<std::optional<Freshness>> freshness_of(const engine::Source& source,
                                              const storage::TagRecord& tag, std::int64_t now_s) {
  if (tag.times == 0) {
    return std::optional<Freshness>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto range, number_range(source, tag.times));
  if (!range.has_value()) {
    return std::optional<Freshness>();
  }
  Freshness fresh;
  fresh.as_of_s = now_s;
  fresh.oldest_s = range->lowest;
  fresh.newest_s = range->highest;
  TAGLINE_ASSIGN_OR_RETURN(fresh.values, source.cardinality({tag.times, engine::kExistsRow}));
  for (std::size_t i = 0; i < kFreshAges.size(); ++i) {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t older,
                             written_until(source, tag, now_s - kFreshAges[i]));
    fresh.within[i] = fresh.values - older;
  }
  return std::optional(fresh);
}

}  // namespace tagline::server
