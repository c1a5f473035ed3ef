#include "ingest/day.h"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

std::optional<std::int32_t> day(const char* text, const char* format) {
  return parse_day(text, find_date_format(format).value());
}

TEST(Day, EveryFormatReadsTheSameDay) {
  constexpr std::int32_t kDay = 19782;  // 2024-02-29
  const char* cases[][2] = {
      {"2024-02-29", "%Y-%m-%d"},
      {"2024-2-29", "%Y-%m-%d"},
      {"2024/02/29", "%Y/%m/%d"},
      {"20240229", "%Y%m%d"},
      {"29/02/2024", "%d/%m/%Y"},
      {"2/29/2024", "%m/%d/%Y"},
      {"29.02.2024", "%d.%m.%Y"},
      {"29-02-2024", "%d-%m-%Y"},
      {"2024.02.29", "%Y.%m.%d"},
      {"2024年2月29日", "%Y年%m月%d日"},
      {"2024-02-29 23:59", "%Y-%m-%d %H:%M:%S"},
      {"2024-02-29 23:59:59", "%Y-%m-%d %H:%M:%S"},
      {"2024-02-29 23:59:59.123456", "%Y-%m-%d %H:%M:%S"},
      {"2024-02-29T23:59:59Z", "%Y-%m-%d %H:%M:%S"},
      {"2024-02-29T23:59:59+08:00", "%Y-%m-%dT%H:%M:%S"},
      {"2024-02-29T23:59:59.5-0500", "%Y-%m-%dT%H:%M:%S"},
      {"2024-02-29", "%Y-%m-%d %H:%M:%S"},
      {"2/29/2024 8:05", "%m/%d/%Y %H:%M:%S"},
      {"29.02.2024 08:05:00", "%d.%m.%Y %H:%M:%S"},
  };
  for (const auto& [text, format] : cases) {
    EXPECT_EQ(day(text, format), kDay) << text << " as " << format;
  }
}

/// Ten characters with hyphens are read without walking the format; days that there are not, and
/// what only looks like one, included.
TEST(Day, TheCommonWayOfWritingIsReadLikeTheOthers) {
  std::mt19937 random(20240229);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(10, '-');
    for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
      const bool leading = at == 5 || at == 8;
      text[at] = static_cast<char>('0' + random() % (leading ? 4U : 10U));
    }
    std::string slashes = text;
    slashes[4] = slashes[7] = '/';
    ASSERT_EQ(day(text.c_str(), "%Y-%m-%d"), day(slashes.c_str(), "%Y/%m/%d")) << text;
    text[random() % text.size()] = "x -/"[random() % 4];
    slashes = text;
    std::replace(slashes.begin(), slashes.end(), '-', '!');  // so that "/" stays wrong
    std::replace(slashes.begin(), slashes.end(), '/', '?');
    std::replace(slashes.begin(), slashes.end(), '!', '/');
    ASSERT_EQ(day(text.c_str(), "%Y-%m-%d"), day(slashes.c_str(), "%Y/%m/%d")) << text;
  }
}

TEST(Day, RefusesWhatIsNoDay) {
  const char* cases[][2] = {
      {"2023-02-29", "%Y-%m-%d"},
      {"2024-13-01", "%Y-%m-%d"},
      {"2024-00-10", "%Y-%m-%d"},
      {"2024-01-00", "%Y-%m-%d"},
      {"0000-01-01", "%Y-%m-%d"},
      {"24-01-01", "%Y-%m-%d"},
      {"2024-01-01x", "%Y-%m-%d"},
      {"2024-01", "%Y-%m-%d"},
      {"", "%Y-%m-%d"},
      {"2024101", "%Y%m%d"},
      {"202401011", "%Y%m%d"},
      {"2024-01-01 12:00", "%Y-%m-%d"},
      {"31/04/2024", "%d/%m/%Y"},
      {"13/13/2024", "%m/%d/%Y"},
      {"2024-01-01 24:00", "%Y-%m-%d %H:%M:%S"},
      {"2024-01-01 12:60", "%Y-%m-%d %H:%M:%S"},
      {"2024-01-01 12", "%Y-%m-%d %H:%M:%S"},
      {"2024-01-01T12:00:00.", "%Y-%m-%d %H:%M:%S"},
      {"2024-01-01T12:00:00+99", "%Y-%m-%d %H:%M:%S"},
      {"2024-01-01T12:00:00 abc", "%Y-%m-%d %H:%M:%S"},
  };
  for (const auto& [text, format] : cases) {
    EXPECT_EQ(day(text, format), std::nullopt) << text << " as " << format;
  }
}

TEST(Day, CountsFrom1970AndReachesTheEdges) {
  EXPECT_EQ(day("1970-01-01", "%Y-%m-%d"), 0);
  EXPECT_EQ(day("1969-12-31", "%Y-%m-%d"), -1);
  EXPECT_EQ(day("0001-01-01", "%Y-%m-%d"), -719162);
  EXPECT_EQ(day("9999-12-31", "%Y-%m-%d"), 2932896);
}

TEST(Day, UnknownFormats) {
  EXPECT_EQ(find_date_format("%Y-%j"), std::nullopt);
  EXPECT_EQ(find_date_format(""), std::nullopt);
}

}  // namespace
}  // namespace tagline::ingest
