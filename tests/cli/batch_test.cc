// Files of expressions through the program.
#include "tests/cli/program.h"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

class Batch : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string users = folder_.write("users.csv",
                                            "id,city,age,vip\n"
                                            "u1,tier1,25,yes\n"
                                            "u2,tier2,34,no\n"
                                            "u3,tier1,,no\n"
                                            "u4,,70,yes\n");
    ASSERT_EQ(run_tagline({"load", "--db", db_, users}).status, 0);
  }
  [[nodiscard]] Outcome batch(const std::string& lines, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"query", "--db", db_, "--batch", "-"});
    return run_tagline(more, lines);
  }
  [[nodiscard]] static std::vector<json> objects(const std::string& text) {
    std::vector<json> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      found.push_back(json::parse(line, nullptr, false));
    }
    return found;
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(Batch, EveryLineIsAnsweredInOrderWhateverIsWrongWithOthers) {
  const Outcome outcome = batch(
      "vip\n# two of them\nvip AND age >= 30\ncty:tier1\n\n*\ncity:tier1 AND NOT vip\nvip\n"
      "top(1, by:age) AND vip\n(\n",
      {"--format", "json"});
  EXPECT_EQ(outcome.status, 1);
  const std::vector<json> found = objects(outcome.out);
  ASSERT_EQ(found.size(), 8U) << outcome.out;
  const std::vector<int> counts = {2, 1, -1, 4, 1, 2, 1, -1};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (counts[i] < 0) {
      EXPECT_EQ(found[i].at("ok"), false);
    } else {
      EXPECT_EQ(found[i].at("count"), counts[i]) << found[i];
    }
  }
  EXPECT_EQ(found[2].at("expression"), "cty:tier1");
  EXPECT_EQ(found[2].at("errors").at(0).at("code"), "unknown-tag");
}

TEST_F(Batch, ATableHasTitlesAndACsvTheExpressions) {
  const Outcome table = batch("# the best\nvip AND age:18-30\nage:18-30\n");
  EXPECT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("the best"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("2 answered together"), std::string::npos) << table.out;
  const Outcome csv = batch("age:18-30\ncty:x\nvip\n", {"--format", "csv"});
  EXPECT_EQ(csv.status, 1);
  EXPECT_EQ(csv.out.find("line,title,segment,count,population,as_of,error\n1,,age:18-30,1,4,"), 0U)
      << csv.out;
  EXPECT_NE(csv.out.find("\n3,,vip,2,4,"), std::string::npos) << csv.out;
  EXPECT_NE(csv.out.find("\n2,,cty:x,,,,unknown-tag\n"), std::string::npos) << csv.out;
  EXPECT_NE(csv.err.find("line 2"), std::string::npos) << csv.err;
  EXPECT_NE(csv.err.find("cty"), std::string::npos) << csv.err;
}

TEST_F(Batch, JsonSaysLineAndTitleToo) {
  const Outcome outcome =
      batch("# the \"best\"\nvip\n\nage:18-30\n# 流失\ncty:x\n", {"--format", "ndjson"});
  EXPECT_EQ(outcome.status, 1);
  const std::vector<json> found = objects(outcome.out);
  ASSERT_EQ(found.size(), 3U) << outcome.out;
  const auto is = [&](std::size_t place, int line, const char* title) {
    EXPECT_EQ(found[place].at("line"), line) << found[place];
    EXPECT_EQ(found[place].at("title"), title) << found[place];
  };
  is(0, 2, "the \"best\"");
  is(1, 4, "");
  is(2, 6, "流失");
  EXPECT_EQ(found[2].at("ok"), false);
}

TEST_F(Batch, SpreadsheetsBeginTheirFilesWithAMark) {
  const Outcome csv = batch("\xEF\xBB\xBF# the \"best\"\nvip\n", {"--format", "csv"});
  EXPECT_EQ(csv.status, 0) << csv.err;
  EXPECT_NE(csv.out.find("\n2,\"the \"\"best\"\"\",vip,2,4,"), std::string::npos) << csv.out;
}

// More than are answered at once, and only those with a likeness name its method.
TEST_F(Batch, ManyLines) {
  std::string lines;
  for (int i = 0; i < 1200; ++i) {
    lines += i % 3 == 0  ? "vip AND age:" + std::to_string(i % 100) + "\n"
             : i == 1000 ? "lookalike(1, vip)\n"
                         : "city:tier1\n";
  }
  const Outcome outcome = batch(lines, {"--format", "ndjson"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::vector<json> found = objects(outcome.out);
  ASSERT_EQ(found.size(), 1200U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool somebody = i % 100 == 25 || i % 100 == 70;
    const int expected = i % 3 == 0 ? (somebody ? 1 : 0) : i == 1000 ? 1 : 2;
    EXPECT_EQ(found[i].at("count"), expected) << found[i];
    EXPECT_EQ(found[i].contains("methods"), i == 1000);
  }
}

}  // namespace
}  // namespace tagline::tests
