#include "server/number_range.h"

#include "engine/memory_source.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

constexpr engine::FieldId kField = 3;

TEST(NumberRange, NothingWithoutValues) {
  const engine::MemorySource source(100);
  const auto range = number_range(source, kField);
  ASSERT_TRUE(range.has_value());
  EXPECT_FALSE(range->has_value());
}

TEST(NumberRange, FindsTheExtremesOfAnySigns) {
  std::mt19937_64 random(7);
  const std::vector<std::vector<std::int64_t>> fixed = {{0},
                                                        {-1},
                                                        {5},
                                                        {-5, -9},
                                                        {-5, 0},
                                                        {7, 12},
                                                        {-3, 4},
                                                        {std::int64_t{1} << 62},
                                                        {-(std::int64_t{1} << 62), 1}};
  auto samples = fixed;
  for (int i = 0; i < 40; ++i) {
    std::vector<std::int64_t> values(1 + random() % 20);
    for (auto& value : values) {
      value =
          static_cast<std::int64_t>(random() >> (2 + random() % 60)) * (random() % 2 == 0 ? 1 : -1);
    }
    samples.push_back(values);
  }
  for (const auto& values : samples) {
    engine::MemorySource source(100);
    for (std::size_t i = 0; i < values.size(); ++i) {
      source.set_number(kField, static_cast<engine::UserIndex>(i), values[i]);
    }
    const auto range = number_range(source, kField);
    ASSERT_TRUE(range.has_value() && range->has_value());
    EXPECT_EQ((*range)->lowest, *std::min_element(values.begin(), values.end()));
    EXPECT_EQ((*range)->highest, *std::max_element(values.begin(), values.end()));
  }
}

TEST(ValueText, PointsSignsAndDays) {
  EXPECT_EQ(value_text(engine::TagKind::Number, -1250, 2), "-12.50");
  EXPECT_EQ(value_text(engine::TagKind::Number, 5, 2), "0.05");
  EXPECT_EQ(value_text(engine::TagKind::Number, -5, 2), "-0.05");
  EXPECT_EQ(value_text(engine::TagKind::Number, 42, 0), "42");
  EXPECT_EQ(value_text(engine::TagKind::Date, 19889, 0), "2024-06-15");
}

}  // namespace
}  // namespace tagline::server
