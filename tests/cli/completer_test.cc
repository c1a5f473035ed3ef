// What the terminal offers behind its commands.
#include "cli/repl/completer.h"

#include "cli/repl/local_api.h"
#include "tests/cli/program.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::cli {
namespace {

using Names = std::vector<std::string>;
const std::filesystem::path kShop = std::filesystem::path(TAGLINE_SOURCE_DIR) / "examples/shop";

class CompleterTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::string what : {"users.csv", "events.csv.gz"}) {
      const std::string schema = what.substr(0, what.find('.')) + ".schema.json";
      const tests::Outcome run =
          tests::run_tagline({"load", "--db", folder_.path("shop"), (kShop / what).string(),
                              "--schema", (kShop / schema).string()});
      ASSERT_EQ(run.status, 0) << run.err;
    }
    api_ = LocalApi::open(folder_.path("shop")).value();
  }
  /// What stands in the place of the word that ends the input, best first.
  [[nodiscard]] Names inserts(const std::string& input) {
    Names names;
    for (const Candidate& candidate : at(input)) {
      names.push_back(candidate.insert);
    }
    return names;
  }
  [[nodiscard]] std::vector<Candidate> at(const std::string& input) {
    Console console(language_);
    History history("");
    Session session(*api_, console, history, nullptr);
    return Completer(session).at(input, input.size()).list;
  }
  [[nodiscard]] Names sorted(const std::string& input) {
    Names names = inserts(input);
    std::sort(names.begin(), names.end());
    return names;
  }

  tests::TempFolder folder_;
  std::unique_ptr<LocalApi> api_;
  dsl::Language language_ = dsl::Language::English;
};

TEST_F(CompleterTest, CommandsThatAddUpAreOfferedNumbers) {
  const Names numbers = {"age", "birth_month", "orders", "points", "spend"};
  EXPECT_EQ(sorted("\\sum "), numbers);
  EXPECT_EQ(sorted("\\pareto "), numbers);
  EXPECT_EQ(inserts("\\sum sp"), Names{"spend"});
  EXPECT_EQ(inserts("\\sum cit"), Names{}) << "no number";
  const Names ordered = sorted("\\top ");
  EXPECT_EQ(std::count(ordered.begin(), ordered.end(), "signup"), 1) << "a date";
  EXPECT_EQ(std::count(ordered.begin(), ordered.end(), "city"), 0);
  const Names all = sorted("\\by ");
  EXPECT_EQ(std::count(all.begin(), all.end(), "city"), 1);
}

TEST_F(CompleterTest, ANumberComesWithItsTitleAndUnit) {
  const auto offered = at("\\sum sp");
  ASSERT_EQ(offered.size(), 1U);
  for (const char* part : {"tag", "Spent since June 2023", "CNY"}) {
    EXPECT_NE(offered[0].help.find(part), std::string::npos) << offered[0].help;
  }
  language_ = dsl::Language::Chinese;
  EXPECT_EQ(inserts("\\sum 消费"), Names{"消费金额"});
  const Names chinese = inserts("\\sum ");
  EXPECT_EQ(std::count(chinese.begin(), chinese.end(), "年龄"), 1);
  EXPECT_EQ(std::count(chinese.begin(), chinese.end(), "城市"), 0);
}

TEST_F(CompleterTest, EventsAreOfferedBehindTheirCommand) {
  const Names all = sorted("\\events ");
  EXPECT_EQ(std::count(all.begin(), all.end(), "purchase"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "city"), 0) << "a tag";
  EXPECT_EQ(inserts("\\events purc"), Names{"purchase"});
  EXPECT_EQ(inserts("\\events nosuchthing"), Names{});
  language_ = dsl::Language::Chinese;
  const Names chinese = inserts("\\events ");
  EXPECT_EQ(std::count(chinese.begin(), chinese.end(), "购买"), 1);
}

}  // namespace
}  // namespace tagline::cli
