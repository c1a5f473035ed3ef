#include "dsl/dates.h"

#include <array>
#include <cstdio>

namespace tagline::dsl {
namespace {

using std::chrono::days;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr Day kFirstDay = std::chrono::sys_days(year(1) / 1 / 1);
constexpr Day kLastDay = std::chrono::sys_days(year(9999) / 12 / 31);
constexpr std::int64_t kMonthsMax = 200'000;  // more than the years 1 to 9999 hold
constexpr std::int64_t kDaysMax = 4'000'000;  // likewise

/// How many months a unit is; 0 for units of days.
[[nodiscard]] std::int64_t months_in(Unit unit) {
  switch (unit) {
    case Unit::Month:
      return 1;
    case Unit::Quarter:
      return 3;
    case Unit::Year:
      return 12;
    case Unit::Day:
    case Unit::Week:
    case Unit::Hour:
    case Unit::Minute:
    case Unit::Second:
      break;
  }
  return 0;
}

[[nodiscard]] std::int64_t days_in(Unit unit) {
  return unit == Unit::Week ? 7 : 1;
}

[[nodiscard]] Day month_start(Day day) {
  const year_month_day date(day);
  return std::chrono::sys_days(date.year() / date.month() / 1);
}

/// The calendar unit that holds `day`.
[[nodiscard]] DayRange around(Day day, Unit unit) {
  if (unit == Unit::Week) {
    const Day monday = day - (std::chrono::weekday(day) - std::chrono::Monday);
    return {monday, monday + days(6)};
  }
  const std::int64_t months = months_in(unit);
  if (months == 0) {
    return {day, day};
  }
  const year_month_day date(day);
  const auto into = (static_cast<unsigned>(date.month()) - 1) % static_cast<unsigned>(months);
  const Day first = add_months(month_start(day), -static_cast<std::int64_t>(into));
  return {first, add_months(first, months) - days(1)};
}

}  // namespace

Day earliest_day() {
  return kFirstDay;
}

Day latest_day() {
  return kLastDay;
}

bool is_writable(Day day) {
  return day >= kFirstDay && day <= kLastDay;
}

Day add_months(Day day, std::int64_t months) {
  const year_month_day date(day);
  const std::int64_t total = static_cast<std::int64_t>(static_cast<int>(date.year())) * 12 +
                             static_cast<unsigned>(date.month()) - 1 + months;
  const std::int64_t years = total >= 0 ? total / 12 : -((11 - total) / 12);
  const auto then_year = year(static_cast<int>(years));
  const auto then_month = month(static_cast<unsigned>(total - years * 12 + 1));
  const year_month_day same(then_year, then_month, date.day());
  return same.ok() ? std::chrono::sys_days(same)
                   : std::chrono::sys_days(then_year / then_month / std::chrono::last);
}

std::optional<Day> shift(Day day, const Length& length, bool forward) {
  if (length.unit > Unit::Year) {
    return std::nullopt;
  }
  const std::int64_t sign = forward ? 1 : -1;
  const std::int64_t months = months_in(length.unit) * length.count;
  const std::int64_t whole_days = days_in(length.unit) * length.count;
  if (months > kMonthsMax || (months == 0 && whole_days > kDaysMax)) {
    return std::nullopt;
  }
  const Day moved = months_in(length.unit) != 0 ? add_months(day, sign * months)
                                                : day + days(static_cast<int>(sign * whole_days));
  return is_writable(moved) ? std::optional<Day>(moved) : std::nullopt;
}

std::optional<DayRange> resolve(const Period& period, Day as_of) {
  if (period.length.unit > Unit::Year) {
    return std::nullopt;
  }
  switch (period.kind) {
    case Period::Kind::This:
      return around(as_of, period.length.unit);
    case Period::Kind::Previous:
      return around(around(as_of, period.length.unit).first - days(1), period.length.unit);
    case Period::Kind::Rolling:
      break;
  }
  const auto start = period.length.count == 0 ? std::nullopt : shift(as_of, period.length, false);
  if (!start.has_value()) {
    return std::nullopt;
  }
  return DayRange{*start + days(1), as_of};
}

std::string to_text(Day day) {
  const year_month_day date(day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

}  // namespace tagline::dsl
