#include "dsl/dates.h"
#include "dsl/read_date.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

Day day(int year, unsigned month, unsigned date) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(date));
}

const Day kToday = day(2024, 6, 15);  // a Saturday

std::string text(const std::optional<DayRange>& days) {
  return days.has_value() ? to_text(days->first) + ".." + to_text(days->last) : "none";
}

std::string rolling(std::uint32_t count, Unit unit, Day as_of = kToday) {
  return text(resolve({Period::Kind::Rolling, {count, unit}}, as_of));
}
std::string current(Unit unit, Day as_of = kToday) {
  return text(resolve({Period::Kind::This, {0, unit}}, as_of));
}
std::string previous(Unit unit, Day as_of = kToday) {
  return text(resolve({Period::Kind::Previous, {0, unit}}, as_of));
}

TEST(Periods, RollToToday) {
  EXPECT_EQ(rolling(1, Unit::Day), "2024-06-15..2024-06-15");
  EXPECT_EQ(rolling(7, Unit::Day), "2024-06-09..2024-06-15");
  EXPECT_EQ(rolling(2, Unit::Week), "2024-06-02..2024-06-15");
  EXPECT_EQ(rolling(3, Unit::Month), "2024-03-16..2024-06-15");
  EXPECT_EQ(rolling(1, Unit::Quarter), "2024-03-16..2024-06-15");
  EXPECT_EQ(rolling(1, Unit::Year), "2023-06-16..2024-06-15");
}

TEST(Periods, ClampToTheEndOfAShorterMonth) {
  EXPECT_EQ(rolling(3, Unit::Month, day(2024, 5, 31)),
            "2024-03-01..2024-05-31");  // 29 February and one day
  EXPECT_EQ(rolling(3, Unit::Month, day(2023, 5, 31)),
            "2023-03-01..2023-05-31");  // 28 February and one day
  EXPECT_EQ(rolling(1, Unit::Month, day(2024, 7, 31)),
            "2024-07-01..2024-07-31");  // 30 June and one day
  EXPECT_EQ(rolling(1, Unit::Year, day(2024, 2, 29)), "2023-03-01..2024-02-29");
}

TEST(Periods, OfTheCalendar) {
  EXPECT_EQ(current(Unit::Day), "2024-06-15..2024-06-15");
  EXPECT_EQ(current(Unit::Week), "2024-06-10..2024-06-16");
  EXPECT_EQ(current(Unit::Month), "2024-06-01..2024-06-30");
  EXPECT_EQ(current(Unit::Quarter), "2024-04-01..2024-06-30");
  EXPECT_EQ(current(Unit::Year), "2024-01-01..2024-12-31");
  EXPECT_EQ(previous(Unit::Day), "2024-06-14..2024-06-14");
  EXPECT_EQ(previous(Unit::Week), "2024-06-03..2024-06-09");
  EXPECT_EQ(previous(Unit::Month), "2024-05-01..2024-05-31");
  EXPECT_EQ(previous(Unit::Quarter), "2024-01-01..2024-03-31");
  EXPECT_EQ(previous(Unit::Year), "2023-01-01..2023-12-31");
}

TEST(Periods, WeeksBeginOnMonday) {
  EXPECT_EQ(current(Unit::Week, day(2024, 6, 10)), "2024-06-10..2024-06-16");  // Monday
  EXPECT_EQ(current(Unit::Week, day(2024, 6, 16)), "2024-06-10..2024-06-16");  // Sunday
  EXPECT_EQ(current(Unit::Week, day(2025, 1, 1)), "2024-12-30..2025-01-05");  // over the year's end
}

TEST(Periods, CrossYears) {
  EXPECT_EQ(previous(Unit::Month, day(2024, 1, 31)), "2023-12-01..2023-12-31");
  EXPECT_EQ(previous(Unit::Quarter, day(2024, 3, 31)), "2023-10-01..2023-12-31");
  EXPECT_EQ(current(Unit::Quarter, day(2024, 12, 31)), "2024-10-01..2024-12-31");
  EXPECT_EQ(previous(Unit::Month, day(2024, 3, 31)), "2024-02-01..2024-02-29");
}

TEST(Periods, RefuseWhatHasNoDays) {
  EXPECT_EQ(rolling(0, Unit::Day), "none");
  EXPECT_EQ(rolling(24, Unit::Hour), "none");
  EXPECT_EQ(rolling(kCountMax, Unit::Day), "none");
  EXPECT_EQ(rolling(kCountMax, Unit::Year), "none");
  EXPECT_EQ(rolling(3'000, Unit::Year), "none");
  EXPECT_EQ(rolling(2'000, Unit::Year), "0024-06-16..2024-06-15");
}

TEST(Months, AddAndClamp) {
  EXPECT_EQ(add_months(day(2024, 1, 31), 1), day(2024, 2, 29));
  EXPECT_EQ(add_months(day(2023, 1, 31), 1), day(2023, 2, 28));
  EXPECT_EQ(add_months(day(2024, 1, 31), -2), day(2023, 11, 30));
  EXPECT_EQ(add_months(day(2000, 2, 29), 1200), day(2100, 2, 28));  // 2100 is no leap year
  EXPECT_EQ(add_months(day(2024, 12, 15), 1), day(2025, 1, 15));
  EXPECT_EQ(add_months(day(1, 1, 1), -1), day(0, 12, 1));
}

std::string read(std::string_view word, bool quoted = false) {
  const auto date = read_date(word, quoted, kToday);
  if (!date.has_value()) {
    return "fault";
  }
  return (date->first.has_value() ? to_text(*date->first) : "") + ".." +
         (date->last.has_value() ? to_text(*date->last) : "");
}

TEST(ReadDate, DaysMonthsYears) {
  EXPECT_EQ(read("2024-01-31"), "2024-01-31..2024-01-31");
  EXPECT_EQ(read("2024-02"), "2024-02-01..2024-02-29");
  EXPECT_EQ(read("2023"), "2023-01-01..2023-12-31");
  EXPECT_EQ(read("0001-01-01"), "0001-01-01..0001-01-01");
  EXPECT_EQ(read("9999"), "9999-01-01..9999-12-31");
  EXPECT_EQ(read("2100-02-29"), "fault");
  EXPECT_EQ(read("0000-01-01"), "fault");
  EXPECT_EQ(read("2024-00"), "fault");
  EXPECT_EQ(read("2024-01-00"), "fault");
}

TEST(ReadDate, Relative) {
  EXPECT_EQ(read("today"), "2024-06-15..2024-06-15");
  EXPECT_EQ(read("Yesterday"), "2024-06-14..2024-06-14");
  EXPECT_EQ(read("今天-90天"), "2024-03-17..2024-03-17");
  EXPECT_EQ(read("today-1mo"), "2024-05-15..2024-05-15");
  EXPECT_EQ(read("today+2w"), "2024-06-29..2024-06-29");
  EXPECT_EQ(read("2024-03-31-1mo"), "2024-02-29..2024-02-29");
  EXPECT_EQ(read("today-9999y"), "fault");
  EXPECT_EQ(read("today-99999999999999999999d"), "fault");
  EXPECT_EQ(read("today7d"), "fault");
  EXPECT_EQ(read("todays"), "fault");
}

TEST(ReadDate, Ranges) {
  EXPECT_EQ(read("2024-01..2024-03"), "2024-01-01..2024-03-31");
  EXPECT_EQ(read("..2024"), "..2024-12-31");
  EXPECT_EQ(read("today-7d.."), "2024-06-08..");
  EXPECT_EQ(read("today-7d..yesterday"), "2024-06-08..2024-06-14");
  EXPECT_EQ(read("2024-06..2024-06-15"), "2024-06-01..2024-06-15");
  EXPECT_EQ(read("2024..2023"), "fault");
  EXPECT_EQ(read(".."), "fault");
  EXPECT_EQ(read("2024..x"), "fault");
}

TEST(ReadDate, QuotedTextIsADateOrADateAndTime) {
  EXPECT_EQ(read("2024-01-31", true), "2024-01-31..2024-01-31");
  EXPECT_EQ(read("2024-01-31 18:30", true), "2024-01-31..2024-01-31");
  EXPECT_EQ(read("2024-01-31T18:30:59", true), "2024-01-31..2024-01-31");
  EXPECT_EQ(read("2024-01-31 24:00", true), "fault");
  EXPECT_EQ(read("2024-01-31 18:30Z", true), "fault");
  EXPECT_EQ(read("today", true), "fault");
  EXPECT_EQ(read("2024-01..2024-03", true), "fault");
  EXPECT_EQ(read("", true), "fault");
}

TEST(ReadDate, AnEvilClockIsHarmless) {
  CheckOptions options = demo_options();
  const Catalogue catalogue = demo_catalogue();
  for (const Day as_of : {Day::min(), Day::max(), Day(std::chrono::days(0))}) {
    options.as_of = as_of;
    for (const char* expression : {"signup:last 7d", "signup:last 3mo", "signup:this week",
                                   "signup > today", "signup < today"}) {
      EXPECT_FALSE(check(expression, catalogue, options).canonical.empty()) << expression;
    }
  }
}

}  // namespace
}  // namespace tagline::dsl
