// Retention of events: the rows of old days go, series by series.
#include "storage/catalogue_reader.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tagline::storage {

Result<WriteTxn::Trimmed> WriteTxn::trim_events(engine::Day before) {
  Trimmed trimmed;
  if (before <= engine::kFirstDay) {
    return trimmed;
  }
  // Rows behind the last day are nobody's; they stay for verify to complain about.
  const std::uint64_t end =
      before <= engine::kLastDay
          ? engine::day_row(before, engine::kPresentPart)
          : std::uint64_t{engine::day_row(engine::kLastDay, engine::kPresentPart)} +
                (1U << engine::kDayPartBits);
  TAGLINE_ASSIGN_OR_RETURN(const auto all, events());
  for (const TagRecord& event : all) {
    std::vector<engine::FieldId> series = {event.field};
    TAGLINE_ASSIGN_OR_RETURN(const auto keys, values(event.field));
    for (const ValueRecord& key : keys) {
      // A damaged record must not take a tag's rows along.
      TAGLINE_RETURN_IF_ERROR(rep_->check_value_row(event, key));
      series.push_back(key.row);
    }
    for (const engine::FieldId field : series) {
      std::optional<engine::Day> day;
      TAGLINE_RETURN_IF_ERROR(rep_->erase_rows(field, 0, end, [&](engine::RowId row) {
        trimmed.series_days += day == engine::day_of(row) ? 0U : 1U;
        day = engine::day_of(row);
        ++trimmed.fragments;
      }));
    }
  }
  return trimmed;
}

}  // namespace tagline::storage
