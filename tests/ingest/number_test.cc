#include "ingest/number.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

struct Case {
  const char* text;
  unsigned scale;
  NumberStatus status;
  std::int64_t value;
};

TEST(Number, ProductsAreExact) {
  const auto product = [](const char* a, const char* b) { return parse_product(a, b, 2); };
  EXPECT_EQ(product("2.55", "6").value, 1530);
  EXPECT_EQ(product("-2.50", "4.0").value, -1000);
  EXPECT_EQ(product("0.005", "2").value, 1);
  EXPECT_EQ(product("-.00", "-5").value, 0);
  EXPECT_EQ(product("0.0000000000000000000000", "3").value, 0);
  EXPECT_EQ(product("0.005", "1").status, NumberStatus::TooManyDecimals);
  EXPECT_EQ(product("0.00000000000000000000001", "3").status, NumberStatus::TooManyDecimals);
  EXPECT_EQ(product("999999999999999999", "999999999999999999").status, NumberStatus::TooLarge);
  EXPECT_EQ(product("92233720368547758", "1").status, NumberStatus::Ok);
  EXPECT_EQ(product("92233720368547759", "1").status, NumberStatus::TooLarge);
  for (const char* text : {"", ".", "-", "1e2", "1.2.3", "x", "1,5"}) {
    EXPECT_EQ(product(text, "1").status, NumberStatus::NotANumber) << text;
    EXPECT_EQ(product("1", text).status, NumberStatus::NotANumber) << text;
  }
}

TEST(Number, ReadsDecimalsExactly) {
  const Case cases[] = {
      {"0", 0, NumberStatus::Ok, 0},
      {"-0", 0, NumberStatus::Ok, 0},
      {"-0.00", 2, NumberStatus::Ok, 0},
      {"42", 0, NumberStatus::Ok, 42},
      {"+42", 0, NumberStatus::Ok, 42},
      {"-42", 2, NumberStatus::Ok, -4200},
      {"0.1", 1, NumberStatus::Ok, 1},
      {".5", 1, NumberStatus::Ok, 5},
      {"5.", 1, NumberStatus::Ok, 50},
      {"12.50", 1, NumberStatus::Ok, 125},
      {"17850.0", 0, NumberStatus::Ok, 17850},
      {"12.55", 1, NumberStatus::TooManyDecimals, 0},
      {"1.000000001", 9, NumberStatus::Ok, 1000000001},
      {"9223372036854775807", 0, NumberStatus::Ok, 9223372036854775807},
      {"-9223372036854775807", 0, NumberStatus::Ok, -9223372036854775807},
      {"9223372036854775808", 0, NumberStatus::TooLarge, 0},
      {"-9223372036854775808", 0, NumberStatus::TooLarge, 0},
      {"92233720368547758.08", 2, NumberStatus::TooLarge, 0},
      {"9223372036854775807", 1, NumberStatus::TooLarge, 0},
      {"99999999999999999999999999", 0, NumberStatus::TooLarge, 0},
      {"00000000000000000000000000000012", 0, NumberStatus::Ok, 12},
      {"", 0, NumberStatus::NotANumber, 0},
      {"-", 0, NumberStatus::NotANumber, 0},
      {".", 0, NumberStatus::NotANumber, 0},
      {"1,000", 0, NumberStatus::NotANumber, 0},
      {"1e3", 0, NumberStatus::NotANumber, 0},
      {"1.2.3", 1, NumberStatus::NotANumber, 0},
      {"--1", 0, NumberStatus::NotANumber, 0},
      {"25-34", 0, NumberStatus::NotANumber, 0},
      {"0x10", 0, NumberStatus::NotANumber, 0},
      {"NaN", 0, NumberStatus::NotANumber, 0},
      {"１２", 0, NumberStatus::NotANumber, 0},
  };
  for (const Case& expected : cases) {
    const NumberParse parse = parse_number(expected.text, expected.scale);
    EXPECT_EQ(parse.status, expected.status) << expected.text;
    if (expected.status == NumberStatus::Ok) {
      EXPECT_EQ(parse.value, expected.value) << expected.text;
    }
  }
}

/// Most cells take a way without checks for overflow; zeros in front, too many for it, change
/// nothing but the way.
TEST(Number, ThePlainWayIsTheThoroughWay) {
  std::mt19937_64 random(20240229);
  const std::string alphabet = "0123456789.-+e";
  for (int round = 0; round < 50'000; ++round) {
    std::string digits;
    for (std::size_t size = 1 + random() % 19; size > 0; --size) {
      const std::size_t choices = random() % 4 == 0 ? alphabet.size() : 11;
      digits += alphabet[random() % choices];
    }
    const std::string sign = random() % 3 == 0 ? "-" : "";
    const auto scale = static_cast<unsigned>(random() % 5);
    const NumberParse plain = parse_number(sign + digits, scale);
    const bool number = digits.find_first_of("0123456789") != std::string::npos;
    const bool signed_inside = digits.find_first_of("-+") == 0;
    if (!number || signed_inside) {
      continue;  // zeros in front would make it a number, or take the sign's place
    }
    const NumberParse thorough = parse_number(sign + std::string(20, '0') + digits, scale);
    ASSERT_EQ(plain.status, thorough.status) << sign << digits;
    if (plain.status == NumberStatus::Ok) {
      ASSERT_EQ(plain.value, thorough.value) << sign << digits;
    }
  }
}

TEST(Number, ShapesForInference) {
  EXPECT_TRUE(shape_of("-12.50").number);
  EXPECT_EQ(shape_of("-12.50").decimals, 2U);
  EXPECT_EQ(shape_of("-12.50").digits, 2U);
  EXPECT_TRUE(shape_of("007").zero_padded);
  EXPECT_FALSE(shape_of("0.7").zero_padded);
  EXPECT_FALSE(shape_of("0").zero_padded);
  EXPECT_FALSE(shape_of("12a").number);
  EXPECT_FALSE(shape_of(".").number);
}

}  // namespace
}  // namespace tagline::ingest
