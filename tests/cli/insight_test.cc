// Answers beyond counts through the program, over five people, counted by hand.
#include "tests/cli/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

constexpr const char* kUsers =
    "id,city,age,vip,likes,spend,signup\n"
    "u1,tier1,25,yes,beauty|sports,10.50,2024-01-01\n"
    "u2,tier2,34,no,sports,-2.00,2024-03-05\n"
    "u3,tier1,,no,,100.00,2024-06-01\n"
    "u4,,70,yes,travel,0.25,\n"
    "u5,tier3,41,no,beauty,,2024-06-01\n";

class Insight : public ::testing::Test {
 protected:
  void SetUp() override {
    const Outcome loaded = run_tagline({"load", "--db", db_, folder_.write("users.csv", kUsers)});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
  }
  [[nodiscard]] Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, {"--db", db_});
    return run_tagline(arguments);
  }
  [[nodiscard]] json answer(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    const json parsed = json::parse(outcome.out, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << outcome.out;
    return parsed;
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(Insight, SumAndMean) {
  const json all = answer({"query", "*", "--sum", "spend"});
  EXPECT_EQ(all.at("count"), 5);
  EXPECT_EQ(all.at("number").at("known"), 4);
  EXPECT_EQ(all.at("number").at("sum"), "108.75");
  EXPECT_EQ(all.at("number").at("mean"), "27.1875");
  const json some = answer({"query", "city:tier2", "--sum", "spend"});
  EXPECT_EQ(some.at("number").at("sum"), "-2.00");
  const json none = answer({"query", "city:tier3", "--sum", "spend"});
  EXPECT_EQ(none.at("number").at("known"), 0);
  EXPECT_FALSE(none.at("number").contains("sum"));
}

// Who has no value stands in every format.
TEST_F(Insight, PeopleWithoutAValueAreInEveryFormat) {
  EXPECT_EQ(
      run({"query", "*", "--by", "city", "--format", "csv"}).out,
      "tag,value,count,population\ncity,tier1,2,2\ncity,tier2,1,1\ncity,tier3,1,1\ncity,,1,1\n");
  const std::string cross =
      run({"query", "*", "--by", "city", "--by", "likes", "--format", "csv"}).out;
  for (const char* line : {"\ntier1,beauty,1\n", "\ntier1,,1\n", "\ntier2,,0\n", "\n,travel,1\n",
                           "\n,beauty,0\n", "\n,,0\n"}) {
    EXPECT_NE(cross.find(line), std::string::npos) << line << cross;
  }
  const json table = answer({"query", "*", "--by", "city", "--by", "likes"});
  EXPECT_EQ(table.at("without_both"), 0);
  std::uint64_t of_row = 0;
  for (const json& count : table.at("without_column")) {
    of_row += count.get<std::uint64_t>();
  }
  EXPECT_EQ(of_row, 1U) << "u3, of tier1, likes nothing";
  const std::string seen = run({"query", "*", "--by", "city", "--by", "likes"}).out;
  for (const char* part : {"(unknown)", "total"}) {
    EXPECT_NE(seen.find(part), std::string::npos) << part << seen;
  }
  const std::string profile = run({"query", "vip", "--profile", "--format", "csv"}).out;
  for (const char* line :
       {"tag,value,count,population,mean,mean_population\n", "\nage,*,2,4,47.50,42.50\n",
        "\ncity,,1,1,,\n", "\nspend,*,2,4,5.3750,27.1875\n"}) {
    EXPECT_NE(profile.find(line), std::string::npos) << line << profile;
  }
}

TEST_F(Insight, StatsOfANumberAndOfADate) {
  const json number = answer({"query", "*", "--stats", "spend"}).at("number");
  EXPECT_EQ(number.at("min"), "-2.00");
  EXPECT_EQ(number.at("max"), "100.00");
  // Squared distances from 27.1875 of -2, 0.25, 10.5 and 100: 7,157.7, a fourth of it, its root.
  EXPECT_EQ(number.at("deviation"), "42.3015");
  std::vector<std::string> quantiles;
  for (const json& quantile : number.at("quantiles")) {
    quantiles.push_back(quantile.at("value"));
  }
  EXPECT_EQ(quantiles,
            (std::vector<std::string>{"-2.00", "-2.00", "0.25", "10.50", "100.00", "100.00"}));
  const json date = answer({"query", "*", "--stats", "signup"}).at("number");
  EXPECT_EQ(date.at("known"), 4);
  EXPECT_EQ(date.at("min"), "2024-01-01");
  EXPECT_EQ(date.at("max"), "2024-06-01");
  EXPECT_EQ(date.at("quantiles").at(2).at("value"), "2024-03-05");
  EXPECT_FALSE(date.contains("sum"));
}

TEST_F(Insight, TopAndBottom) {
  EXPECT_EQ(run({"query", "*", "--top", "spend", "--limit", "2", "--format", "csv"}).out,
            "id,spend\nu3,100.00\nu1,10.50\n");
  EXPECT_EQ(run({"query", "vip", "--bottom", "age", "--format", "csv"}).out,
            "id,age\nu1,25\nu4,70\n");
  // Of equal ones, who came first.
  EXPECT_EQ(run({"query", "*", "--top", "signup", "--limit", "1", "--format", "csv"}).out,
            "id,signup\nu3,2024-06-01\n");
}

TEST_F(Insight, ParetoAndItsSegment) {
  const json pareto = answer({"query", "*", "--pareto", "spend"}).at("pareto");
  EXPECT_EQ(pareto.at("people"), 1);
  EXPECT_EQ(pareto.at("held"), "100.00");
  EXPECT_EQ(pareto.at("total"), "108.75");
  EXPECT_EQ(pareto.at("threshold"), "100.00");
  EXPECT_EQ(run({"query", "--ids", pareto.at("segment")}).out, "u3\n");
  EXPECT_EQ(answer({"query", "*", "--pareto", "spend", "--share", "100"}).at("pareto").at("people"),
            2);
  // Nobody holds a share of a total below zero.
  EXPECT_EQ(answer({"query", "city:tier2", "--pareto", "spend"}).at("pareto").at("people"), 0);
}

TEST_F(Insight, ByATag) {
  EXPECT_EQ(run({"query", "age >= 30", "--by", "city", "--format", "csv"}).out,
            "tag,value,count,population\n"
            "city,tier2,1,1\n"
            "city,tier3,1,1\n"
            "city,tier1,0,2\n"
            "city,,1,1\n");
  const json tag = answer({"query", "age >= 30", "--by", "city"}).at("tags").at(0);
  EXPECT_EQ(tag.at("known"), 2);
  EXPECT_EQ(tag.at("known_population"), 4);
  EXPECT_EQ(run({"query", "*", "--by", "vip", "--format", "csv"}).out,
            "tag,value,count,population\nvip,yes,2,2\nvip,no,3,3\n");
  EXPECT_EQ(run({"query", "vip", "--by", "likes", "--format", "csv"}).out,
            "tag,value,count,population\nlikes,beauty,1,2\nlikes,sports,1,2\nlikes,travel,1,1\n");
  EXPECT_EQ(run({"query", "NOT vip", "--by", "signup", "--format", "csv"}).out,
            "tag,value,count,population\n"
            "signup,2024-03,1,1\nsignup,2024-04,0,0\nsignup,2024-05,0,0\n"
            "signup,2024-06,2,2\n")
      << "stretches follow the people, not all of the database";
}

TEST_F(Insight, StretchesOfANumberCoverItFromEndToEnd) {
  const json rows = answer({"query", "*", "--by", "spend"}).at("tags").at(0).at("rows");
  std::uint64_t people = 0;
  for (const json& row : rows) {
    people += row.at("count").get<std::uint64_t>();
  }
  EXPECT_EQ(people, 4);
  EXPECT_EQ(rows.front().at("value"), "-5.00..-0.01");
  EXPECT_EQ(rows.front().at("count"), 1);
  EXPECT_EQ(rows.back().at("value"), "100.00..104.99");
}

// The round numbers beside the largest that can be stored cannot be stored.
TEST_F(Insight, StretchesReachTheEndsOfWhatCanBeStored) {
  const std::string db = folder_.path("ends");
  const Outcome loaded = run_tagline(
      {"load", "--db", db,
       folder_.write("ends.csv", "id,n\na,-9223372036854775807\nb,9223372036854775807\nc,0\n"),
       "--schema", folder_.write("ends.json", R"({"format": "csv", "id": {"column": "id"},
         "columns": [{"column": "n", "kind": "number", "scale": 0}]})")});
  ASSERT_EQ(loaded.status, 0) << loaded.err;
  const Outcome outcome = run_tagline({"query", "--db", db, "*", "--by", "n", "--format", "json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json rows = json::parse(outcome.out).at("tags").at(0).at("rows");
  std::uint64_t people = 0;
  for (const json& row : rows) {
    people += row.at("count").get<std::uint64_t>();
  }
  EXPECT_EQ(people, 3);
  EXPECT_EQ(rows.front().at("count"), 1);
  EXPECT_EQ(rows.back().at("count"), 1);
}

TEST_F(Insight, ATableOfTwoTags) {
  EXPECT_EQ(run({"query", "*", "--by", "city", "--by", "likes", "--format", "csv"}).out,
            "city,likes,count\n"
            "tier1,beauty,1\ntier1,sports,1\ntier1,travel,0\n"
            "tier2,beauty,0\ntier2,sports,1\ntier2,travel,0\n"
            "tier3,beauty,1\ntier3,sports,0\ntier3,travel,0\n"
            "tier1,,1\ntier2,,0\ntier3,,0\n"
            ",beauty,0\n,sports,0\n,travel,1\n,,0\n");
  const json table = answer({"query", "*", "--by", "vip", "--by", "city"});
  EXPECT_EQ(table.at("counts"), json::array({json::array({1, 0, 0}), json::array({1, 1, 1})}));
}

TEST_F(Insight, AProfileHasEveryTag) {
  const json tags = answer({"query", "vip", "--profile"}).at("tags");
  ASSERT_EQ(tags.size(), 6U);
  EXPECT_EQ(tags.at(1).at("tag"), "age");
  EXPECT_EQ(tags.at(1).at("mean"), "47.50");
  EXPECT_EQ(tags.at(1).at("mean_population"), "42.50");
  EXPECT_EQ(tags.at(2).at("rows").at(0).at("count"), 2);
  EXPECT_EQ(tags.at(5).at("mean"), "2024-01-01");
}

TEST_F(Insight, Overlaps) {
  const json overlap = answer({"overlap", "vip", "age >= 30", "city:tier1", "--regions"});
  EXPECT_EQ(overlap.at("overlaps"),
            json::array({json::array({2, 1, 1}), json::array({1, 3, 0}), json::array({1, 0, 2})}));
  EXPECT_EQ(overlap.at("segments").at(1).at("count"), 3);
  std::uint64_t people = 0;
  for (const json& region : overlap.at("regions")) {
    people += region.at("count").get<std::uint64_t>();
    if (region.at("in") == json::array({1})) {
      EXPECT_EQ(region.at("count"), 2);
    }
  }
  EXPECT_EQ(people, 5);
  EXPECT_EQ(run({"overlap", "vip", "age >= 30", "--format", "csv"}).out,
            "a,b,count\nvip,vip,2\nvip,age >= 30,1\nage >= 30,vip,1\nage >= 30,age >= 30,3\n");
}

TEST_F(Insight, RefusalsSayWhatToUse) {
  const auto refused = [&](const std::vector<std::string>& arguments, const char* part) {
    const Outcome outcome = run(arguments);
    EXPECT_NE(outcome.status, 0);
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  };
  refused({"query", "vip", "--sum", "city"}, "use one of: age, spend");
  refused({"query", "vip", "--sum", "spnd"}, "closest: spend");
  refused({"query", "vip", "--sum", "signup"}, "signup is a date");
  refused({"query", "vip", "--sum", "spend", "--by", "city"}, "--by");
  refused({"query", "vip", "--limit", "3"}, "--limit needs");
  refused({"query", "vip", "--top", "spend", "--limit", "2000000"}, "at most 1,000,000");
  refused({"query", "vip", "--pareto", "spend", "--share", "0"}, "--share");
  refused({"query", "cty:x", "--sum", "spend"}, "no tag named cty");
  refused({"overlap", "vip", "cty:x"}, "no tag named cty");
}

TEST_F(Insight, ReadersOfChineseAreToldInChinese) {
  const Outcome outcome =
      run_tagline({"--lang", "zh-CN", "query", "--db", db_, "vip", "--stats", "age"});
  EXPECT_NE(outcome.out.find("中位数"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("合计"), std::string::npos);
}

}  // namespace
}  // namespace tagline::tests
