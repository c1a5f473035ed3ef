#include "storage/time_zone.h"

#include <chrono>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;
using namespace std::chrono_literals;

sys_days day(int year, unsigned month, unsigned number) {
  return sys_days(
      year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(number)));
}

TEST(TimeZone, ShanghaiChangesDayAtSixteenHoursUtc) {
  const auto noon = day(2024, 6, 15);
  EXPECT_EQ(*day_in_zone(noon + 15h + 59min + 59s + 999ms, "Asia/Shanghai"), day(2024, 6, 15));
  EXPECT_EQ(*day_in_zone(noon + 16h, "Asia/Shanghai"), day(2024, 6, 16));
  EXPECT_EQ(*day_in_zone(noon + 23h + 59min, "UTC"), day(2024, 6, 15));
}

TEST(TimeZone, DaylightSavingMovesTheEdge) {
  // New York: UTC-5 in winter, UTC-4 in summer.
  EXPECT_EQ(*day_in_zone(day(2024, 1, 10) + 4h + 59min, "America/New_York"), day(2024, 1, 9));
  EXPECT_EQ(*day_in_zone(day(2024, 1, 10) + 5h, "America/New_York"), day(2024, 1, 10));
  EXPECT_EQ(*day_in_zone(day(2024, 7, 10) + 3h + 59min, "America/New_York"), day(2024, 7, 9));
  EXPECT_EQ(*day_in_zone(day(2024, 7, 10) + 4h, "America/New_York"), day(2024, 7, 10));
}

TEST(TimeZone, DaysBefore1970AndLeapDays) {
  EXPECT_EQ(*day_in_zone(day(1969, 12, 31) + 15h, "Asia/Shanghai"), day(1969, 12, 31));
  EXPECT_EQ(*day_in_zone(day(1969, 12, 31) + 16h, "Asia/Shanghai"), day(1970, 1, 1));
  EXPECT_EQ(*day_in_zone(day(2024, 2, 28) + 16h, "Asia/Shanghai"), day(2024, 2, 29));
}

TEST(TimeZone, UnknownZonesAreBadInputWithAnExample) {
  for (const char* zone : {"", "Asia/Beijing2", "../etc/passwd", "Asia", "上海"}) {
    const auto status = check_time_zone(zone);
    ASSERT_FALSE(status.has_value()) << zone;
    EXPECT_EQ(status.error().code(), ErrorCode::BadInput);
    EXPECT_NE(status.error().hint().en.find("Asia/Shanghai"), std::string::npos);
    EXPECT_EQ(day_in_zone(day(2024, 1, 1), zone).error().code(), ErrorCode::BadInput);
  }
  EXPECT_TRUE(check_time_zone("Asia/Shanghai").has_value());
  EXPECT_TRUE(check_time_zone("UTC").has_value());
}

}  // namespace
}  // namespace tagline::storage
