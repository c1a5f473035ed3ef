#include "server/day_text.h"

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

TEST(DayText, RoundTrips) {
  for (int day = -200'000; day < 200'000; day += 37) {
    const std::chrono::sys_days instant{std::chrono::days(day)};
    const auto parsed = parse_day(day_text(instant));
    ASSERT_TRUE(parsed.has_value()) << day_text(instant);
    EXPECT_EQ(*parsed, instant);
  }
}

TEST(DayText, RefusesWhatIsNoDay) {
  for (const char* text : {"", "2024-6-15", "2024-02-30", "2024/06/15", "2024-06-15 ", "20240615",
                           "2024-13-01", "abcd-ef-gh"}) {
    EXPECT_FALSE(parse_day(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace tagline::server
