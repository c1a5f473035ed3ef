// The published data set through the command line: every count below was computed by two
// independent SQL engines on the same file.
#include "tests/cli/program.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

const std::string kExample = std::string(TAGLINE_SOURCE_DIR) + "/examples/bank-marketing/";

std::uint64_t count_of(const std::string& db, const std::string& expression) {
  const Outcome run = run_tagline({"query", "--db", db, "--format", "json", expression});
  EXPECT_EQ(run.status, 0) << expression << "\n" << run.err;
  return nlohmann::json::parse(run.out).at("count").get<std::uint64_t>();
}

TEST(BankMarketing, InferredSchemaAnswersThePublishedQuestions) {
  const TempFolder folder;
  const std::string db = folder.path("db");
  const Outcome load = run_tagline({"load", "--db", db, kExample + "bank-full.csv.xz"});
  ASSERT_EQ(load.status, 0) << load.err;
  const std::vector<std::pair<std::string, std::uint64_t>> answers = {
      {"*", 45211},
      {"y", 5289},
      {"balance >= 1500 AND NOT loan AND age:35-54 AND NOT y", 4580},
      {"balance < 0 AND housing AND loan", 754},
      {"job:blue-collar", 9732},
      {"month:may", 13766},
      {"pdays:-1", 36954},
      {"NOT (job:blue-collar OR job:management)", 45211 - 9732 - 9458},
  };
  for (const auto& [expression, people] : answers) {
    EXPECT_EQ(count_of(db, expression), people) << expression;
  }
}

TEST(BankMarketing, HandWrittenSchemaGivesChineseNamesAndUnknowns) {
  const TempFolder folder;
  const std::string db = folder.path("db");
  const Outcome load = run_tagline(
      {"load", "--db", db, "--schema", kExample + "schema.json", kExample + "bank-full.csv.xz"});
  ASSERT_EQ(load.status, 0) << load.err;
  EXPECT_EQ(count_of(db, "已订阅"), 5289U);
  EXPECT_EQ(count_of(db, "余额 ≥ 1500 且 非 个人贷款 且 年龄：35-54 且 非 已订阅"), 4580U);
  EXPECT_EQ(count_of(db, "NOT 职业:*"), 288U);
  EXPECT_EQ(count_of(db, "NOT education:*"), 1857U);
  EXPECT_EQ(count_of(db, "days_since_contact:*"), 45211U - 36954U);
  EXPECT_EQ(count_of(db, "job != blue-collar"), 45211U - 288U - 9732U);
  EXPECT_EQ(run_tagline({"verify", "--db", db}).status, 0);
  const Outcome batch = run_tagline({"query", "--db", db, "--batch", kExample + "segments.txt"});
  EXPECT_EQ(batch.status, 0) << batch.err;
}

TEST(BankMarketing, LoadingTwiceChangesNothing) {
  const TempFolder folder;
  const std::string db = folder.path("db");
  ASSERT_EQ(run_tagline({"load", "--db", db, kExample + "bank-full.csv.xz"}).status, 0);
  const Outcome before = run_tagline({"tags", "--db", db, "--format", "json"});
  // The file has no ids: that its rows are the same people is for who loads it to say.
  EXPECT_EQ(run_tagline({"load", "--db", db, kExample + "bank-full.csv.xz"}).status, 1);
  const Outcome again = run_tagline(
      {"load", "--db", db, "--format", "json", "--id", "#row", kExample + "bank-full.csv.xz"});
  ASSERT_EQ(again.status, 0) << again.err;
  const auto report = nlohmann::json::parse(again.out);
  EXPECT_EQ(report.at("users_new"), 0);
  EXPECT_EQ(report.at("users_known"), 45211);
  const Outcome after = run_tagline({"tags", "--db", db, "--format", "json"});
  auto left = nlohmann::json::parse(before.out);
  auto right = nlohmann::json::parse(after.out);
  for (auto* catalog : {&left, &right}) {
    catalog->erase("version");
    for (auto& tag : catalog->at("tags")) {
      tag.erase("updated_s");
    }
  }
  EXPECT_EQ(left, right);
}

}  // namespace
}  // namespace tagline::tests
