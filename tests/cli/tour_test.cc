// \tour over a pipe: all twelve steps in both languages, and what else is typed meanwhile.
#include "tests/cli/program.h"
#include "tests/cli/record.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const fs::path kExpected = fs::path(TAGLINE_SOURCE_DIR) / "tests" / "cli" / "tour";
/// Inputs of the twelve steps together.
constexpr std::size_t kInputs = 15;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class TourTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    made_ = run_tagline(
        {"demo", "--db", folder_->path("shop"), "--users", "50000", "--until", "2024-06-15"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  void SetUp() override { ASSERT_EQ(made_.status, 0) << made_.err; }

  static Outcome repl(const std::string& input, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"repl", "--db", folder_->path("shop")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tagline(arguments, input, folder_->path(""));
  }

  static TempFolder* folder_;
  static Outcome made_;
};
TempFolder* TourTest::folder_ = nullptr;
Outcome TourTest::made_;

// TAGLINE_UPDATE=1 writes what is printed now, to be read before it is committed.
TEST_F(TourTest, EnterLeadsThroughAllTwelveSteps) {
  for (const std::string language : {"en", "zh"}) {
    const Outcome run = repl("\\tour\n" + std::string(kInputs, '\n'),
                             {"--lang", language == "en" ? "en" : "zh-CN"});
    const std::string printed = record(run);
    const fs::path expected = kExpected / (language + ".txt");
    if (std::getenv("TAGLINE_UPDATE") != nullptr) {
      std::ofstream(expected, std::ios::binary) << printed;
    }
    EXPECT_EQ(printed, slurp(expected)) << language;
    EXPECT_EQ(run.status, 0);
    EXPECT_NE(run.out.find("[12/12]"), std::string::npos);
  }
  for (const char* file : {"tier1_women_at_risk.csv", "一线高危女客.csv"}) {
    EXPECT_TRUE(slurp(folder_->path(file)).starts_with("id\nu")) << file;
  }
}

TEST_F(TourTest, AnswersTheQuestionTheSameInBothLanguages) {
  const std::string en = repl("\\tour 6\n\n", {"--lang", "en"}).out;
  const std::string zh = repl("\\tour 6\n\n", {"--lang", "zh-CN"}).out;
  const auto number = [](const std::string& text, const std::string& before) {
    const std::size_t at = text.find(before);
    return at == std::string::npos ? -1 : std::atoi(text.c_str() + at + before.size());
  };
  const int people = number(en, "  count ");
  EXPECT_GT(people, 3) << en;
  EXPECT_EQ(people, number(zh, "  人数 ")) << zh;
}

TEST_F(TourTest, OtherInputsAreRunAndTheTourWaits) {
  const Outcome run =
      repl("\\tour\nvip AND\nchurn_risk\n\n\\tour 3\n\\by city\n\\tour next\n\\tour end\n\nvip\n");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("vip AND churn_risk"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("(tour, step 1; Enter runs:  \\tags risk"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("[2/12]"), std::string::npos) << "the blank line was Enter";
  EXPECT_NE(run.out.find("[3/12]"), std::string::npos);
  EXPECT_NE(run.out.find("(tour, step 3; Enter runs:"), std::string::npos);
  EXPECT_NE(run.out.find("[4/12]"), std::string::npos);
  EXPECT_NE(run.out.find("The tour is over"), std::string::npos);
  EXPECT_EQ(run.out.find("[5/12]"), std::string::npos);
}

TEST_F(TourTest, AStepKnowsWhatItIsAbout) {
  // \profile without any expression typed: the tour's own.
  const Outcome run = repl("\\tour 8\nvip\n\n");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("[9/12]"), std::string::npos) << run.out;
}

TEST_F(TourTest, DaysAreThoseOfTheShop) {
  EXPECT_NE(repl("\\tour\n").out.find("`today` is 2024-06-15"), std::string::npos);
  const std::string set = repl("\\tour\n\\set\n", {"--as-of", "2024-03-31"}).out;
  EXPECT_EQ(set.find("`today` is"), std::string::npos) << "a day that was set stays";
  EXPECT_NE(set.find("2024-03-31"), std::string::npos);
}

TEST_F(TourTest, WhatSetsPeopleApart) {
  // Beside everybody: parents buy for babies; what the expression names is left out.
  const Outcome everybody = repl("parent AND age:30-40\n\\apart\n", {"--as-of", "2024-06-15"});
  EXPECT_EQ(everybody.status, 0) << everybody.err;
  EXPECT_NE(everybody.out.find("  interest:baby "), std::string::npos) << everybody.out;
  EXPECT_EQ(everybody.out.find("  parent "), std::string::npos) << everybody.out;
  EXPECT_EQ(everybody.out.find("mean age"), std::string::npos) << everybody.out;
  // In Chinese, by aliases; the base's tags are left out as well.
  const Outcome chinese = repl("性别:女 且 流失风险\n\\apart 性别:女 且 年龄:25-34\n",
                               {"--as-of", "2024-06-15", "--lang", "zh-CN"});
  EXPECT_EQ(chinese.status, 0) << chinese.err;
  EXPECT_NE(chinese.out.find("  注册渠道:抖音 "), std::string::npos) << chinese.out;
  const std::size_t table = chinese.out.find("倍数");
  ASSERT_NE(table, std::string::npos) << chinese.out;
  for (const char* named : {"  流失风险 ", "  性别:", "  年龄均值"}) {
    EXPECT_EQ(chinese.out.find(named, table), std::string::npos) << named << chinese.out;
  }
  // The same counts as asked one by one.
  const Outcome rows =
      repl("churn_risk\n\\apart orders >= 2\n", {"--as-of", "2024-06-15", "--format", "csv"});
  const std::string row = "channel,douyin,share,";
  const std::size_t at = rows.out.find(row);
  ASSERT_NE(at, std::string::npos) << rows.out;
  const auto people = [&](const std::string& expression) {
    return json::parse(repl(expression + "\n", {"--format", "json"}).out).at("count").get<double>();
  };
  EXPECT_NEAR(std::strtod(rows.out.c_str() + at + row.size(), nullptr),
              people("churn_risk AND channel:douyin") / people("churn_risk"), 1e-6);
  // On the line behind that of the count, whose time may have any number of digits.
  const std::string out = repl("churn_risk\n\\apart orders >= 2\n", {"--format", "json"}).out;
  const json reply = json::parse(out.substr(out.find('\n') + 1));
  EXPECT_EQ(reply.at("others"), people("orders >= 2 AND NOT churn_risk"));
  EXPECT_EQ(reply.at("count"), people("churn_risk"));
  double last = 1e9;
  for (const json& each : reply.at("differences")) {
    EXPECT_GE(std::abs(each.at("errors").get<double>()), 3.0);
    EXPECT_LE(std::abs(each.at("errors").get<double>()), last);
    EXPECT_EQ(each.at("condition").get<std::string>().empty(), each.at("of") == "mean") << each;
    last = std::abs(each.at("errors").get<double>());
  }
  // Chance is told as chance, and nobody as nobody.
  for (const char* nothing : {"sample(300)\n\\apart\n", "NOT *\n\\apart\n", "vip\n\\apart vip\n"}) {
    EXPECT_NE(repl(nothing).out.find("nothing sets them apart"), std::string::npos) << nothing;
  }
  EXPECT_EQ(repl("\\apart\n").status, 2);
  EXPECT_EQ(repl("vip\n\\apart nosuchtag\n").status, 1);
}

TEST_F(TourTest, JsonStaysJson) {
  const Outcome run = repl("\\tour 2\n\n", {"--format", "json"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out.find("[2/12]"), std::string::npos);
  EXPECT_NE(run.err.find("[2/12]"), std::string::npos) << run.err;
  EXPECT_EQ(run.out.front(), '{');
}

TEST_F(TourTest, AServersShopIsFineToo) {
  RunningTagline server({"serve", "--db", folder_->path("shop"), "--listen", "127.0.0.1:0"});
  const std::string url = server.line();
  const Outcome run = run_tagline({"repl", "--server", url}, "\\tour 2\n\n");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("[3/12]"), std::string::npos) << run.out;
}

TEST_F(TourTest, OtherDatabasesHaveNone) {
  const TempFolder folder;
  const std::string file = folder.write("users.csv", "id,churn_risk\n1,yes\n2,no\n");
  ASSERT_EQ(run_tagline({"load", "--db", folder.path("own"), file}).status, 0);
  for (const bool chinese : {false, true}) {
    const Outcome run = run_tagline(
        {"repl", "--db", folder.path("own"), "--lang", chinese ? "zh-CN" : "en"}, "\\tour\n");
    EXPECT_EQ(run.status, 2);
    EXPECT_NE(run.err.find("tagline demo --db demo-shop --tour"), std::string::npos) << run.err;
    EXPECT_NE(run.err.find(chinese ? "导览需要" : "the tour needs"), std::string::npos) << run.err;
  }
}

TEST_F(TourTest, WordsItDoesNotKnowAreToldSo) {
  for (const char* wrong : {"\\tour 13", "\\tour 0", "\\tour begin", "\\tour 1 2"}) {
    const Outcome run = repl(std::string(wrong) + "\n");
    EXPECT_EQ(run.status, 2) << wrong;
    EXPECT_NE(run.err.find("hint: "), std::string::npos) << run.err;
  }
  EXPECT_EQ(repl("\\tour end\n").status, 0);
}

TEST_F(TourTest, AStepThatFailsSaysHowToGoOn) {
  const std::string log = repl("\\tour 11\n\\set as_of 2024-06-15\n\\tour 12\n\\tour next\n").out;
  EXPECT_NE(log.find("That was the tour"), std::string::npos) << log;
  const TempFolder folder;
  RunningTagline server(
      {"serve", "--db", folder_->path("shop"), "--read-only", "--listen", "127.0.0.1:0"});
  const std::string url = server.line();
  const Outcome run = run_tagline({"repl", "--server", url}, "\\tour 11\n\n");
  EXPECT_NE(run.status, 0);
  EXPECT_NE(run.out.find("That did not work"), std::string::npos) << run.out << run.err;
}

// What an earlier tour has left is replaced, which is said before.
TEST(TourAgain, TheSecondRunPutsItsOwnInThePlaceOfTheFirst) {
  const TempFolder folder;
  ASSERT_EQ(
      run_tagline({"demo", "--db", folder.path("shop"), "--users", "1000", "--until", "2024-06-15"})
          .status,
      0);
  for (const std::string language : {"en", "zh-CN"}) {
    const auto tour = [&] {
      return run_tagline({"repl", "--db", folder.path("shop"), "--lang", language},
                         "\\tour 11\n\n\n\n", folder.path(""));
    };
    const Outcome first = tour();
    EXPECT_EQ(first.status, 0) << first.err;
    EXPECT_EQ(first.out.find("\\save!"), std::string::npos) << first.out;
    EXPECT_EQ(first.out.find("\\export!"), std::string::npos) << first.out;
    const Outcome second = tour();
    EXPECT_EQ(second.status, 0) << second.out << second.err;
    EXPECT_NE(second.out.find(language == "en" ? "puts this rule in its place" : "取代它"),
              std::string::npos)
        << second.out;
    EXPECT_NE(second.out.find(language == "en" ? "Enter runs:  \\save! tier1_women_at_risk"
                                               : "回车执行：\\save! 一线高危女客"),
              std::string::npos)
        << second.out;
    EXPECT_NE(second.out.find("\\export! "), std::string::npos) << second.out;
  }
}

TEST(TourOfASmallShop, HasSomethingToSayAtEveryStep) {
  const TempFolder folder;
  ASSERT_EQ(run_tagline({"demo", "--db", folder.path("shop"), "--users", "1000", "--until",
                         "2024-06-15", "--seed", "1"})
                .status,
            0);
  for (const bool chinese : {false, true}) {
    const Outcome run =
        run_tagline({"repl", "--db", folder.path("shop"), "--lang", chinese ? "zh-CN" : "en"},
                    "\\tour\n" + std::string(kInputs, '\n'), folder.path(""));
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out.find(chinese ? "执行未成功" : "That did not work"), std::string::npos)
        << run.out << run.err;
    for (const char* said :
         {chinese ? "这家商城较小，只有 1,000 位顾客" : "This is a small shop of 1,000 customers",
          chinese ? "位顾客中无人符合" : "so many conditions leave none of 1,000 customers",
          chinese ? "看的是人群之外的一位" : "this is one of those outside",
          chinese ? "因此改看这 " : "so this looks at the "}) {
      EXPECT_NE(run.out.find(said), std::string::npos) << said << "\n" << run.out;
    }
  }
}

TEST(TourOption, DemoOpensIt) {
  const TempFolder folder;
  const Outcome run =
      run_tagline({"demo", "--db", folder.path("shop"), "--users", "1000", "--tour"}, "\n");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("[1/12]"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("[2/12]"), std::string::npos) << run.out;
}

}  // namespace
}  // namespace tagline::tests
