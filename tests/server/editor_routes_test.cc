// What editors of expressions ask.
#include "dsl/unicode.h"
#include "server/utf16.h"
#include "tests/server/shop_routes.h"

#include <random>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

class EditorRoutes : public testing::Test {
 protected:
  json ask(const std::string& path, const json& body, unsigned status = 200) {
    const HttpReply reply = shop_.ask("POST", "/v1/" + path, body.dump());
    EXPECT_EQ(reply.status, status) << path << body << reply.body;
    return json::parse(reply.body);
  }
  static json labels(const json& completions) {
    json all = json::array();
    for (const json& each : completions.at("candidates")) {
      all.push_back(each.at("label"));
    }
    return all;
  }

  ShopRoutes shop_{"editor_routes"};
};

TEST_F(EditorRoutes, CompleteAtTheEndWithPeople) {
  const json reply = ask("complete", {{"expression", "vip AND city:ti"}});
  EXPECT_EQ(reply.at("from"), 14);
  EXPECT_EQ(reply.at("to"), 16);
  EXPECT_EQ(reply.at("utf16"), (json{{"from", 13}, {"to", 15}}));
  EXPECT_EQ(labels(reply), (json{"tier1", "tier2", "tier3"}));
  EXPECT_EQ(reply.at("candidates")[0].at("people"), 2);
  EXPECT_EQ(reply.at("candidates")[0].at("kind"), "value");
}

TEST_F(EditorRoutes, TheCursorMayBeCountedEitherWay) {
  const std::string text = R"(city:"😀" AND vi)";
  const json by_points = ask("complete", {{"expression", text}, {"cursor", 15}});
  EXPECT_EQ(labels(by_points), (json{"vip"}));
  EXPECT_EQ(by_points.at("from"), 14);
  EXPECT_EQ(by_points.at("utf16"), (json{{"from", 14}, {"to", 16}}));
  EXPECT_EQ(ask("complete", {{"expression", text}, {"utf16", 16}}), by_points);
  EXPECT_EQ(ask("complete", {{"expression", text}}), by_points);
  EXPECT_EQ(ask("complete", {{"expression", text}, {"cursor", 4'000'000'000'000}}), by_points);
  // One unit less is one letter less, and the middle of the pair is before it.
  EXPECT_EQ(ask("complete", {{"expression", text}, {"utf16", 15}}),
            ask("complete", {{"expression", text}, {"cursor", 14}}));
  EXPECT_EQ(ask("complete", {{"expression", text}, {"utf16", 7}}),
            ask("complete", {{"expression", text}, {"cursor", 6}}));
}

TEST_F(EditorRoutes, CandidatesAreLimited) {
  EXPECT_EQ(ask("complete", {{"expression", "city:"}, {"limit", 2}}).at("candidates").size(), 2U);
  EXPECT_TRUE(ask("complete", {{"expression", "city:"}, {"limit", 0}}).at("candidates").empty());
  EXPECT_GT(ask("complete", {{"expression", ""}}).at("candidates").size(), 4U);
}

TEST_F(EditorRoutes, ExplainCountsEveryNode) {
  const json reply = ask("explain", {{"expression", "city:tier1 and vip"}});
  EXPECT_EQ(reply.at("expression"), "city:tier1 AND vip");
  EXPECT_EQ(reply.at("count"), 1);
  const json& nodes = reply.at("explain").at("nodes");
  ASSERT_EQ(nodes.size(), 3U);
  EXPECT_EQ(nodes[2].at("text"), "vip");
  EXPECT_EQ(nodes[2].at("count"), 2);
  EXPECT_EQ(nodes[2].at("entered"), 2);
  EXPECT_EQ(nodes[2].at("kept"), 1);
  EXPECT_EQ(nodes[2].at("without"), 2);
  EXPECT_FALSE(reply.at("explain").at("program").get<std::string>().empty());
  EXPECT_EQ(ask("explain", {{"expression", "cty:tier1"}}, 422).at("errors")[0].at("code"),
            "unknown-tag");
  EXPECT_EQ(ask("explain", {{"expression", "vip AND age > 1"}, {"timeout_ms", 0}}, 504).at("code"),
            "deadline-exceeded");
}

TEST_F(EditorRoutes, FormatGivesEveryForm) {
  const json reply = ask("format", {{"expression", "age:25-34  and  vip"}, {"language", "zh-CN"}});
  EXPECT_EQ(reply.at("ok"), true);
  EXPECT_EQ(reply.at("expression"), "age:25-34  and  vip");
  EXPECT_EQ(reply.at("canonical"), "age:25-34 AND vip");
  EXPECT_EQ(reply.at("formatted"), reply.at("display").at("zh-CN"));
  EXPECT_NE(reply.at("formatted"), reply.at("canonical"));
  EXPECT_EQ(ask("format", {{"expression", "年龄:1"}}).at("ok"), false);
  EXPECT_EQ(ask("format", {{"expression", "vip"}, {"language", "en"}}).at("formatted"), "vip");
  EXPECT_EQ(ask("format", {{"expression", "NOT(vip)"}}).at("formatted"), "NOT vip");
}

TEST_F(EditorRoutes, ATreeComesBackAsTheTextItWas) {
  for (const char* text :
       {"vip", "NOT vip", "city:(tier1, tier2) AND NOT (vip OR age >= 30)", "*",
        "city != tier1 AND interests:music", "top(2, by:spend) AND spend >= 7.25",
        "at_least(2, vip, age > 25, city:tier1)", "age:(20-30, 45..)"}) {
    const json forward = ask("format", {{"expression", text}});
    ASSERT_EQ(forward.at("ok"), true) << text;
    const json back = ask("format", {{"tree", forward.at("tree")}});
    EXPECT_EQ(back.at("expression"), forward.at("canonical")) << text;
    EXPECT_EQ(back.at("fingerprint"), forward.at("fingerprint")) << text;
    EXPECT_EQ(back.at("tree"), forward.at("tree")) << text;
  }
}

json nested(int brackets) {
  json tree = {{"tag", "vip"}};
  for (int i = 0; i < brackets; ++i) {
    tree = {{"not", {{"and", {{{"tag", "vip"}}, tree}}}}};
  }
  return tree;
}

TEST_F(EditorRoutes, ATreeMayBeAsDeepAsATextAndNoDeeper) {
  EXPECT_EQ(ask("format", {{"tree", nested(64)}}).at("ok"), true);
  EXPECT_EQ(ask("format", {{"tree", nested(65)}}, 422).at("code"), "too-large");
  ask("format", {{"tree", nested(100)}}, 400);
}

TEST_F(EditorRoutes, SentenceSaysTheDay) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                     ("tagline_signup_" + std::to_string(getpid()) + ".csv");
  std::ofstream(file) << "id,signup\nu1,2024-06-01\nu2,2023-01-01\n";
  ASSERT_TRUE(shop_.service().load(std::nullopt, {file.string()}, {}).has_value());
  std::filesystem::remove(file);
  const json reply = ask("sentence", {{"expression", "signup:last 30d"}, {"as_of", "2024-06-15"}});
  EXPECT_EQ(reply.at("as_of"), "2024-06-15");
  EXPECT_NE(reply.at("sentence").at("en").get<std::string>().find("2024-05-17"), std::string::npos)
      << reply;
  EXPECT_NE(reply.at("sentence").at("zh-CN").get<std::string>().find("2024"), std::string::npos);
}

TEST_F(EditorRoutes, AFaultyExpressionIsAnAnswer) {
  for (const char* path : {"check", "format", "sentence"}) {
    const json reply = ask(path, {{"expression", "cty:tier1 AND"}});
    EXPECT_EQ(reply.at("ok"), false) << path;
    EXPECT_FALSE(reply.at("errors").empty()) << path;
  }
  const json fix =
      ask("check", {{"expression", "city:\"😀\" OR cty:tier1"}}).at("errors").back().at("fixes")[0];
  EXPECT_EQ(fix.at("from"), 13);
  EXPECT_EQ(fix.at("utf16"), (json{{"from", 13}, {"to", 16}}));
}

struct Bad {
  const char* path;
  const char* body;
  const char* detail;  ///< a part of it
};

TEST_F(EditorRoutes, WhatIsWrongIsToldPrecisely) {
  for (const Bad& bad : {
           Bad{"check", "{}", "expression: this key is missing"},
           Bad{"complete", R"({"expression": "vip", "cursor": 1, "utf16": 1})",
               "utf16: unexpected 1"},
           Bad{"complete", R"({"expression": "vip", "cursor": -1})", "unexpected -1"},
           Bad{"complete", R"({"expression": "vip", "cursor": 1.5})", "unexpected 1.5"},
           Bad{"complete", R"({"expression": "vip", "limit": 501})", "unexpected 501"},
           Bad{"complete", R"({"expression": "vip", "timeout_ms": 5})",
               "timeout_ms: unexpected key"},
           Bad{"format", "{}", "expression: this key is missing"},
           Bad{"format", R"({"expression": "vip", "tree": {"tag": "vip"}})", "beside a tree"},
           Bad{"format", R"({"expression": "vip", "language": "fr"})", "\"fr\""},
           Bad{"format", R"({"expression": "vip", "language": ""})", "\"\""},
           Bad{"format", R"({"tree": "vip"})", "tree: unexpected \"vip\""},
           Bad{"format", R"({"tree": {"and": [{"tag": "vip"}, {"tga": "x"}]}})", "and[1]"},
           Bad{"format", R"({"tree": {"tag": "vip", "tag": "vip"}})", "stands twice"},
           Bad{"sentence", R"({"expression": "vip", "as_of": "soon"})", "as_of: unexpected"},
           Bad{"explain", R"({"expression": 5})", "unexpected 5"},
       }) {
    const HttpReply reply = shop_.ask("POST", std::string("/v1/") + bad.path, bad.body);
    EXPECT_EQ(reply.status, 400U) << bad.path << bad.body << reply.body;
    const json body = json::parse(reply.body);
    EXPECT_NE(body.at("detail").get<std::string>().find(bad.detail), std::string::npos)
        << bad.path << bad.body << reply.body;
    EXPECT_FALSE(body.at("message").at("zh-CN").get<std::string>().empty());
  }
}

TEST(Utf16, PlacesGoThereAndBack) {
  const std::u32string letters = U"a会😀é\U0010FFFF\uFFFF ";
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::u32string text;
    for (std::size_t size = random() % 12; text.size() < size;) {
      text += letters[random() % letters.size()];
    }
    const std::string bytes = dsl::encode(text);
    std::size_t units = 0;
    for (std::uint32_t point = 0; point <= text.size(); ++point) {
      EXPECT_EQ(utf16_units_before(bytes, point), units);
      EXPECT_EQ(code_points_before(bytes, units), point);
      if (point < text.size() && text[point] > 0xFFFF) {
        EXPECT_EQ(code_points_before(bytes, units + 1), point);
        ++units;
      }
      ++units;
    }
    EXPECT_EQ(code_points_before(bytes, units + 100), text.size());
  }
  EXPECT_EQ(utf16_units_before("\xff\xfe", 2), 2U);
  EXPECT_EQ(code_points_before("\xff\xfe", 2), 2U);
}

}  // namespace
}  // namespace tagline::server
