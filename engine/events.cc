#include "engine/events.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace tagline::engine {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kMonthsMax = 9999 * 12;

// The same day `count` months on, or the last of that month where it is shorter.
std::int64_t add_months(Day day, std::int64_t count) {
  const year_month_day from{sys_days(days(day))};
  const auto month =
      from.year() / from.month() + months(std::clamp(count, -kMonthsMax, kMonthsMax));
  const year_month_day to = month / from.day();
  return (to.ok() ? sys_days(to) : sys_days(month / std::chrono::last)).time_since_epoch().count();
}

}  // namespace

Day after(Day day, DayGap gap) {
  const Day from = std::clamp(day, kFirstDay, kLastDay);
  const std::int64_t landed = gap.months == 0 ? from : add_months(from, gap.months);
  return static_cast<Day>(std::clamp<std::int64_t>(landed + gap.days, kFirstDay, kLastDay));
}

std::string iso_date(Day day) {
  const year_month_day date{sys_days(days(std::clamp(day, kFirstDay, kLastDay)))};
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

}  // namespace tagline::engine
