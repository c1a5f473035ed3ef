#include "ingest/time_format.h"

#include "ingest/day_clock.h"

#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t k2024_03_10 = 19'792;  // days since 1970-01-01

std::optional<WrittenTime> parse(const std::string& format, const std::string& text) {
  const auto made = TimeFormat::make(format);
  EXPECT_TRUE(made.has_value()) << format;
  return made.has_value() ? made->parse(text) : std::nullopt;
}

TEST(TimeFormat, Reads) {
  const std::int64_t base = k2024_03_10 * kDay;
  const std::vector<std::tuple<std::string, std::string, std::int64_t>> cases = {
      {"%Y-%m-%d", "2024-03-10", base},
      {"%Y-%m-%d", "2024-3-10", base},
      {"%F", "2024-03-10", base},
      {"%Y%m%d", "20240310", base},
      {"%Y%m%d%H%M%S", "20240310010203", base + 3723},
      {"%m/%d/%y %H:%M", "3/10/24 9:05", base + 9 * 3600 + 300},
      {"%m/%d/%y", "03/10/69", -(kDay * 297)},
      {"%Y-%m-%d %H:%M:%S", "2024-03-10 23:59:59", base + kDay - 1},
      {"%Y-%m-%d %H:%M:%S", "2024-03-10   23:59:59.999999", base + kDay - 1},
      {"%Y-%m-%d %T", "2024-03-10 23:59:60", base + kDay - 1},
      {"%d.%m.%Y %R", "10.03.2024 00:01", base + 60},
      {"%d/%b/%Y:%T %z", "10/Mar/2024:08:00:00 +0800", base},
      {"%d %b %Y", "10 march 2024", base},
      {"%m/%d/%Y %I:%M %p", "3/10/2024 12:30 AM", base + 1800},
      {"%m/%d/%Y %I:%M %p", "3/10/2024 12:30 pm", base + 1800 + kDay / 2},
      {"%Y-%m-%dT%H:%M:%S%z", "2024-03-10T00:00:00Z", base},
      {"%Y-%m-%dT%H:%M:%S%z", "2024-03-10T00:00:00.5-05:30", base + 19'800},
      {"%Y年%m月%d日", "2024年3月10日", base},
      {"%%%Y%%-%m-%d", "%2024%-03-10", base},
      {"iso8601", "2024-03-10", base},
      {"iso8601", "2024-03-10T01:00", base + 3600},
      {"iso8601", "2024-03-10 01:00:00,25", base + 3600},
      {"iso8601", "2024-03-10T08:00:00+08", base},
      {"%s", "0", 0},
      {"%s", "1710028800", 1'710'028'800},
      {"%s", "-0.5", -1},
      {"%s", "12.000", 12},
      {"%Q", "1710028800999", 1'710'028'800},
      {"%Q", "-1", -1},
      {"%Y-%m-%d", "0001-01-01", -62'135'596'800},
      {"%Y-%m-%d", "9999-12-31", 253'402'214'400},
      {"%Y-%m-%d", "2024-02-29", base - 10 * kDay},
  };
  for (const auto& [format, text, seconds] : cases) {
    const auto time = parse(format, text);
    ASSERT_TRUE(time.has_value()) << format << " of " << text;
    EXPECT_EQ(time->seconds, seconds) << format << " of " << text;
  }
}

TEST(TimeFormat, SaysWhetherATextIsAnInstant) {
  EXPECT_FALSE(parse("iso8601", "2024-03-10T01:00")->instant);
  EXPECT_TRUE(parse("iso8601", "2024-03-10T01:00Z")->instant);
  EXPECT_FALSE(parse("iso8601", "2024-03-10")->timed);
  EXPECT_TRUE(parse("%s", "5")->instant);
  EXPECT_TRUE(TimeFormat::make("%F %T %z")->instant());
  EXPECT_FALSE(TimeFormat::make("%F %T")->instant());
  EXPECT_FALSE(TimeFormat::make("%F")->timed());
}

TEST(TimeFormat, RefusesTexts) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"%Y-%m-%d", "2023-02-29"},
      {"%Y-%m-%d", "2024-00-10"},
      {"%Y-%m-%d", "2024-13-10"},
      {"%Y-%m-%d", "2024-04-31"},
      {"%Y-%m-%d", "0000-01-01"},
      {"%Y-%m-%d", "24-01-01"},
      {"%Y-%m-%d", "2024-01-01x"},
      {"%Y-%m-%d", ""},
      {"%Y-%m-%d", "2024-01-"},
      {"%Y%m%d", "2024310"},
      {"%F %T", "2024-03-10 24:00:00"},
      {"%F %T", "2024-03-10 23:60:00"},
      {"%F %T", "2024-03-10 23:59:61"},
      {"%F %T", "2024-03-10 23:59"},
      {"%F %I:%M %p", "2024-03-10 13:00 PM"},
      {"%F %I:%M %p", "2024-03-10 0:00 PM"},
      {"%F %T%z", "2024-03-10 10:00:00"},
      {"%F %T%z", "2024-03-10 10:00:00+19:00"},
      {"%F %T%z", "2024-03-10 10:00:00+08:99"},
      {"%d %b %Y", "10 Mrz 2024"},
      {"%s", "99999999999999999999"},
      {"%s", "999999999999"},
      {"%s", "1e9"},
      {"%Q", "99999999999999999"},
      {"%Q", "5.5"},
      {"iso8601", "2024-3-10"},
      {"iso8601", "2024-03-10T"},
      {"iso8601", "2024-03-10T10"},
      {"iso8601", "2024-03-10T10:00:00+0"},
      {"%F %T%z", "9999-12-31 23:00:00-02:00"},
      {"%F %T%z", "0001-01-01 01:00:00+02:00"},
  };
  for (const auto& [format, text] : cases) {
    EXPECT_FALSE(parse(format, text).has_value()) << format << " of " << text;
  }
}

TEST(TimeFormat, RefusesFormats) {
  for (const char* format :
       {"", "%", "%Y", "%Y-%m", "%Y-%d", "%Y-%m-%d %q", "%Y-%m-%d %Y", "%Y-%y-%m-%d", "%Y-%m-%b-%d",
        "%s %H", "%s%Q", "%F %M", "%F %z", "%F %I", "%F %p", "%F %H %I %p", "%H:%M", "ISO"}) {
    const auto made = TimeFormat::make(format);
    ASSERT_FALSE(made.has_value()) << format;
    EXPECT_EQ(made.error().code(), ErrorCode::BadSchema);
    EXPECT_FALSE(made.error().message().zh.empty());
  }
}

std::int32_t day_of(const std::string& written, const std::string& database,
                    const std::string& format, const std::string& text) {
  DayClock clock(written, database);
  const auto time = parse(format, text);
  return time.has_value() ? clock.day_of(*time).value_or(0) : 0;
}

TEST(DayClock, ConvertsToTheCalendarOfTheDatabase) {
  const std::string f = "%F %T";
  EXPECT_EQ(day_of("UTC", "Asia/Shanghai", f, "2024-03-10 15:59:59"), k2024_03_10);
  EXPECT_EQ(day_of("UTC", "Asia/Shanghai", f, "2024-03-10 16:00:00"), k2024_03_10 + 1);
  EXPECT_EQ(day_of("", "Asia/Shanghai", f, "2024-03-10 23:59:59"), k2024_03_10);
  EXPECT_EQ(day_of("Asia/Shanghai", "UTC", f, "2024-03-10 07:59:59"), k2024_03_10 - 1);
  EXPECT_EQ(day_of("+08:00", "UTC", f, "2024-03-10 08:00:00"), k2024_03_10);
  EXPECT_EQ(day_of("-05:00", "UTC", f, "2024-03-10 19:00:00"), k2024_03_10 + 1);
  // Summer time: midnight in New York is 05:00 UTC in winter and 04:00 in summer.
  EXPECT_EQ(day_of("UTC", "America/New_York", f, "2024-03-10 04:59:59"), k2024_03_10 - 1);
  EXPECT_EQ(day_of("UTC", "America/New_York", f, "2024-03-11 04:00:00"), k2024_03_10 + 1);
  EXPECT_EQ(day_of("", "Asia/Shanghai", "%s", "1710086399"), k2024_03_10);
  EXPECT_EQ(day_of("", "Asia/Shanghai", "%s", "1710086400"), k2024_03_10 + 1);
  EXPECT_EQ(day_of("UTC", "Asia/Shanghai", "%F %T%z", "2024-03-10 12:00:00-05:00"),
            k2024_03_10 + 1);
  // A date alone stays that date.
  EXPECT_EQ(day_of("America/New_York", "Asia/Shanghai", "iso8601", "2024-03-10"), k2024_03_10);
}

TEST(DayClock, GapsAndOverlapsAreRead) {
  // 02:30 never came on 2024-03-10 in New York: read as if clocks had not been set forward, 07:30
  // UTC. 01:30 came twice on 2024-11-03: its first coming, 05:30 UTC.
  const std::string f = "%F %T";
  EXPECT_EQ(day_of("America/New_York", "UTC", f, "2024-03-10 02:30:00"), k2024_03_10);
  DayClock clock("America/New_York", "Pacific/Kiritimati");  // UTC+14: day turns at 10:00 UTC
  const auto day = [&](const std::string& text) { return clock.day_of(*parse(f, text)).value(); };
  EXPECT_EQ(day("2024-11-03 01:30:00"), k2024_03_10 + 238);
  EXPECT_EQ(day("2024-11-03 04:59:59"), k2024_03_10 + 238);
  EXPECT_EQ(day("2024-11-03 05:00:00"), k2024_03_10 + 239);
  EXPECT_EQ(day("2024-07-03 05:59:59"), k2024_03_10 + 115);
  EXPECT_EQ(day("2024-07-03 06:00:00"), k2024_03_10 + 116);
  // Samoa had no 2011-12-30 at all.
  DayClock samoa("Pacific/Apia", "UTC");
  EXPECT_EQ(samoa.day_of(*parse(f, "2011-12-30 12:00:00")).value(), 15'338);
}

TEST(DayClock, KnowsZones) {
  for (const char* zone : {"UTC", "Asia/Shanghai", "+08:00", "-0330", "Z"}) {
    EXPECT_TRUE(check_zone(zone).has_value()) << zone;
  }
  for (const char* zone : {"Mars/Olympus", "", "+8", "+25:00", "../etc/passwd"}) {
    const auto checked = check_zone(zone);
    ASSERT_FALSE(checked.has_value()) << zone;
    EXPECT_EQ(checked.error().code(), ErrorCode::BadSchema);
  }
}

}  // namespace
}  // namespace tagline::ingest
