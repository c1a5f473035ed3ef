// Saved segments, their rules and what was made of them, as people read them.
#pragma once

#include "cli/console.h"
#include "server/json_value.h"
#include "server/segments.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// What is said of a save beside its answer.
struct SaveContext {
  std::string expression;  ///< the rule as typed, for warnings
  std::string title;       ///< that was given; "": none
  std::string as_of;       ///< the day of the count, where it is not today
};
void print(const server::SavedSegment& saved, const SaveContext& context, Console& console);
/// `as_of`: the day of the counts, where one was given; "": they are of now.
void print(const server::SegmentList& list, const std::string& as_of, Console& console);
void print(const server::SegmentSummary& summary, const std::string& as_of, Console& console);
void print(const server::SegmentVersions& versions, const std::string& as_of, Console& console);
void print(const server::SegmentDiff& diff, Console& console);

/// Of diff_json: a row a part.
[[nodiscard]] std::string diff_csv(const server::JsonValue& diff);

/// "a, b".
[[nodiscard]] std::string joined(const std::vector<std::string>& names);
/// "who was in @buyers on 2026-01-31".
[[nodiscard]] std::string origin_text(const storage::OriginRecord& origin, const Console& console);

}  // namespace tagline::cli
