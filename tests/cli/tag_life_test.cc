// How long values of tags live, and which tags need care, as the program tells it.
#include "tests/cli/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

class TagLife : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string users =
        folder_.write("users.csv", "id,vip,city,Age Now\nu1,yes,a,20\nu2,no,b,30\n");
    ASSERT_EQ(run_tagline({"load", "--db", db_, users}).status, 0);
  }
  [[nodiscard]] Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--db", db_});
    return run_tagline(arguments);
  }
  [[nodiscard]] json asked(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run(std::move(arguments));
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    return json::parse(outcome.out);
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(TagLife, ATimeToLiveComesAndGoes) {
  EXPECT_EQ(asked({"edit-tag", "city", "--ttl", "30d"})["tag"]["ttl"], "30d");
  const Outcome shown = run({"tags", "city"});
  EXPECT_NE(shown.out.find("values expire 30 days after they were written"), std::string::npos)
      << shown.out;
  EXPECT_NE(shown.out.find("written within"), std::string::npos) << shown.out;
  EXPECT_EQ(asked({"tags", "city"})["tags"][0]["freshness"]["within"]["1d"], 2);
  EXPECT_EQ(asked({"expire"})["expired"], 0);
  EXPECT_EQ(run({"expire"}).out, "0 values have expired\n");
  const Outcome kept = run({"edit-tag", "city", "--no-track"});
  EXPECT_EQ(kept.status, 1);
  EXPECT_NE(kept.err.find("take the time to live away"), std::string::npos) << kept.err;
  EXPECT_FALSE(asked({"edit-tag", "city", "--ttl", "none", "--no-track"})["tag"].contains("ttl"));
  const Outcome odd = run({"edit-tag", "city", "--ttl", "soon"});
  EXPECT_EQ(odd.status, 1);
  EXPECT_NE(odd.err.find("30d, 12h or 90m"), std::string::npos) << odd.err;
  EXPECT_EQ(run({"verify"}).status, 0);
}

TEST_F(TagLife, ASchemaMayGiveOne) {
  const std::string schema = folder_.write("schema.json", R"({"id": {"column": "id"}, "columns": [
      {"column": "mood", "kind": "category", "ttl": "12h"},
      {"column": "size", "kind": "number", "track": true}]})");
  const std::string file = folder_.write("more.csv", "id,mood,size\nu1,good,3\n");
  ASSERT_EQ(run({"load", file, "--schema", schema}).status, 0);
  EXPECT_EQ(asked({"tags", "mood"})["tags"][0]["ttl"], "12h");
  EXPECT_EQ(asked({"tags", "size"})["tags"][0]["track"], true);
  for (const char* odd :
       {R"("ttl": "1s")", R"("ttl": "week")", R"("ttl": "12h", "track": false)"}) {
    const std::string wrong =
        folder_.write("wrong.json", std::string(R"({"id": {"column": "id"}, "columns": [
            {"column": "mood", "kind": "category", )") +
                                        odd + "}]}");
    EXPECT_EQ(run({"load", file, "--schema", wrong}).status, 1) << odd;
  }
}

TEST_F(TagLife, WhatNeedsCare) {
  const json report = asked({"tags", "--health"});
  EXPECT_EQ(report["by_finding"]["unused"], 3);
  EXPECT_EQ(report["by_finding"]["stale"], 0);
  EXPECT_TRUE(report["queries_since_s"].is_null());
  const Outcome table = run({"tags", "--health", "--find", "naming", "--rules", "lower"});
  EXPECT_NE(table.out.find("its name has capital letters"), std::string::npos) << table.out;
  EXPECT_EQ(asked({"tags", "--health", "city", "--find", "unused"})["total"], 1);
  EXPECT_EQ(asked({"tags", "--health", "--find", "naming", "--rules", "none"})["total"], 0);
  const Outcome csv = run({"tags", "--health", "--find", "unused", "--format", "csv"});
  EXPECT_EQ(csv.out.substr(0, csv.out.find('\n')), "finding,tag,other,people,share,age_s,names");
  const Outcome chinese = run_tagline(
      {"--lang", "zh-CN", "tags", "--health", "--find", "naming", "--rules", "lower", "--db", db_});
  EXPECT_NE(chinese.out.find("名称含有大写字母"), std::string::npos) << chinese.out;
}

TEST_F(TagLife, StaleIsByAge) {
  EXPECT_EQ(asked({"tags", "--stale", "7d"})["total"], 0);
  EXPECT_EQ(asked({"tags", "--stale"})["total"], 0);
  const json all = asked({"tags", "--stale", "0s"});
  EXPECT_EQ(all["total"], 3);
  EXPECT_EQ(all["by_finding"]["stale"], 3) << "nothing else is asked for";
  const Outcome odd = run({"tags", "--stale", "old"});
  EXPECT_EQ(odd.status, 1);
  EXPECT_NE(odd.err.find("7d or 12h"), std::string::npos) << odd.err;
  EXPECT_EQ(run({"tags", "--health", "--find", "drift"}).status, 1);
  EXPECT_EQ(run({"tags", "--health", "--rules", "short"}).status, 1);
}

}  // namespace
}  // namespace tagline::tests
