// What breakdowns by one tag and tables of two share.
#pragma once

#include "engine/sweep.h"
#include "server/breakdown.h"
#include "server/number_range.h"
#include "server/prepared.h"
#include "server/stretches.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tagline::server {

/// A number or a date.
[[nodiscard]] bool is_measured(engine::TagKind kind);

/// A sweep of these roots of the request's plan, whose answers come in turn.
[[nodiscard]] Result<engine::Sweep> sweep_of(Prepared& prepared,
                                             std::span<const engine::NodeId> roots,
                                             const storage::Snapshot& snapshot,
                                             const QueryRequest& request);

/// The stretches of a number or date with this range, kStretchesMax at most.
[[nodiscard]] Stretches stretches_of(const dsl::Tag& tag, const NumberRange& range);
/// The least and greatest value among the people, so that stretches follow them; nothing when none
/// of them has one. `everybody`: how many of the database have a value. One sweep.
struct SegmentRange {
  std::optional<NumberRange> range;
  std::uint64_t everybody = 0;
};
[[nodiscard]] Result<SegmentRange> segment_range(const dsl::Tag& tag, Prepared& prepared,
                                                 const storage::Snapshot& snapshot,
                                                 const QueryRequest& request);
/// Counts of their bins, as those of the stretches.
[[nodiscard]] std::vector<std::uint64_t> stretched_counts(const Stretches& stretches,
                                                          std::span<const std::uint64_t> bins);

/// Fills in the count of the answer.
[[nodiscard]] Status count_segment(Prepared& prepared, const storage::Snapshot& snapshot,
                                   const QueryRequest& request);

/// The people by one tag. REQUIRES: they have been counted.
[[nodiscard]] Result<TagBreakdown> tag_lines(const dsl::Tag& tag, Prepared& prepared,
                                             const storage::Snapshot& snapshot,
                                             const QueryRequest& request);

}  // namespace tagline::server
