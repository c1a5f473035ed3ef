// Events as rows: what an event's rows hold, and how plans speak of days.
//
// An event is stored as *series*: one of everything it counts, and one more a key (`view:beauty`).
// A series is a field; its rows are, for each day somebody did it,
//
//   present       the users who did it that day
//   extra  bit b  users in whose (count that day - 1) bit b is set
//   plus   bit b  users whose amount of that day (all events added up) is above zero, bit b
//   minus  bit b  users whose amount is below zero, bit b of the amount without its sign
//
// so that counts, days and sums over any window are sums of rows times powers of two: a count is
// present + extra, a sum is plus - minus. A day without a row is a day on which nobody did it.
#pragma once

#include "engine/layout.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace tagline::engine {

/// Days since 1970-01-01 in the database's time zone. The language writes the years 1 to 9999.
using Day = std::int32_t;
inline constexpr Day kFirstDay = -719'162;  ///< 0001-01-01
inline constexpr Day kLastDay = 2'932'896;  ///< 9999-12-31

/// A row of a series is its day and one of these parts.
inline constexpr unsigned kDayPartBits = 8;
inline constexpr std::uint32_t kPresentPart = 0;
inline constexpr std::uint32_t kExtraPart = 1;  ///< + bit
inline constexpr unsigned kExtraBitsMax = 32;
inline constexpr std::uint32_t kPlusPart = 64;    ///< + bit
inline constexpr std::uint32_t kMinusPart = 128;  ///< + bit
/// Amounts of a user and day stay below 2^53 (scaled), so that 1,000 days add up within 63 bits.
inline constexpr unsigned kAmountBitsMax = 53;

/// REQUIRES: kFirstDay <= day <= kLastDay.
[[nodiscard]] constexpr RowId day_row(Day day, std::uint32_t part) {
  return static_cast<RowId>(day - kFirstDay) << kDayPartBits | part;
}
[[nodiscard]] constexpr Day day_of(RowId row) {
  return static_cast<Day>(row >> kDayPartBits) + kFirstDay;
}
[[nodiscard]] constexpr std::uint32_t part_of(RowId row) {
  return row & ((1U << kDayPartBits) - 1);
}

/// A day of a series on which somebody did it, and how many bit rows it has (rows above are empty).
struct DayRows {
  Day day = 0;
  unsigned extra_bits = 0;
  unsigned plus_bits = 0;
  unsigned minus_bits = 0;
  friend bool operator==(const DayRows&, const DayRows&) = default;
};

/// Days [first, last], both included.
struct DayWindow {
  Day first = kFirstDay;
  Day last = kLastDay;
  friend bool operator==(const DayWindow&, const DayWindow&) = default;
};

/// A length of time in the calendar: months (clamped to the month's end), then days.
struct DayGap {
  std::int32_t months = 0;
  std::int32_t days = 0;
  friend bool operator==(const DayGap&, const DayGap&) = default;
};
/// The day that lies `gap` after `day`; kLastDay at most, kFirstDay at least. Never falls where
/// `day` rises.
[[nodiscard]] Day after(Day day, DayGap gap);

/// "2024-06-15".
[[nodiscard]] std::string iso_date(Day day);

/// The series that one thing done may be found in: one, or several keys counted together.
/// Ascending, no repeats.
using SeriesSet = std::vector<FieldId>;

}  // namespace tagline::engine
