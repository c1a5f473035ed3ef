#include "server/catalogue_file.h"

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

TEST(CatalogueFile, KeepsOrderKindsAndAliases) {
  const auto catalogue = catalogue_from_json(R"({
    "comment": "x",
    "tags": {"vip": {"type": "flag"},
             "city": {"type": "category", "also": ["城市"], "values": {"tier2": ["二线"], "tier1": [], "and": []}},
             "age": {"type": "int", "min": 0, "max": 120},
             "spend": {"type": "decimal", "scale": 2, "min": 0, "max": 10000000},
             "signup": {"type": "date"}},
    "events": {"purchase": {"also": ["购买"], "amount": true, "keys": {"beauty": ["美妆"]}}},
    "segments": ["buyers", "VIP 用户"]})");
  ASSERT_TRUE(catalogue.has_value()) << catalogue.error().message().en;
  EXPECT_FALSE(catalogue->runnable);
  ASSERT_EQ(catalogue->tags.size(), 5U);
  EXPECT_EQ(catalogue->tags[1].values[0].name, "tier2");
  EXPECT_EQ(catalogue->tags[1].values[0].aliases, std::vector<std::string>{"二线"});
  EXPECT_EQ(catalogue->tags[3].max, 1'000'000'000);
  EXPECT_TRUE(catalogue->events[0].has_amount);
  EXPECT_EQ(catalogue->segments.size(), 2U);
}

TEST(CatalogueFile, EventsHaveScalesAndSegmentsMayHaveRules) {
  const auto catalogue = catalogue_from_json(R"json({
    "tags": {"vip": {"type": "flag"}},
    "events": {"purchase": {"amount": true, "scale": 2, "unit": "元", "keys": {"a": [], "b": []}}, "view": {}},
    "segments": {"buyers": "did(purchase)", "others": "NOT @buyers"}})json");
  ASSERT_TRUE(catalogue.has_value()) << catalogue.error().message().en;
  EXPECT_EQ(catalogue->events[0].scale, 2U);
  EXPECT_EQ(catalogue->events[0].unit, "元");
  EXPECT_EQ(catalogue->events[0].field, 2U);
  EXPECT_EQ(catalogue->events[0].keys[1].row, 4U);
  EXPECT_EQ(catalogue->events[1].field, 5U);
  ASSERT_EQ(catalogue->segments.size(), 2U);
  EXPECT_EQ(catalogue->segments[1].expression, "NOT @buyers");
  EXPECT_FALSE(catalogue_from_json(R"({"segments": {"a": 1}})").has_value());
  EXPECT_FALSE(catalogue_from_json(R"({"events": {"a": {"scale": 99}}})").has_value());
}

TEST(CatalogueFile, FaultsNameTheirPlace) {
  const auto unknown = catalogue_from_json(R"({"tags": {"age": {"type": "integer"}}})");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_NE(unknown.error().message().en.find("tags.age.type"), std::string::npos);
  EXPECT_FALSE(catalogue_from_json(R"({"tags": []})").has_value());
  EXPECT_FALSE(catalogue_from_json(R"({"tag": {}})").has_value());
  EXPECT_FALSE(catalogue_from_json("nonsense").has_value());
}

}  // namespace
}  // namespace tagline::server
