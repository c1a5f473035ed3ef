// The life of tags over HTTP: how long values live, how old they are, and what needs care.
#include "server/duration_text.h"
#include "server/tag_health.h"
#include "tests/server/shop_routes.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

TEST(DurationText, ComesBack) {
  EXPECT_EQ(parse_duration("30d"), 30 * 86'400);
  EXPECT_EQ(parse_duration("2w"), 14 * 86'400);
  EXPECT_EQ(parse_duration("90m"), 5'400);
  EXPECT_EQ(parse_duration("0s"), 0);
  for (const char* odd : {"", "d", "30", "-1d", "1.5h", "30 d", "30dd", "9999999999999999999d",
                          "9007199254740993s", "1y"}) {
    EXPECT_EQ(parse_duration(odd), std::nullopt) << odd;
  }
  for (const char* text : {"30d", "36h", "90m", "45s", "0s"}) {
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
  }
  EXPECT_EQ(duration_words(86'400 * 3 + 7, false), "3 days");
  EXPECT_EQ(duration_words(3'700, false), "1 hour");
  EXPECT_EQ(duration_words(0, true), "0 秒");
}

class TagLifeTest : public testing::Test {
 protected:
  json ask(const std::string& method, const std::string& target, unsigned status = 200,
           const json& body = nullptr) {
    const HttpReply reply = shop_.ask(method, target, body.is_null() ? "" : body.dump());
    EXPECT_EQ(reply.status, status) << method << " " << target << " " << reply.body;
    return json::parse(reply.body);
  }
  json tag(const std::string& name) { return ask("GET", "/v1/tags/" + name)["tag"]; }
  /// "finding tag" of each, or "finding tag other".
  std::set<std::string> found(const TagHealthOptions& options) {
    std::set<std::string> all;
    const auto health = tag_health(shop_.service(), options);
    EXPECT_TRUE(health.has_value());
    for (const TagFinding& finding : health->findings) {
      all.insert(std::string(name_of(finding.finding)) + " " + finding.tag +
                 (finding.other.empty() ? "" : " " + finding.other));
    }
    return all;
  }
  static TagHealthOptions only(HealthFinding finding, std::int64_t now_s) {
    TagHealthOptions options;
    options.now_s = now_s;
    options.find = {finding};
    options.alike_people = 1;
    return options;
  }
  std::int64_t loaded_s() { return tag("city")["updated_s"].get<std::int64_t>(); }

  ShopRoutes shop_{"tag_life"};
};

TEST_F(TagLifeTest, ATimeToLiveIsSetShownAndTakenAway) {
  EXPECT_FALSE(tag("city").contains("ttl"));
  EXPECT_FALSE(tag("city").contains("track"));
  const json changed = ask("PATCH", "/v1/tags/city", 200, {{"ttl", "30d"}})["tag"];
  EXPECT_EQ(changed["ttl"], "30d");
  EXPECT_EQ(changed["track"], true);
  const json fresh = tag("city")["freshness"];
  EXPECT_EQ(fresh["values"], 4);
  EXPECT_EQ(fresh["within"], (json{{"1d", 4}, {"7d", 4}, {"30d", 4}, {"90d", 4}}));
  EXPECT_EQ(fresh["oldest_s"], fresh["newest_s"]);
  ask("PATCH", "/v1/tags/city", 400, {{"track", false}});
  ask("PATCH", "/v1/tags/city", 400, {{"ttl", "59s"}});
  ask("PATCH", "/v1/tags/city", 400, {{"ttl", "soon"}});
  ask("PATCH", "/v1/tags/city", 400, {{"ttl", "36501d"}});
  EXPECT_EQ(tag("city")["ttl"], "30d");
  ask("PATCH", "/v1/tags/city", 200, {{"title", {{"en", "City"}}}});
  EXPECT_EQ(tag("city")["ttl"], "30d") << "what is not given stays";
  ask("PATCH", "/v1/tags/city", 200, {{"ttl", nullptr}});
  EXPECT_EQ(tag("city")["track"], true);
  ask("PATCH", "/v1/tags/city", 200, {{"track", false}});
  EXPECT_FALSE(tag("city").contains("freshness"));
  EXPECT_TRUE(shop_.service().verify({}).value().clean());
}

TEST_F(TagLifeTest, ANewTagMayHaveOne) {
  const json made =
      ask("POST", "/v1/tags", 201, {{"name", "intent"}, {"kind", "category"}, {"ttl", "12h"}});
  EXPECT_EQ(made["tag"]["ttl"], "12h");
  ask("POST", "/v1/tags", 400,
      {{"name", "mood"}, {"kind", "flag"}, {"ttl", "12h"}, {"track", false}});
}

TEST_F(TagLifeTest, ARevisionKnowsIt) {
  const json before = tag("city")["revision"];
  ask("PATCH", "/v1/tags/city", 200, {{"track", true}});
  EXPECT_NE(tag("city")["revision"], before);
}

TEST_F(TagLifeTest, UnusedIsWhatNoSegmentNamesAndNobodyAskedAbout) {
  ask("PUT", "/v1/segments/vips", 201, {{"expression", "vip"}});
  TagHealthOptions options = only(HealthFinding::Unused, loaded_s());
  EXPECT_EQ(found(options), (std::set<std::string>{"unused city", "unused age", "unused spend",
                                                   "unused interests"}));
  const json all = ask("GET", "/v1/tag-health?find=unused");
  EXPECT_EQ(all["by_finding"]["unused"], 4);
  ask("GET", "/v1/count?q=city%3Atier1%20AND%20age%3A20-30");
  const json less = ask("GET", "/v1/tag-health?find=unused");
  EXPECT_EQ(less["by_finding"]["unused"], 2);
  EXPECT_EQ(less["findings"][0]["tag"], "spend");
  EXPECT_FALSE(less["queries_since_s"].is_null());
  const json soon = ask("GET", "/v1/tag-health?find=unused&unused=0s");
  EXPECT_EQ(soon["by_finding"]["unused"], 4) << "asked about long ago, as that goes";
}

TEST_F(TagLifeTest, StaleIsByTheTagAndByItsValues) {
  const std::int64_t now = loaded_s() + 1'000;
  TagHealthOptions options = only(HealthFinding::Stale, now);
  options.stale_s = 1'001;
  EXPECT_EQ(found(options), std::set<std::string>());
  options.stale_s = 1'000;
  EXPECT_EQ(found(options).size(), 5U);
  // The tag is written, most of its values are not.
  ask("PATCH", "/v1/tags/vip", 200, {{"track", true}});
  const Status written = shop_.service().store().write([&](storage::WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(auto tags, txn.tags());
    for (storage::TagRecord& tag : tags) {
      tag.updated_s = now + 50'000;
      TAGLINE_RETURN_IF_ERROR(txn.put_tag(tag).map([](engine::FieldId) {}));
    }
    return {};
  });
  ASSERT_TRUE(written.has_value());
  options.now_s = now + 50'000;
  EXPECT_EQ(found(options), std::set<std::string>{"stale vip"});
}

TEST_F(TagLifeTest, EmptyLowCoverageAndValuesOfNobody) {
  ask("POST", "/v1/tags", 201, {{"name", "nothing"}, {"kind", "flag"}});
  TagHealthOptions options = only(HealthFinding::Empty, loaded_s());
  EXPECT_EQ(found(options), std::set<std::string>{"empty nothing"});
  options = only(HealthFinding::LowCoverage, loaded_s());
  options.low_coverage = 0.6;  // 2 of 4 are vips
  EXPECT_EQ(found(options), std::set<std::string>{"low-coverage vip"});
  const json operations = json::array({{{"user", "u3"}, {"set", {{"city", "tier1"}}}}});
  ask("POST", "/v1/ingest", 200, operations);
  const json values = ask("GET", "/v1/tag-health?find=unused-values");
  ASSERT_EQ(values["total"], 1);
  EXPECT_EQ(values["findings"][0]["tag"], "city");
  EXPECT_EQ(values["findings"][0]["names"], json::array({"tier2"}));
}

TEST_F(TagLifeTest, NearDuplicatesAreFlagsBesideValuesAndNumbersAsWholes) {
  const json operations = json::array({
      {{"user", "u1"},
       {"set", {{"first_tier", true}, {"city2", "A"}, {"years", 20}, {"half", 20}}}},
      {{"user", "u2"},
       {"set", {{"first_tier", true}, {"city2", "A"}, {"years", 30}, {"half", 31}}}},
      {{"user", "u3"}, {"set", {{"city2", "B"}, {"years", 40}, {"half", 40}}}},
      {{"user", "用户4"}, {"set", {{"city2", "C"}, {"years", 50}, {"half", 51}}}},
  });
  for (const auto& [name, kind] : {std::pair("first_tier", "flag"), std::pair("city2", "category"),
                                   std::pair("years", "number"), std::pair("half", "number")}) {
    json draft = {{"name", name}, {"kind", kind}};
    ask("POST", "/v1/tags", 201, draft);
  }
  ask("POST", "/v1/ingest", 200, operations);
  TagHealthOptions options = only(HealthFinding::NearDuplicate, loaded_s());
  const auto alike = found(options);
  EXPECT_TRUE(alike.contains("near-duplicate first_tier city"));
  EXPECT_TRUE(alike.contains("near-duplicate city2 city"));
  EXPECT_TRUE(alike.contains("near-duplicate years age"));
  EXPECT_FALSE(alike.contains("near-duplicate half age")) << "two of four agree";
  EXPECT_FALSE(alike.contains("near-duplicate half years"));
  options.alike = 0.3;
  EXPECT_TRUE(found(options).contains("near-duplicate half age")) << "2 of 6";
  options.alike = 0.95;
  options.alike_people = 3;
  EXPECT_EQ(found(options), std::set<std::string>{"near-duplicate years age"});
}

TEST_F(TagLifeTest, DeprecatedIsUsedStill) {
  ask("PUT", "/v1/segments/vips", 201, {{"expression", "vip"}});
  ask("PATCH", "/v1/tags/vip", 200, {{"deprecated", true}});
  ask("PATCH", "/v1/tags/city", 200, {{"deprecated", true}});
  const json used = ask("GET", "/v1/tag-health?find=deprecated-used,unused");
  EXPECT_EQ(used["by_finding"]["deprecated-used"], 1);
  EXPECT_EQ(used["findings"][0]["names"], json::array({"vips"}));
  EXPECT_EQ(used["by_finding"]["unused"], 3) << "of deprecated ones that is as it should be";
}

TEST_F(TagLifeTest, RulesAreChosen) {
  ask("POST", "/v1/tags", 201,
      {{"name", "Big Spender"},
       {"kind", "flag"},
       {"layer", "behaviour/buying"},
       {"title", {{"en", "x"}, {"zh-CN", "y"}}},
       {"owner", "crm"},
       {"description", "z"}});
  const auto about = [&](const std::string& rules) {
    std::set<std::string> all;
    const json health = ask("GET", "/v1/tag-health?find=naming,undocumented&rules=" + rules);
    for (const json& each : health["findings"]) {
      if (each["tag"] == "Big Spender") {
        all.insert(each["names"][0].get<std::string>());
      }
    }
    return all;
  };
  EXPECT_EQ(about("lower,no-blanks,ascii,layer-prefix,titles,owner,description"),
            (std::set<std::string>{"lower", "no-blanks", "ascii", "layer-prefix"}));
  EXPECT_EQ(about("no-blanks"), std::set<std::string>{"no-blanks"});
  EXPECT_EQ(about("none"), std::set<std::string>());
  const json city = ask("GET", "/v1/tag-health?find=undocumented&rules=titles,owner");
  EXPECT_EQ(city["total"], 5);
  EXPECT_EQ(city["findings"][0]["names"], json::array({"titles", "owner"}));
}

TEST_F(TagLifeTest, WhatIsNoFindingOrAgeIsRefused) {
  for (const char* odd : {"find=drift", "rules=short", "stale=7", "unused=-1d"}) {
    const json problem = ask("GET", std::string("/v1/tag-health?") + odd, 400);
    EXPECT_FALSE(problem["message"]["zh-CN"].get<std::string>().empty());
  }
}

}  // namespace
}  // namespace tagline::server
