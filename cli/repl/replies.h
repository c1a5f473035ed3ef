// Replies of the HTTP API as the structs they were made from, so that the terminal shows them as
// the subcommands do. What a reply does not say stays at its default.
#pragma once

#include "dsl/diagnostic.h"
#include "server/breakdown.h"
#include "server/json_value.h"
#include "server/numbers.h"
#include "server/overlaps.h"
#include "server/segment_history.h"
#include "server/segments.h"
#include "server/service.h"

#include <string>
#include <vector>

namespace tagline::cli {

/// Of "errors", "warnings".
[[nodiscard]] std::vector<dsl::Diagnostic> diagnostics_of(const server::JsonValue& list);

/// With its explanation, when there is one.
[[nodiscard]] server::Answer answer_of(const server::JsonValue& reply);
[[nodiscard]] server::NumberAnswer number_of(const server::JsonValue& reply);
[[nodiscard]] server::RankedAnswer ranked_of(const server::JsonValue& reply);
[[nodiscard]] server::ParetoAnswer pareto_of(const server::JsonValue& reply);
[[nodiscard]] server::BreakdownAnswer breakdown_of(const server::JsonValue& reply);
[[nodiscard]] server::CrossAnswer cross_of(const server::JsonValue& reply);
[[nodiscard]] server::OverlapAnswer overlap_of(const server::JsonValue& reply);
[[nodiscard]] server::Why why_of(const server::JsonValue& reply);

/// Of GET /v1/tags.
[[nodiscard]] server::Catalog catalog_of(const server::JsonValue& reply);
/// Of GET /v1/tags/{tag}: a catalogue of one.
[[nodiscard]] server::Catalog page_of(const server::JsonValue& reply);

/// Of GET /v1/events, without the loads.
[[nodiscard]] server::EventList events_of(const server::JsonValue& reply);

[[nodiscard]] server::SavedSegment saved_of(const server::JsonValue& reply);
/// `time_zone`: of the database.
[[nodiscard]] server::SegmentSummary segment_of(const server::JsonValue& reply,
                                                const std::string& time_zone);
[[nodiscard]] server::SegmentList segments_of(const server::JsonValue& reply,
                                              const std::string& time_zone);
[[nodiscard]] server::SegmentHistory history_of(const server::JsonValue& reply,
                                                const std::string& time_zone);
[[nodiscard]] server::SegmentVersions versions_of(const server::JsonValue& reply,
                                                  const std::string& time_zone);
[[nodiscard]] server::SegmentDiff diff_of(const server::JsonValue& reply);

}  // namespace tagline::cli
