#include "dsl/number.h"

#include "dsl/bound.h"

#include <string>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::string scaled(std::string_view text, unsigned digits) {
  const auto value = scale(*read_decimal(text), digits);
  return value.has_value() ? std::to_string(value->floor) + (value->exact ? "" : "+") : "too large";
}

TEST(Decimals, AreDigitsAndOnePoint) {
  for (const char* good : {"0", "25", "-5", "025", "99.95", "-0.5", "0.0"}) {
    EXPECT_TRUE(read_decimal(good).has_value()) << good;
  }
  for (const char* bad :
       {"", "-", "+5", ".5", "5.", "-.5", "1e5", "1,000", "1.2.3", "٣", "0x1", " 1", "--1", "1-"}) {
    EXPECT_FALSE(read_decimal(bad).has_value()) << bad;
  }
}

TEST(Decimals, ScaleExactly) {
  EXPECT_EQ(scaled("99.95", 2), "9995");
  EXPECT_EQ(scaled("99.9", 2), "9990");
  EXPECT_EQ(scaled("99.990", 2), "9999");
  EXPECT_EQ(scaled("99.999", 2), "9999+");
  EXPECT_EQ(scaled("-99.999", 2), "-10000+");  // the floor is further from zero
  EXPECT_EQ(scaled("-0.001", 2), "-1+");
  EXPECT_EQ(scaled("0.1", 0), "0+");
  EXPECT_EQ(scaled("-0", 3), "0");
  EXPECT_EQ(scaled("0.1", 18), "100000000000000000");
}

TEST(Decimals, OverflowIsSaidNotSuffered) {
  EXPECT_EQ(scaled("9223372036854775806", 0), "9223372036854775806");
  EXPECT_EQ(scaled("9223372036854775807", 0), "9223372036854775807");
  EXPECT_EQ(scaled("9223372036854775807.5", 0), "9223372036854775807+");
  EXPECT_EQ(scaled("9223372036854775808", 0), "too large");
  EXPECT_EQ(scaled("-9223372036854775807", 0), "-9223372036854775807");
  EXPECT_EQ(scaled("-9223372036854775807.5", 0), "-9223372036854775808+");
  EXPECT_EQ(scaled("-9223372036854775808", 0), "too large");
  EXPECT_EQ(scaled("92233720368547758.07", 2), "9223372036854775807");
  EXPECT_EQ(scaled("92233720368547758.08", 2), "too large");
  EXPECT_EQ(scaled(std::string(10'000, '9'), 2), "too large");
  EXPECT_EQ(scaled(std::string(10'000, '0') + "7", 0), "7");
}

TEST(Decimals, CompareBeyondAnyScale) {
  const auto less = [](const char* a, const char* b) {
    return compare(*read_decimal(a), *read_decimal(b)) < 0;
  };
  EXPECT_TRUE(less("99.991", "99.999"));
  EXPECT_TRUE(less("9", "10"));
  EXPECT_TRUE(less("-10", "-9"));
  EXPECT_TRUE(less("-1", "0"));
  EXPECT_TRUE(less("0.09", "0.1"));
  EXPECT_FALSE(less("1.0", "1"));
  EXPECT_FALSE(less("001", "1.000"));
  EXPECT_TRUE(compare(*read_decimal("-0"), *read_decimal("0.0")) == 0);
}

TEST(Numbers, AreShownAsPeopleWriteThem) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(182'340), "182,340");
  EXPECT_EQ(with_separators(UINT64_MAX), "18,446,744,073,709,551,615");
  EXPECT_EQ(unscale(1250, 2), "12.5");
  EXPECT_EQ(unscale(-5, 2), "-0.05");
  EXPECT_EQ(unscale(0, 2), "0");
  EXPECT_EQ(unscale(INT64_MIN, 0), "-9223372036854775808");
  EXPECT_EQ(in_words("34"), "thirty-four");
  EXPECT_EQ(in_words("7"), "seven");
  EXPECT_EQ(in_words("40"), "forty");
  EXPECT_EQ(in_words("100"), "100");
}

TEST(Intervals, MergeWhatTouches) {
  EXPECT_EQ(merged({{5, 9}, {1, 4}}), (std::vector<Interval>{{1, 9}}));
  EXPECT_EQ(merged({{6, 9}, {1, 4}}), (std::vector<Interval>{{1, 4}, {6, 9}}));
  EXPECT_EQ(merged({{1, kNumberMax}, {3, 4}}), (std::vector<Interval>{{1, kNumberMax}}));
  EXPECT_EQ(merged({{kNumberMin, 0}, {kNumberMin, 5}}), (std::vector<Interval>{{kNumberMin, 5}}));
  EXPECT_TRUE(merged({}).empty());
}

}  // namespace
}  // namespace tagline::dsl
