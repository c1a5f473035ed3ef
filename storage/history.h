// What a database keeps of the past: how many were in a saved segment and who came and went, and
// how the values of a tag were spread. Plain values; storage/FORMAT.md says how they are written.
#pragma once

#include "engine/layout.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::storage {

/// A segment at one time. Numbers stay what they were, whatever becomes of the people.
struct HistoryPoint {
  std::int64_t taken_s = 0;  ///< seconds since 1970, UTC; grows from point to point
  std::int64_t day = 0;      ///< for which its relative dates were computed, days since 1970
  std::uint64_t count = 0;   ///< people in it
  std::uint64_t population = 0;
  std::uint64_t version = 0;  ///< the state of the data it was taken from
  std::uint32_t rule = 0;     ///< number of the rule it had; 0: a list, or none was numbered
  /// Against the point before, by people; nothing: there was none.
  std::optional<std::uint64_t> entered;
  std::optional<std::uint64_t> left;
  /// The row of the history's field that holds who came; the next one holds who went.
  engine::RowId row = 0;
  friend bool operator==(const HistoryPoint&, const HistoryPoint&) = default;
};

/// The row of a history's field that holds who was in the segment at its newest point.
inline constexpr engine::RowId kNewestMembersRow = 0;
inline constexpr engine::RowId kFirstHistoryRow = 1;

struct HistoryRecord {
  std::string segment;
  engine::FieldId field = 0;         ///< of no tag; its rows say who came and went
  std::vector<HistoryPoint> points;  ///< oldest first
  friend bool operator==(const HistoryRecord&, const HistoryRecord&) = default;
};

/// How many had each value of a tag on one day.
struct Spread {
  std::int64_t day = 0;      ///< days since 1970
  std::int64_t taken_s = 0;  ///< seconds since 1970, UTC
  std::uint64_t population = 0;
  std::uint64_t known = 0;  ///< users who have a value
  /// By part: rows of values, or of numbers and dates how many of `bounds` are at or below; by
  /// part, ascending, without those that nobody has.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> parts;
  friend bool operator==(const Spread&, const Spread&) = default;
};

struct SpreadRecord {
  engine::FieldId field = 0;
  std::vector<std::int64_t>
      bounds;                ///< of numbers and dates: ascending; part i ends before the i-th
  std::vector<Spread> days;  ///< oldest first, one a day
  friend bool operator==(const SpreadRecord&, const SpreadRecord&) = default;
};

}  // namespace tagline::storage
