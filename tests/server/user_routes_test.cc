// People: their profiles, their segments, and why.
#include "server/members.h"
#include "server/segments.h"
#include "server/user_segments.h"
#include "tests/server/shop_routes.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

class UserRoutes : public testing::Test {
 protected:
  json get(const std::string& target, unsigned status = 200) {
    const HttpReply reply = shop_.ask("GET", target, "", {});
    EXPECT_EQ(reply.status, status) << target << reply.body;
    return json::parse(reply.body);
  }
  void save(const std::string& name, const std::string& expression) {
    const auto saved = Segments(shop_.service().store()).save(name, expression, {}, std::nullopt);
    ASSERT_TRUE(saved.has_value()) << name;
  }
  void load(const std::string& csv) {
    const auto file = folder_ / "more.csv";
    std::ofstream(file) << csv;
    ASSERT_TRUE(shop_.service().load(std::nullopt, {file.string()}, {}).has_value());
  }
  void import(const std::string& name, const std::string& ids) {
    const auto file = folder_ / "ids.txt";
    std::ofstream(file) << ids;
    ASSERT_TRUE(Segments(shop_.service().store()).import_list(name, file.string(), {}).has_value());
  }
  static std::vector<std::string> names(const json& list) {
    std::vector<std::string> all;
    for (const json& each : list) {
      all.push_back(each.at("name"));
    }
    return all;
  }
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_user_files_" + std::to_string(getpid()));
  ShopRoutes shop_{"user_routes"};
};

TEST_F(UserRoutes, TheWholeProfile) {
  import("friends", "u1\nu3\n");
  const json profile = get("/v1/users/u1");
  EXPECT_EQ(profile.at("id"), "u1");
  EXPECT_EQ(profile.at("tags").at("city"), "tier1");
  EXPECT_EQ(profile.at("tags").at("vip"), true);
  EXPECT_EQ(profile.at("tags").at("age"), 20);
  EXPECT_EQ(profile.at("tags").at("spend"), "10.50");
  EXPECT_EQ(profile.at("tags").at("interests"), (json{"music", "sport"}));
  EXPECT_EQ(profile.at("lists"), (json{"friends"}));
  EXPECT_EQ(get("/v1/users/%E7%94%A8%E6%88%B74").at("id"), "用户4");
}

TEST_F(UserRoutes, AnIdMayBeAnyText) {
  load("id,vip\na/b c%,yes\n..,yes\n\"q?x=1&y#z+\",no\nsegments,yes\n");
  EXPECT_EQ(get("/v1/users/a%2Fb%20c%25").at("id"), "a/b c%");
  EXPECT_EQ(get("/v1/users/..").at("id"), "..");
  EXPECT_EQ(get("/v1/users/q%3Fx%3D1%26y%23z+").at("id"), "q?x=1&y#z+");
  EXPECT_EQ(get("/v1/users/segments").at("id"), "segments");
  EXPECT_EQ(get("/v1/users/segments/segments").at("id"), "segments");
  EXPECT_EQ(get("/v1/users/a%2Fb%20c%25/segments").at("id"), "a/b c%");
}

TEST_F(UserRoutes, WhoIsNotThereIsToldSo) {
  for (const char* target : {"/v1/users/u9", "/v1/users/U1", "/v1/users/u9/segments"}) {
    const json problem = get(target, 404);
    EXPECT_EQ(problem.at("code"), "not-found");
    EXPECT_NE(problem.at("detail").get<std::string>().find("no user"), std::string::npos);
    EXPECT_FALSE(problem.at("message").at("zh-CN").get<std::string>().empty());
  }
  const HttpReply reply = shop_.ask("POST", "/v1/why", R"({"id": "u9", "expression": "vip"})");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_EQ(get("/v1/users/", 404).at("code"), "not-found");
  EXPECT_EQ(get("/v1/users/%ff", 400).at("code"), "bad-input");
}

TEST_F(UserRoutes, SegmentsThatHoldAUser) {
  save("loyal", "vip AND age >= 30");
  save("nested", "@loyal OR city:tier1");
  save("base", "vip");
  save("hurt", "@base AND city:tier1");
  import("friends", "u2\n用户4\n");
  ASSERT_TRUE(Segments(shop_.service().store()).remove("base", true).has_value());
  const json reply = get("/v1/users/u3/segments?as_of=2024-06-15");
  EXPECT_EQ(names(reply.at("segments")), (std::vector<std::string>{"loyal", "nested"}));
  EXPECT_EQ(reply.at("as_of"), "2024-06-15");
  EXPECT_EQ(reply.at("asked"), 3);
  EXPECT_EQ(names(reply.at("broken")), std::vector<std::string>{"hurt"});
  EXPECT_EQ(reply.at("broken")[0].at("errors")[0].at("code"), "unknown-segment");
  const json friends = get("/v1/users/u2/segments");
  EXPECT_EQ(names(friends.at("segments")), (std::vector<std::string>{"friends", "nested"}));
  EXPECT_EQ(friends.at("segments")[0].at("kind"), "list");
  get("/v1/users/u3/segments?as_of=soon", 400);
}

TEST_F(UserRoutes, SegmentsAreThoseThatWouldSelectTheUser) {
  const std::vector<std::pair<std::string, std::string>> rules{
      {"everyone", "*"},
      {"nobody", "vip AND NOT vip"},
      {"not", "NOT vip"},
      {"two", "at_least(2, vip, age > 25, city:tier1)"},
      {"differs", "city != tier1"},
      {"top1", "top(1, by:spend)"},
      {"top_among", "top(1, NOT vip, by:age)"},
      {"bottom", "bottom(2, by:age) AND NOT interests:sport"},
      {"half", "sample(50%)"},
      {"two_of", "sample(2, seed:x)"},
      {"alike", "lookalike(2, vip)"},
      {"mixed", "@top1 OR (@two AND interests:music)"},
  };
  for (const auto& [name, rule] : rules) {
    save(name, rule);
  }
  for (const std::string id : {"u1", "u2", "u3", "用户4"}) {
    std::vector<std::string> expected;
    for (const auto& [name, rule] : rules) {
      QueryRequest request;
      request.expression = rule;
      const std::vector<std::string> ids{id};
      const auto members = shop_.service().store().read(
          [&](const storage::Snapshot& snapshot) { return members_of(snapshot, request, ids); });
      ASSERT_TRUE(members.has_value()) << rule;
      if (members->yes == 1) {
        expected.push_back(name);
      }
    }
    std::sort(expected.begin(), expected.end());
    const auto found = shop_.service().store().read([&](const storage::Snapshot& snapshot) {
      return segments_of_user(snapshot, id, QueryRequest{});
    });
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->asked, rules.size());
    std::vector<std::string> held;
    for (const HeldSegment& segment : found->segments) {
      held.push_back(segment.name);
    }
    EXPECT_EQ(held, expected) << id;
  }
}

TEST_F(UserRoutes, ADeadlineIsOfTheWholeRequest) {
  save("old", "vip AND age > 20");
  EXPECT_EQ(get("/v1/users/u1/segments?timeout_ms=0", 504).at("code"), "deadline-exceeded");
}

TEST_F(UserRoutes, Why) {
  const auto why = [&](const json& body, unsigned status = 200) {
    const HttpReply reply = shop_.ask("POST", "/v1/why", body.dump());
    EXPECT_EQ(reply.status, status) << body << reply.body;
    return json::parse(reply.body);
  };
  const json verdict = why({{"id", "u2"}, {"expression", "city:tier1 AND vip"}});
  EXPECT_EQ(verdict.at("member"), false);
  EXPECT_EQ(verdict.at("deciding"), (json{"vip"}));
  EXPECT_EQ(verdict.at("changes").size(), 1U);
  EXPECT_EQ(why({{"id", "u2"}, {"expression", "cty:tier1"}}, 422).at("code"), "unknown-tag");
  EXPECT_EQ(why({{"expression", "vip"}}, 400).at("code"), "bad-input");
  EXPECT_EQ(why({{"id", "u2"}}, 400).at("code"), "bad-input");
  EXPECT_EQ(why({{"id", 2}, {"expression", "vip"}}, 400).at("code"), "bad-input");
  EXPECT_EQ(
      why({{"id", "u2"}, {"expression", "vip AND age > 1"}, {"timeout_ms", 0}}, 504).at("code"),
      "deadline-exceeded");
}

}  // namespace
}  // namespace tagline::server
