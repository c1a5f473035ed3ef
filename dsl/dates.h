// Dates: calendar arithmetic on days. A day is a calendar day in the database's time zone; which
// day `as_of` is was settled by the caller, so nothing here knows of clocks or zones.
#pragma once

#include "dsl/units.h"

#include <chrono>
#include <optional>
#include <string>

namespace tagline::dsl {

using Day = std::chrono::sys_days;

/// Both ends included.
struct DayRange {
  Day first;
  Day last;
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

/// Years 1 to 9999: what four digits can write.
[[nodiscard]] Day earliest_day();
[[nodiscard]] Day latest_day();
[[nodiscard]] bool is_writable(Day day);
/// The same day `months` later (earlier when negative), or the last day of that month where it is
/// shorter. REQUIRES: |months| <= 200,000.
[[nodiscard]] Day add_months(Day day, std::int64_t months);
/// `day` moved by a length, forward or back. Empty when it leaves the years 1 to 9999, or for hours
/// and less.
[[nodiscard]] std::optional<Day> shift(Day day, const Length& length, bool forward);

/// `last 7d` = today and the six days before. `last 3mo` = from the day after the same day three
/// months ago to today. `this week` = Monday to Sunday around today; `last month` = the previous
/// calendar month. Empty for a count of 0, for a start before the year 1, and for hours and less.
[[nodiscard]] std::optional<DayRange> resolve(const Period& period, Day as_of);

/// 2024-06-15.
[[nodiscard]] std::string to_text(Day day);

}  // namespace tagline::dsl
