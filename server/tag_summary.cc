#include "server/tag_summary.h"

#include "engine/layout.h"
#include "server/number_range.h"

namespace tagline::server {

Result<TagSummary> summary_without_values(const storage::Snapshot& snapshot,
                                          const storage::TagRecord& record) {
  TagSummary summary;
  summary.record = record;
  if (record.replacement != 0) {
    TAGLINE_ASSIGN_OR_RETURN(const auto other, snapshot.tag(record.replacement));
    summary.replacement = other.has_value() ? other->name : std::string();
  }
  TAGLINE_ASSIGN_OR_RETURN(summary.coverage,
                           snapshot.cardinality({record.field, engine::kExistsRow}));
  if (record.kind == engine::TagKind::Number || record.kind == engine::TagKind::Date) {
    TAGLINE_ASSIGN_OR_RETURN(const auto range, number_range(snapshot, record.field));
    if (range.has_value()) {
      summary.lowest = range->lowest;
      summary.highest = range->highest;
    }
  }
  return summary;
}

}  // namespace tagline::server
