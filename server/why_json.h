// Answers about events, saved segments and single users as JSON text. Field names are part of the
// interface.
#pragma once

#include "server/segment_history.h"
#include "server/segments.h"
#include "server/service.h"

#include <string>
#include <string_view>

namespace tagline::server {

/// {"id", "expression", "as_of", "member", "nodes": [{"text", "depth", "holds", "decides"}],
/// "deciding": [...], "changes": [[{"what", "from", "to"}]], "changes_smallest" (false: as
/// WaysOut::smallest), "warnings"}; `text` is the expression as typed, here and below.
[[nodiscard]] std::string why_json(const Why& why, std::string_view text);

/// {"population", "time_zone", "events": [{"name", "also", "amount", "scale", "unit"?, "keys",
/// "people", "days", "first", "last"}], "loads": [{"id", "file", "rows", "events", "loaded_s"}]}
[[nodiscard]] std::string events_json(const EventList& list);
/// {"before", "series_days", "fragments"}
[[nodiscard]] std::string trimmed_json(const storage::WriteTxn::Trimmed& trimmed,
                                       std::chrono::sys_days before);

/// {"name", "kind": "rule" | "list", "expression"?, "canonical"?, "title"?, "description"?,
/// "owner"?, "labels", "created_s", "updated_s", "revision", "snapshot_of"? {"segment", "gone",
/// "expression", "version", "as_of", "data_version", "population", "taken_s", "author"}, "broken",
/// "count" (null when broken), "uses", "used_by", "errors"?}
[[nodiscard]] std::string segment_json(const SegmentSummary& summary);
/// {"population", "total", "segments": [as segment_json]}
[[nodiscard]] std::string segments_json(const SegmentList& list);
/// {"name", "created", "version", "revision", "count", "population", "canonical", "dropped",
/// "warnings"}
[[nodiscard]] std::string saved_json(const SavedSegment& saved, std::string_view text);
/// {"name", "created", "revision", "count", "population", "ids", "unknown", "repeated",
/// "first_unknown"}
[[nodiscard]] std::string imported_json(const ImportedList& imported);
/// {"name", "revision", "count", "population", "snapshot_of"}
[[nodiscard]] std::string frozen_json(const FrozenSegment& frozen);
/// {"name", "count", "population", ..., "points": [as history_point_json, without the name]}
[[nodiscard]] std::string history_json(const SegmentHistory& history);
[[nodiscard]] std::string history_point_json(const std::string& name,
                                             const storage::HistoryPoint& point);
/// {"name", "population", "as_of", "dropped", "versions": [{"version", "expression", "canonical",
/// "author", "saved_s", "count_then", "population_then", "as_of_then" (null: not counted then),
/// "count" (null: broken), "errors"?}]}
[[nodiscard]] std::string versions_json(const SegmentVersions& versions);
/// {"name", "population", "as_of", "from" and "to": {"of", "expression", "count"}, "both",
/// "only_from" and "only_to": {"expression", "count"}}
[[nodiscard]] std::string diff_json(const SegmentDiff& diff);
/// {"name", "revision", "rewritten"}
[[nodiscard]] std::string renamed_json(const RenamedSegment& renamed);
/// {"name", "broken"}
[[nodiscard]] std::string removed_json(const std::string& name,
                                       const std::vector<std::string>& broken);
/// {"name", "direct", "indirect"}
[[nodiscard]] std::string dependents_json(const std::string& name,
                                          const Segments::Dependents& dependents);

}  // namespace tagline::server
