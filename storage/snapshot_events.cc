// The days of a series, found by seeking: which days and how many bit rows each has is all in the
// keys (FORMAT.md, Rows), and the last key of a group of rows is the one before the first behind
// it. So a day costs a few seeks and not a walk over its shards and bits: a year of an event of a
// hundred million users is 365 days of a hundred shards of ten rows.
#include "engine/events.h"
#include "storage/snapshot.h"
#include "storage/snapshot_rep.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tagline::storage {

namespace {

using engine::Day;
using engine::DayRows;
using engine::FieldId;
using engine::RowId;

tl::unexpected<Error> corrupt_day(FieldId series, Day day) {
  const std::string number = std::to_string(series);
  const std::string since = std::to_string(day);
  return failure(ErrorCode::Corrupt,
                 {"damaged event: the rows of series " + number + " on day " + since +
                      " (since 1970-01-01) are not those of an event",
                  "事件数据已损坏：序列 " + number + " 在第 " + since +
                      " 天（自 1970-01-01 起）的行不符合事件格式"},
                 {"run \"tagline verify\", then load the data again or restore a backup",
                  "请运行 \"tagline verify\"，然后重新导入数据或恢复备份"});
}

/// Finds the days of one series, in order. One thread; the caller holds the snapshot's mutex.
class DayWalk {
 public:
  DayWalk(Cursor& cursor, FieldId series) : cursor_(cursor), series_(series) {}

  /// To the first row at or after `day`.
  [[nodiscard]] Status start(Day day) { return seek(engine::day_row(day, engine::kPresentPart)); }
  /// The day of the row the walk stands on; nothing behind the last.
  [[nodiscard]] std::optional<Day> day() const {
    return row_ ? std::optional(engine::day_of(*row_)) : std::nullopt;
  }
  /// The rows of this day; the walk then stands on the next. REQUIRES: day().
  [[nodiscard]] Result<DayRows> take() {
    DayRows rows;
    rows.day = *day();
    if (engine::part_of(*row_) != engine::kPresentPart) {
      return corrupt_day(series_, rows.day);
    }
    const RowId first = *row_;
    TAGLINE_ASSIGN_OR_RETURN(
        rows.extra_bits, bits(first, engine::kExtraPart, engine::kPlusPart, engine::kExtraBitsMax));
    // Most events have no amounts, and the walk has left the day already.
    if (day() == rows.day && engine::part_of(*row_) < engine::kMinusPart) {
      TAGLINE_ASSIGN_OR_RETURN(rows.plus_bits, bits(first, engine::kPlusPart, engine::kMinusPart,
                                                    engine::kAmountBitsMax));
    }
    if (day() == rows.day) {
      TAGLINE_ASSIGN_OR_RETURN(
          rows.minus_bits,
          bits(first, engine::kMinusPart, 1U << engine::kDayPartBits, engine::kAmountBitsMax));
    }
    return rows;
  }

 private:
  /// How many bits the rows of parts [begin, end) of the day that starts at `first` make: those up
  /// to the last row there. The walk then stands on the first row behind them. REQUIRES: a row of
  /// the day before `end`.
  [[nodiscard]] Result<unsigned> bits(RowId first, std::uint32_t begin, std::uint32_t end,
                                      unsigned max) {
    TAGLINE_RETURN_IF_ERROR(seek(first + end));
    // Behind all keys there is nothing to step back from.
    TAGLINE_ASSIGN_OR_RETURN(const auto entry, behind_all_ ? cursor_.last() : cursor_.previous());
    const auto row = row_of(entry);
    if (!row || *row < first || engine::part_of(*row) + 1 > begin + max) {
      return corrupt_day(series_, engine::day_of(first));
    }
    return engine::part_of(*row) + 1 - begin;
  }

  [[nodiscard]] Status seek(RowId row) {
    TAGLINE_ASSIGN_OR_RETURN(const auto entry, cursor_.seek(make_key<3>({series_, row, 0})));
    behind_all_ = !entry;
    row_ = row_of(entry);
    return {};
  }
  [[nodiscard]] std::optional<RowId> row_of(const std::optional<Cursor::Entry>& entry) const {
    const auto parts = entry ? parse_key<3>(entry->key) : std::nullopt;
    return parts && (*parts)[0] == series_ ? std::optional<RowId>((*parts)[1]) : std::nullopt;
  }

  Cursor& cursor_;
  FieldId series_;
  std::optional<RowId> row_;
  bool behind_all_ = false;
};

/// Adds the days and bit rows that changes have given a series.
void widen(const Delta::Cells& cells, Day first, Day last, std::vector<DayRows>& days) {
  for (auto cell = cells.lower_bound(engine::day_row(first, 0));
       cell != cells.end() && engine::day_of(cell->key) <= last; ++cell) {
    const Day day = engine::day_of(cell->key);
    auto at = std::lower_bound(days.begin(), days.end(), day,
                               [](const DayRows& rows, Day wanted) { return rows.day < wanted; });
    if (at == days.end() || at->day != day) {
      at = days.insert(at, DayRows{day, 0, 0, 0});
    }
    if (cell->value->shape == CellShape::Count) {
      at->extra_bits = std::max(at->extra_bits, cell->value->bits);
    } else {
      at->plus_bits = std::max(at->plus_bits, cell->value->bits);
      at->minus_bits = std::max(at->minus_bits, cell->value->minus_bits);
    }
  }
}

}  // namespace

Result<std::vector<DayRows>> Snapshot::event_days(FieldId series, engine::DayWindow window) const {
  std::vector<DayRows> days;
  const Day first = std::max(window.first, engine::kFirstDay);
  const Day last = std::min(window.last, engine::kLastDay);
  if (first > last) {
    return days;
  }
  {
    const std::lock_guard lock(rep_->mutex);
    DayWalk walk(rep_->fragments, series);
    TAGLINE_RETURN_IF_ERROR(walk.start(first));
    while (walk.day() && *walk.day() <= last) {
      TAGLINE_ASSIGN_OR_RETURN(const DayRows rows, walk.take());
      days.push_back(rows);
    }
  }
  if (const Delta::Cells* changed = rep_->delta->cells(series); changed != nullptr) {
    widen(*changed, first, last, days);
  }
  return days;
}

Result<std::optional<Day>> Snapshot::newest_day(FieldId series) const {
  std::optional<Day> newest;
  {
    const std::lock_guard lock(rep_->mutex);
    // The key before the first of the next series is the last of this one.
    TAGLINE_ASSIGN_OR_RETURN(const auto behind,
                             rep_->fragments.seek(make_key<3>({series + 1, 0, 0})));
    TAGLINE_ASSIGN_OR_RETURN(const auto entry,
                             behind ? rep_->fragments.previous() : rep_->fragments.last());
    const auto parts = entry ? parse_key<3>(entry->key) : std::nullopt;
    if (parts && (*parts)[0] == series) {
      newest = engine::day_of((*parts)[1]);
    }
  }
  if (const Delta::Cells* changed = rep_->delta->cells(series); changed != nullptr) {
    for (const Delta::Cells::Entry& cell : *changed) {
      const Day day = engine::day_of(cell.key);
      newest = newest.has_value() ? std::max(*newest, day) : day;
    }
  }
  return newest;
}

Result<std::vector<DayOfUser>> Snapshot::event_history(FieldId series, engine::UserIndex user,
                                                       engine::DayWindow window) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto days, event_days(series, window));
  std::vector<DayOfUser> history;
  for (const DayRows& rows : days) {
    const auto number = [&](std::uint32_t part, unsigned bits) -> Result<std::uint64_t> {
      std::uint64_t read = 0;
      for (unsigned bit = 0; bit < bits; ++bit) {
        TAGLINE_ASSIGN_OR_RETURN(const bool set,
                                 holds({series, engine::day_row(rows.day, part + bit)}, user));
        read |= std::uint64_t{set} << bit;
      }
      return read;
    };
    TAGLINE_ASSIGN_OR_RETURN(
        const bool present, holds({series, engine::day_row(rows.day, engine::kPresentPart)}, user));
    if (present) {
      TAGLINE_ASSIGN_OR_RETURN(const auto extra, number(engine::kExtraPart, rows.extra_bits));
      TAGLINE_ASSIGN_OR_RETURN(const auto plus, number(engine::kPlusPart, rows.plus_bits));
      TAGLINE_ASSIGN_OR_RETURN(const auto minus, number(engine::kMinusPart, rows.minus_bits));
      // Both are below 2^53.
      history.push_back({rows.day, 1 + extra,
                         static_cast<std::int64_t>(plus) - static_cast<std::int64_t>(minus)});
    }
  }
  return history;
}

}  // namespace tagline::storage
