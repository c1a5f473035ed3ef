// `tagline demo`: the same shop on every machine, whose tags say what its events say, and which a
// marketer would believe.
#include "tests/cli/program.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kUntil = "2024-06-15";

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Outcome make_demo(const std::string& db, std::vector<std::string> more) {
  std::vector<std::string> arguments = {"demo", "--db", db, "--format", "json", "--no-tour"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_tagline(arguments);
}

/// A shop that all tests of this file read.
class Demo : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    made_ = make_demo(db(), {"--users", "20000", "--until", kUntil});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  void SetUp() override { ASSERT_EQ(made_.status, 0) << made_.err; }

  static std::string db() { return folder_->path("shop"); }
  static std::uint64_t count(const std::string& expression) {
    const Outcome run = run_tagline(
        {"query", "--db", db(), "--as-of", kUntil, "--format", "json", "--", expression});
    EXPECT_EQ(run.status, 0) << expression << "\n" << run.err;
    return run.status == 0 ? json::parse(run.out).at("count").get<std::uint64_t>() : 0;
  }
  /// Counts of many, in one run.
  static std::vector<std::uint64_t> counts(const std::vector<std::string>& expressions,
                                           const std::string& db) {
    std::string lines;
    for (const std::string& expression : expressions) {
      lines += expression + "\n";
    }
    const std::string file = folder_->write("batch.txt", lines);
    const Outcome run =
        run_tagline({"query", "--db", db, "--as-of", kUntil, "--format", "json", "--batch", file});
    EXPECT_EQ(run.status, 0) << run.err << run.out;
    std::vector<std::uint64_t> counts;
    for (std::size_t begin = 0; begin < run.out.size();) {
      const std::size_t end = run.out.find('\n', begin);
      counts.push_back(json::parse(run.out.substr(begin, end - begin)).at("count"));
      begin = end + 1;
    }
    return counts;
  }

  static TempFolder* folder_;
  static Outcome made_;
};
TempFolder* Demo::folder_ = nullptr;
Outcome Demo::made_;

TEST_F(Demo, SaysWhatItMade) {
  const json made = json::parse(made_.out);
  EXPECT_EQ(made.at("users"), 20000);
  EXPECT_EQ(made.at("tags"), 39);
  EXPECT_EQ(made.at("event_names"), 8);
  EXPECT_EQ(made.at("segments"), 9);
  EXPECT_EQ(made.at("seed"), 1);
  EXPECT_EQ(made.at("first"), "2023-06-17");
  EXPECT_EQ(made.at("until"), kUntil);
  EXPECT_GT(made.at("events"), 400'000);
  EXPECT_EQ(run_tagline({"verify", "--db", db()}).status, 0);
}

TEST_F(Demo, TagsSayWhatTheEventsSay) {
  const std::vector<std::pair<std::string, std::string>> same = {
      {"orders >= 1", "did(purchase)"},
      {"orders:0", "NOT did(purchase)"},
      {"orders:1", "did(purchase, count:1)"},
      {"orders:3", "did(purchase, count:3)"},
      {"orders >= 7", "did(purchase, count >= 7)"},
      {"spend >= 300", "did(purchase, sum >= 300)"},
      {"spend >= 1234.56", "did(purchase, sum >= 1234.56)"},
      {"spend:*", "did(purchase)"},
      {"last_purchase:last 30d", "did(purchase, in:last 30d)"},
      {"last_purchase < 2024-01", "did(purchase) AND NOT did(purchase, in:2024-01-01..today)"},
      {"visits >= 10", "did(app_open, count >= 10)"},
      {"visits:0", "NOT did(app_open)"},
      {"active_days >= 4", "did(app_open, days >= 4, in:last 30d)"},
      {"active_days:1", "did(app_open, days:1, in:last 30d)"},
      {"last_visit:last 7d", "did(app_open, in:last 7d)"},
      {"platform:web", "did(app_open:web)"},
      {"coupons_used:2", "did(use_coupon, count:2)"},
      {"refunds >= 1", "did(refund)"},
      {"lifecycle:new", "registered:last 30d"},
      {"lifecycle:lost", "NOT registered:last 30d AND NOT did(app_open, in:today-180d..today)"},
      {"lifecycle:dormant",
       "NOT registered:last 30d AND NOT did(app_open, in:today-60d..today) AND "
       "did(app_open, in:today-180d..today)"},
      {"lifecycle:mature",
       "NOT registered:last 30d AND did(app_open, in:today-60d..today) AND "
       "did(purchase, count >= 3)"},
      {"churn_risk", "churn_score >= 0.5"},
      {"level:(gold, platinum)", "did(purchase, sum >= 2400)"},
  };
  std::vector<std::string> asked;
  for (const auto& [tag, events] : same) {
    asked.push_back(tag);
    asked.push_back("((" + tag + ") AND NOT (" + events + ")) OR ((" + events + ") AND NOT (" +
                    tag + "))");
  }
  const auto counted = counts(asked, db());
  ASSERT_EQ(counted.size(), asked.size());
  for (std::size_t i = 0; i < same.size(); ++i) {
    EXPECT_GT(counted[2 * i], 10U) << same[i].first;
    EXPECT_LT(counted[2 * i], 19'990U) << same[i].first;
    EXPECT_EQ(counted[2 * i + 1], 0U) << same[i].first << " differs from " << same[i].second;
  }
}

TEST_F(Demo, NothingIsBoughtThatWasNotLookedAt) {
  EXPECT_GT(count("did(purchase)"), 5'000U);
  EXPECT_EQ(count("did(purchase) AND NOT sequence(view, add_to_cart, purchase)"), 0U);
  EXPECT_EQ(count("did(purchase:beauty) AND NOT sequence(view:beauty, add_to_cart:beauty, "
                  "purchase:beauty)"),
            0U);
  EXPECT_EQ(count("did(refund) AND NOT sequence(purchase, refund)"), 0U);
  EXPECT_EQ(count("did(use_coupon) AND NOT did(purchase)"), 0U);
  EXPECT_EQ(count("did(push_open) AND NOT did(push)"), 0U);
  EXPECT_EQ(count("did(refund, sum >= 0)"), 0U) << "refunds take back";
  EXPECT_EQ(count("did(app_open, in:..2030) AND registered > today"), 0U);
}

TEST_F(Demo, TraitsLeanOnEachOther) {
  const auto share = [](const std::string& of, const std::string& among) {
    return static_cast<double>(count("(" + of + ") AND (" + among + ")")) /
           static_cast<double>(count(among));
  };
  EXPECT_GT(share("interest:beauty", "gender:female"), 2 * share("interest:beauty", "gender:male"));
  EXPECT_GT(share("interest:baby", "parent"), 4 * share("interest:baby", "NOT parent"));
  EXPECT_GT(share("phone_brand:Apple", "city:tier1"), share("phone_brand:Apple", "city:tier4"));
  EXPECT_GT(share("coupons_used >= 1", "price_sensitive AND orders:2"),
            1.5 * share("coupons_used >= 1", "NOT price_sensitive AND orders:2"));
  EXPECT_GT(share("churn_risk", "channel:douyin"), 1.3 * share("churn_risk", "channel:referral"));
  // Who is at risk comes less than before.
  EXPECT_LT(share("did(app_open, in:last 30d)", "churn_risk"),
            0.7 * share("did(app_open, in:last 30d)", "churn_score:*"));
  // Days differ: sales, and weekends (8 and 11 October 2023 are a Sunday and a Wednesday).
  EXPECT_GT(count("did(purchase, in:2023-11-11)"), 3 * count("did(purchase, in:2023-10-18)"));
  EXPECT_GT(count("did(app_open, in:2023-10-21..2023-10-22)"),
            count("did(app_open, in:2023-10-18..2023-10-19)"));
  // Few hold most: the best fifth of buyers spends more than half.
  const Outcome pareto = run_tagline({"query", "--db", db(), "--as-of", kUntil, "--format", "json",
                                      "--pareto", "spend", "--share", "50", "*"});
  ASSERT_EQ(pareto.status, 0) << pareto.err;
  EXPECT_LT(json::parse(pareto.out).at("pareto").at("people").get<double>(),
            0.2 * static_cast<double>(count("did(purchase)")))
      << pareto.out;
}

TEST_F(Demo, TheCatalogueIsWholeInBothLanguages) {
  const Outcome run = run_tagline({"tags", "--db", db(), "--values", "100", "--format", "json"});
  ASSERT_EQ(run.status, 0) << run.err;
  std::set<std::string> kinds;
  std::set<std::string> layers;
  std::size_t partly = 0;
  std::size_t deprecated = 0;
  const auto is_chinese = [](const std::string& text) {
    return !text.empty() && (static_cast<unsigned char>(text[0]) & 0x80U) != 0;
  };
  const json catalogue = json::parse(run.out);
  for (const json& tag : catalogue.at("tags")) {
    const std::string name = tag.at("name");
    kinds.insert(tag.at("kind").get<std::string>());
    const std::string layer = tag.at("layer");
    layers.insert(layer.substr(0, layer.find('/')));
    partly += tag.at("coverage") < catalogue.at("population") && tag.at("kind") != "flag" ? 1U : 0U;
    EXPECT_TRUE(is_chinese(tag.at("also").at(0))) << name;
    EXPECT_FALSE(tag.at("title").at("en").get<std::string>().empty()) << name;
    EXPECT_TRUE(is_chinese(tag.at("title").at("zh-CN"))) << name;
    EXPECT_FALSE(tag.at("owner").get<std::string>().empty()) << name;
    if (tag.contains("values")) {
      for (const json& value : tag.at("values")) {
        EXPECT_FALSE(value.at("also").empty()) << name << ":" << value;
        EXPECT_GT(value.at("count"), 0) << name << ":" << value;
      }
    }
    if (tag.value("deprecated", false)) {
      ++deprecated;
      EXPECT_EQ(tag.at("replacement"), "level") << name;
    }
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"flag", "category", "set", "number", "date"}));
  EXPECT_EQ(layers,
            (std::set<std::string>{"static", "behaviour", "interest", "consumption", "lifecycle"}));
  EXPECT_GE(partly, 10U);
  EXPECT_EQ(deprecated, 1U);
  // The same question in both languages.
  EXPECT_EQ(count("年龄:25-34 且 城市:一线 且 非 流失风险"),
            count("age:25-34 AND city:tier1 AND NOT churn_risk"));
  EXPECT_EQ(count("做过(购买:美妆, 时间:最近30天)"), count("did(purchase:beauty, in:last 30d)"));
  for (const char* segment : {"reachable", "active", "buyers", "regulars", "cart_left", "lapsed",
                              "buyers_at_risk", "win_back", "tired"}) {
    EXPECT_GT(count("@" + std::string(segment)), 100U) << segment;
  }
}

// Whoever changes the generator changes these; whoever does not, on any machine, finds them.
TEST_F(Demo, TheSameSeedIsTheSameShopEverywhere) {
  const std::vector<std::string> asked = {"gender:female",
                                          "age >= 40",
                                          "city_name:Chengdu",
                                          "registered:2024-01",
                                          "phone_brand:Huawei",
                                          "interest:(beauty, baby)",
                                          "did(purchase)",
                                          "did(view:digital, count >= 5)",
                                          "did(purchase, sum >= 1000)",
                                          "did(refund)",
                                          "churn_risk",
                                          "average_order >= 199.90",
                                          "sequence(view:beauty, purchase:beauty, within:3d)",
                                          "@regulars",
                                          "@tired"};
  const std::string again = folder_->path("again");
  const std::string other = folder_->path("other");
  ASSERT_EQ(make_demo(again, {"--users", "20000", "--until", kUntil, "--seed", "1"}).status, 0);
  ASSERT_EQ(make_demo(other, {"--users", "20000", "--until", kUntil, "--seed", "2"}).status, 0);
  const auto here = counts(asked, db());
  EXPECT_EQ(here, counts(asked, again));
  EXPECT_NE(here, counts(asked, other));
  const std::vector<std::uint64_t> pinned = {10799, 5002, 572,  657,  4152, 7154, 12112, 4415,
                                             3129,  1999, 5228, 4893, 3177, 2059, 1093};
  EXPECT_EQ(here, pinned);
}

TEST_F(Demo, TheQueriesOfTheReadmeRunOnIt) {
  std::ifstream readme(fs::path(TAGLINE_SOURCE_DIR) / "README.md");
  const TempFolder scratch;
  static_cast<void>(scratch.write("some-ids.txt", "id\nu0000001\nu0000002\nnobody\n"));
  static_cast<void>(
      scratch.write("dashboard.txt", "# Members\nvip\n# In large cities\ncity:tier1\n"));
  fs::create_symlink(db(), scratch.path("shop"));
  std::size_t run = 0;
  for (std::string line; std::getline(readme, line);) {
    if (!line.starts_with("tagline query --db shop") &&
        !line.starts_with("tagline overlap --db shop") && !line.starts_with("echo ")) {
      continue;
    }
    const std::string command = "cd '" + scratch.path("") +
                                "' && tagline() { '" TAGLINE_PROGRAM "' \"$@\"; } && { " + line +
                                "\n} > out 2> err";
    EXPECT_EQ(std::system(command.c_str()), 0) << line;
    ++run;
  }
  EXPECT_GE(run, 12U);
}

TEST(DemoCommand, EndsTodayUnlessToldOtherwise) {
  const TempFolder folder;
  const std::string db = folder.path("shop");
  ASSERT_EQ(make_demo(db, {"--users", "1000", "--days", "60"}).status, 0);
  const Outcome run =
      run_tagline({"query", "--db", db, "--format", "json", "did(app_open, in:last 30d)"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_GT(json::parse(run.out).at("count"), 100);
}

TEST(DemoCommand, CutOffItLeavesNothingThatLooksWhole) {
  const TempFolder folder;
  const std::string db = folder.path("shop");
  {
    RunningTagline demo({"demo", "--db", db, "--users", "300000"}, folder.path("log"));
    while (!std::filesystem::exists(db + ".unfinished/data.mdb")) {
    }
    demo.signal(SIGKILL);
    demo.wait();
  }
  EXPECT_FALSE(std::filesystem::exists(db));
  ASSERT_EQ(make_demo(db, {"--users", "1000", "--days", "60"}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(db + ".unfinished"));
  EXPECT_EQ(run_tagline({"verify", "--db", db}).status, 0);
}

TEST(DemoCommand, CtrlCLeavesNothingAndSaysSo) {
  const TempFolder folder;
  const std::string db = folder.path("shop");
  for (const auto& [language, words] : std::vector<std::pair<std::string, std::string>>{
           {"en", "no demo was made, and nothing of it is left in " + db},
           {"zh-CN", "演示没有建成，" + db + " 中没有留下任何数据"}}) {
    RunningTagline demo({"demo", "--db", db, "--users", "300000", "--lang", language},
                        folder.path("log"));
    while (!fs::exists(db + ".unfinished/data.mdb")) {
    }
    demo.signal(SIGINT);
    EXPECT_EQ(demo.wait(), 130);
    EXPECT_NE(slurp(folder.path("log")).find(words), std::string::npos)
        << slurp(folder.path("log"));
    EXPECT_FALSE(fs::exists(db));
    EXPECT_FALSE(fs::exists(db + ".unfinished"));
  }
}

// What people read of a value leads to how it is written.
TEST_F(Demo, ValuesAreSuggestedByTheirTitles) {
  const Outcome english = run_tagline({"query", "--db", db(), "gender:women"});
  EXPECT_EQ(english.status, 1);
  EXPECT_NE(english.err.find("did you mean gender:female, whose title is Women ("),
            std::string::npos)
      << english.err;
  const Outcome chinese = run_tagline({"query", "--db", db(), "--lang", "zh-CN", "性别:女性"});
  EXPECT_NE(chinese.err.find("是否指 性别:女？"), std::string::npos) << chinese.err;
}

TEST(DemoCommand, RefusesWhatItCannotDo) {
  const TempFolder folder;
  const std::string db = folder.path("shop");
  const std::string file = folder.write("users.csv", "id,city\n1,tier1\n");
  ASSERT_EQ(run_tagline({"load", "--db", db, file}).status, 0);
  const Outcome taken = make_demo(db, {"--users", "1000"});
  EXPECT_EQ(taken.status, 1);
  EXPECT_EQ(json::parse(taken.out).at("errors").at(0).at("code"), "in-use");
  EXPECT_NE(taken.err.find("tagline repl --db " + db), std::string::npos) << taken.err;
  const Outcome chinese = run_tagline({"demo", "--db", db, "--lang", "zh-CN"});
  EXPECT_EQ(chinese.status, 1);
  EXPECT_NE(chinese.err.find("已有数据库"), std::string::npos) << chinese.err;
  EXPECT_EQ(json::parse(run_tagline({"tags", "--db", db, "--format", "json"}).out).at("population"),
            1)
      << "what was there is untouched";
  const std::string fresh = folder.path("fresh");
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--users", "10"},
                                             {"--users", "1e6"},
                                             {"--days", "7"},
                                             {"--days", "5000"},
                                             {"--until", "tomorrow"},
                                             {"--until", "1900-01-01"},
                                             {"--seed", "x"},
                                             {"--tour"}}) {
    EXPECT_EQ(make_demo(fresh, wrong).status, 2) << wrong.front();
    EXPECT_FALSE(fs::exists(fresh)) << wrong.front();
  }
  EXPECT_EQ(run_tagline({"demo"}).status, 2);
}

TEST(DemoCommand, SaysWhatToDoNext) {
  const TempFolder folder;
  const Outcome told =
      run_tagline({"demo", "--db", folder.path("a"), "--users", "1000", "--until", kUntil});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_NE(told.out.find("1,000 customers, 39 tags"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("\\tour"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("--as-of 2024-06-15"), std::string::npos) << told.out;
  const Outcome quiet = run_tagline(
      {"demo", "--db", folder.path("b"), "--users", "1000", "--no-tour", "--lang", "zh-CN"});
  EXPECT_EQ(quiet.status, 0) << quiet.err;
  EXPECT_NE(quiet.out.find("1,000 位顾客"), std::string::npos) << quiet.out;
  EXPECT_EQ(quiet.out.find("\\tour"), std::string::npos) << quiet.out;
  EXPECT_EQ(quiet.out.find("--as-of"), std::string::npos) << quiet.out;
}

}  // namespace
}  // namespace tagline::tests
