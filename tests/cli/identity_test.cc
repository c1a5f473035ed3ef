// `tagline identity`: what people see, what scripts get, and the exit status of refusals.
#include "tests/cli/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::cli {
namespace {

using Json = nlohmann::json;
using tests::Outcome;
using tests::run_tagline;
using tests::TempFolder;

class Identity : public testing::Test {
 protected:
  Identity() {
    const std::string file =
        folder_.write("users.csv", "id,vip,spend\nu1,yes,1.50\nu2,no,2.25\nu3,yes,3.00\n");
    EXPECT_EQ(run_tagline({"load", "--db", db(), file}).status, 0);
  }
  [[nodiscard]] std::string db() const { return folder_.path("db"); }
  Outcome identity(std::vector<std::string> words, const std::string& input = {}) {
    words.insert(words.begin() + 1, {"--db", db()});
    words.insert(words.begin(), "identity");
    return run_tagline(words, input);
  }
  Json json(std::vector<std::string> words) {
    words.insert(words.end(), {"--format", "json"});
    const Outcome run = identity(words);
    EXPECT_EQ(run.status, 0) << run.err;
    return Json::parse(run.out);
  }
  std::uint64_t count(const std::string& expression) {
    const Outcome run = run_tagline({"query", "--db", db(), expression, "--format", "json"});
    return Json::parse(run.out)["count"];
  }
  TempFolder folder_;
};

TEST_F(Identity, LinksMergesAndPartsAgain) {
  const std::uint64_t before = count("vip");
  EXPECT_EQ(identity({"rule", "spend", "sum"}).status, 0);
  EXPECT_EQ(identity({"link", "phone:138 0013 8000", "--user", "u1"}).status, 0);
  const Outcome merged = identity({"link", "phone:+8613800138000", "--user", "u3"});
  EXPECT_EQ(merged.status, 0);
  EXPECT_NE(merged.out.find("user u1"), std::string::npos) << merged.out;
  EXPECT_NE(merged.out.find("2 users merged into 1: u1"), std::string::npos) << merged.out;
  EXPECT_NE(count("vip"), before);
  EXPECT_NE(run_tagline({"user", "--db", db(), "u3"}).out.find("4.50"), std::string::npos);
  EXPECT_EQ(json({"show", "u3"})["user"], "u1");
  EXPECT_EQ(json({"merges"})["merges"].size(), 1U);
  EXPECT_EQ(identity({"merges", "--format", "csv"}).out.find("number,survivor,loser"), 0U);
  EXPECT_EQ(identity({"undo", "1"}).status, 0);
  EXPECT_EQ(count("vip"), before);
  const Outcome again = identity({"undo", "1"});
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_NE(again.err.find("undone already"), std::string::npos);
}

TEST_F(Identity, RequestsComeAsLines) {
  const std::string lines =
      "{\"user\": \"u1\", \"identities\": [\"crm:1\"]}\n\n"
      "{\"user\": \"u2\", \"identities\": [\"fax:1\"]}\n";
  const Outcome refused = identity({"link", "-"}, lines);
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("line 3"), std::string::npos) << refused.err;
  const Outcome each = identity({"link", "-", "--each"}, lines);
  EXPECT_EQ(each.status, 0) << each.err;
  EXPECT_NE(each.err.find("line 3"), std::string::npos) << each.err;
  EXPECT_EQ(json({"show", "crm:1"})["user"], "u1");
}

TEST_F(Identity, ErasingWantsAYes) {
  EXPECT_EQ(identity({"erase", "u1"}).status, 2);
  EXPECT_EQ(identity({"show", "u1"}).status, 0);
  EXPECT_EQ(identity({"erase", "u1", "--yes"}).status, 0);
  EXPECT_NE(identity({"show", "u1"}).status, 0);
  EXPECT_EQ(json({"receipts"})["erasures"][0]["users"], 1);
  EXPECT_EQ(run_tagline({"verify", "--db", db()}).status, 0);
}

// Of three users one is part of another and one is gone: one person is left, as queries count.
TEST_F(Identity, VerifyTellsPeopleFromWhomTheyWereMergedWith) {
  const auto verified = [&](const std::string& format) {
    const Outcome run = run_tagline({"verify", "--db", db(), "--format", format, "--lang", "en"});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  };
  EXPECT_NE(verified("table").find(", 3 people\n"), std::string::npos) << verified("table");
  EXPECT_EQ(identity({"link", "phone:138 0013 8000", "--user", "u1"}).status, 0);
  EXPECT_EQ(identity({"link", "phone:138 0013 8000", "--user", "u3"}).status, 0);
  EXPECT_NE(
      verified("table").find(", 2 people (of the 3 users there have been, 1 merged into others)\n"),
      std::string::npos)
      << verified("table");
  EXPECT_EQ(identity({"erase", "u2", "--yes"}).status, 0);
  const Json told = Json::parse(verified("json"));
  EXPECT_EQ(told["population"], count("*"));
  EXPECT_EQ(told["population"], 1);
  EXPECT_EQ(told["merged"], 1);
  EXPECT_EQ(told["erased"], 1);
  EXPECT_EQ(told["users"], 3);
  const Outcome chinese = run_tagline({"verify", "--db", db(), "--lang", "zh-CN"});
  EXPECT_NE(chinese.out.find("1 人（曾有用户 3 个，其中 1 个已并入他人，1 个已删除）"),
            std::string::npos)
      << chinese.out;
  EXPECT_EQ(identity({"erase", "u1", "--yes"}).status, 0);
  const Json none = Json::parse(verified("json"));
  EXPECT_EQ(none["population"], 0);
  EXPECT_EQ(none["merged"], 0);
  EXPECT_EQ(none["erased"], 3);
}

TEST_F(Identity, ColumnsOfAFileLinkItsUsers) {
  const std::string schema = folder_.write(
      "schema.json",
      R"({"id": {"column": "id"}, "columns": [{"column": "vip", "kind": "flag", "true": ["yes"], "false": ["no"]}],
          "links": [{"column": "mobile", "type": "phone"}]})");
  const std::string file =
      folder_.write("more.csv", "id,vip,mobile\nu1,yes,13800138000\nu2,yes,13800138000\n");
  const Outcome load = run_tagline({"load", "--db", db(), file, "--schema", schema});
  EXPECT_EQ(load.status, 0) << load.err;
  EXPECT_NE(load.out.find("1 identities linked, 1 merges"), std::string::npos) << load.out;
  EXPECT_EQ(json({"show", "u2"})["user"], "u1");
}

TEST_F(Identity, TypesAndRulesAreListed) {
  EXPECT_EQ(json({"types"})["types"].size(), 6U);
  EXPECT_EQ(identity({"type", "card", "--form", "lower", "--most", "2", "--never", "0"}).status, 0);
  EXPECT_EQ(json({"types"})["types"].size(), 7U);
  EXPECT_EQ(json({"rules"})["rules"][0]["rule"], "united");
  EXPECT_NE(identity({"rule", "vip", "max"}).status, 0);
  EXPECT_NE(identity({"rules"}).out.find("latest"), std::string::npos);
}

}  // namespace
}  // namespace tagline::cli
