// The shape of what is printed for people: wrapped texts and expressions, tables that fit,
// decimals, names by language, times by zone.
#include "cli/console.h"
#include "cli/decimal_text.h"
#include "cli/expression_lines.h"
#include "cli/markdown_text.h"
#include "cli/names_text.h"
#include "cli/repl/apart.h"
#include "cli/repl/local_clock.h"
#include "cli/table.h"
#include "dsl/display_width.h"
#include "engine/system_reason.h"
#include "tests/cli/program.h"

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::cli {
namespace {

using dsl::Language;
using tests::Outcome;
using tests::run_tagline;
using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void expect_fits(const std::string& text, std::size_t cells) {
  for (const std::string& line : lines_of(text)) {
    EXPECT_LE(dsl::display_width(std::string_view(line)), cells) << line;
  }
}

TEST(ExpressionLines, BreakBeforeOperatorsAndBehindCommas) {
  EXPECT_EQ(expression_lines("vip AND city:tier1 AND NOT churn_risk", 24),
            (Lines{"vip AND city:tier1", "  AND NOT churn_risk"}));
  EXPECT_EQ(expression_lines("did(purchase, count >= 2, in:last 30d)", 28, 2),
            (Lines{"  did(purchase, count >= 2,", "    in:last 30d)"}));
  EXPECT_EQ(expression_lines("性别:女 且 城市:一线 且 流失风险", 22),
            (Lines{"性别:女 且 城市:一线", "  且 流失风险"}));
  EXPECT_EQ(expression_lines("vip AND city:tier1", 0), (Lines{"vip AND city:tier1"}));
  EXPECT_EQ(expression_lines("vip AND city:tier1", 80), (Lines{"vip AND city:tier1"}));
}

TEST(ExpressionLines, NeverBreakWithinQuotes) {
  const std::string quoted = "city:\"a city with AND in its name, and more\" AND vip";
  const Lines lines = expression_lines(quoted, 20);
  EXPECT_EQ(lines, (Lines{"city:\"a city with AND in its name, and more\"", "  AND vip"}));
}

TEST(ExpressionLines, TogetherAreTheExpression) {
  const std::string expression =
      "(gender:female OR vip) AND city:(tier1, tier2) AND did(purchase:beauty, count >= 2, in:last "
      "30d) AND NOT @lapsed";
  for (unsigned cells = 12; cells < 130; ++cells) {
    std::string joined;
    for (const std::string& line : expression_lines(expression, cells)) {
      const std::size_t begin = line.find_first_not_of(' ');
      joined += (joined.empty() ? "" : " ") + line.substr(begin);
    }
    EXPECT_EQ(joined, expression) << cells;
  }
}

TEST(Decimals, AreGroupedAndRounded) {
  EXPECT_EQ(grouped_decimal("1234567.50"), "1,234,567.50");
  EXPECT_EQ(grouped_decimal("-1234"), "-1,234");
  EXPECT_EQ(grouped_decimal("-123"), "-123");
  EXPECT_EQ(grouped_decimal("2024-06-15"), "2024-06-15");
  EXPECT_EQ(grouped_decimal("-"), "-");
  EXPECT_EQ(rounded_decimal("2265.1167", 2), "2,265.12");
  EXPECT_EQ(rounded_decimal("999.995", 2), "1,000.00");
  EXPECT_EQ(rounded_decimal("-0.0041", 2), "0.00");
  EXPECT_EQ(rounded_decimal("-1.5", 0), "-2");
  EXPECT_EQ(mean_decimal("33.52"), "33.52");         // of whole numbers
  EXPECT_EQ(mean_decimal("2265.1167"), "2,265.12");  // of cents
  EXPECT_EQ(mean_decimal("0.123456"), "0.1235");     // of four digits
  EXPECT_EQ(mean_decimal("2022-05-30"), "2022-05-30");
}

TEST(Names, ThoseOfTheLanguageComeFirst) {
  EXPECT_EQ(names_text("city", {"城市", "city_tier"}, Language::English), "city (城市, city_tier)");
  EXPECT_EQ(names_text("city", {"城市", "city_tier"}, Language::Chinese), "城市 (city, city_tier)");
  EXPECT_EQ(names_text("vip", {}, Language::Chinese), "vip");
  EXPECT_EQ(part_in("how large the city is · 城市的等级", Language::English),
            "how large the city is");
  EXPECT_EQ(part_in("how large the city is · 城市的等级", Language::Chinese), "城市的等级");
  EXPECT_EQ(part_in("a · b", Language::Chinese), "a · b");
  EXPECT_EQ(kind_text(engine::TagKind::Number, Language::Chinese), "数值");
  EXPECT_EQ(kind_text(engine::TagKind::Number, Language::English), "number");
}

TEST(Reasons, OfTheSystemAreSaidInBothLanguages) {
  for (const int number :
       {ENOENT, EACCES, ENOSPC, EROFS, EISDIR, ENOTDIR, EADDRINUSE, ECONNREFUSED}) {
    const Text reason = system_reason(number);
    EXPECT_FALSE(reason.en.empty());
    EXPECT_NE(reason.zh, reason.en) << number;
  }
  const Outcome none =
      run_tagline({"--lang", "zh-CN", "check", "--catalogue", "/no/such/file", "vip"});
  EXPECT_NE(none.err.find("文件或目录不存在"), std::string::npos) << none.err;
  EXPECT_EQ(none.err.find("No such"), std::string::npos) << none.err;
}

TEST(LocalClock, IsThatOfTheZone) {
  const LocalClock shanghai("Asia/Shanghai");
  EXPECT_EQ(shanghai.minute(1'718'409'600), "2024-06-15 08:00");
  EXPECT_EQ(shanghai.second_of_day(1'718'409'600 + 61), "08:01:01");
  EXPECT_EQ(LocalClock("America/New_York").minute(1'718'409'600), "2024-06-14 20:00");
  EXPECT_EQ(LocalClock("").minute(1'718'409'600), "2024-06-15 00:00");
  EXPECT_EQ(LocalClock("nowhere").zone(), "UTC");
}

TEST(Apart, OthersAreWhatIsLeftOfAll) {
  const std::vector<double> some = {1, 4, 4, 9};
  const std::vector<double> others = {2, 2, 3, 8, 11};
  const auto mean_of = [](const std::vector<double>& numbers) {
    double sum = 0;
    for (const double number : numbers) {
      sum += number;
    }
    const double mean = sum / static_cast<double>(numbers.size());
    double squares = 0;
    for (const double number : numbers) {
      squares += (number - mean) * (number - mean);
    }
    return Mean{mean, std::sqrt(squares / static_cast<double>(numbers.size())), numbers.size()};
  };
  std::vector<double> all = some;
  all.insert(all.end(), others.begin(), others.end());
  const Mean left = mean_of_others(mean_of(all), mean_of(some));
  const Mean expected = mean_of(others);
  EXPECT_EQ(left.known, expected.known);
  EXPECT_NEAR(left.mean, expected.mean, 1e-9);
  EXPECT_NEAR(left.deviation, expected.deviation, 1e-9);
  EXPECT_EQ(mean_of_others(mean_of(some), mean_of(some)).known, 0U);
}

Table wide_table(unsigned window) {
  Table::Column kind{"kind"};
  kind.may_go = true;
  Table::Column empty{"empty"};
  empty.hides_empty = true;
  Table table({{"condition", Align::Left, 0, Fit::WrapExpression},
               {"people", Align::Right},
               kind,
               {""},
               empty,
               {"range", Align::Left, 0, Fit::Wrap}},
              window);
  table.add({"vip AND city:tier1 AND age:25-34", "1,234", "number", Bar{1, 2}, "",
             "2019-01-01 .. 2024-06-15"});
  return table;
}

TEST(Tables, FitTheWindow) {
  EXPECT_EQ(wide_table(0).body(),
            "vip AND city:tier1 AND age:25-34   1,234  number  ████████████  2019-01-01 .. "
            "2024-06-15\n");
  // Bars are shortened, then dropped.
  EXPECT_EQ(wide_table(80).body(),
            "vip AND city:tier1 AND age:25-34   1,234  number  ████  2019-01-01 .. 2024-06-15\n");
  // Texts are wrapped, expressions at their operators.
  EXPECT_EQ(wide_table(64).text(),
            "condition                 people  range\n"
            "────────────────────────  ──────  ────────────────────────\n"
            "vip AND city:tier1         1,234  2019-01-01 .. 2024-06-15\n"
            "  AND age:25-34\n");
  for (const unsigned window : {40U, 50U, 60U, 70U, 80U, 90U, 100U}) {
    expect_fits(wide_table(window).text(), window);
  }
  EXPECT_EQ(wide_table(50).text().find("number"), std::string::npos) << "a column that may go";
}

TEST(Markdown, IsLaidOutForATerminal) {
  Console console(Language::English);
  console.set_width(44);
  EXPECT_EQ(markdown_text("## Pipes\n\nText with `code`, **more**\nand a [link](http.md).\n\n"
                          "```sh\ntagline repl --db shop | a very long line of code stays\n```\n"
                          "| key | does |\n|---|---|\n| Tab | what may stand here, with how many "
                          "people |\n| `a\\|b` | two |\n\n- one\n- two\n",
                          console),
            "Pipes\n\nText with code, more and a link.\n\n"
            "    tagline repl --db shop | a very long line of code stays\n\n"
            "  key  does\n"
            "  ───  ─────────────────────────────────────\n"
            "  Tab  what may stand here, with how many\n"
            "       people\n"
            "  a|b  two\n\n- one\n- two\n");
}

/// A database and what the terminal prints of it.
class Shape : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new tests::TempFolder();
    const std::string shop = std::string(TAGLINE_SOURCE_DIR) + "/examples/shop/";
    for (const char* what : {"users", "events"}) {
      const std::string end = std::string(what) == "users" ? ".csv" : ".csv.gz";
      const Outcome run = run_tagline(
          {"load", "--db", db(), shop + what + end, "--schema", shop + what + ".schema.json"});
      ASSERT_EQ(run.status, 0) << run.err;
    }
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::string db() { return folder_->path("shop"); }
  static Outcome ask(const std::string& input, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"repl", "--db", db(), "--as-of", "2024-06-15"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tagline(arguments, input);
  }

 private:
  static tests::TempFolder* folder_;
};
tests::TempFolder* Shape::folder_ = nullptr;

constexpr const char* kLong =
    "gender:female AND age:18-60 AND city:(tier1, new_tier1, tier2) AND did(purchase, count >= 1, "
    "in:last 365d) AND NOT unsubscribed\n";

TEST_F(Shape, EverythingFitsTheWindow) {
  for (const char* language : {"en", "zh-CN"}) {
    for (const char* width : {"60", "80"}) {
      for (const char* command : {"",
                                  "\\tags",
                                  "\\tags city",
                                  "\\tag city",
                                  "\\explain",
                                  "\\plan",
                                  "\\cross city level",
                                  "\\cross city age",
                                  "\\cross age vip",
                                  "\\profile",
                                  "\\by city",
                                  "\\apart",
                                  "\\apart vip",
                                  "\\pareto spend",
                                  "\\sum spend",
                                  "\\top 3 spend",
                                  "\\show",
                                  "\\why u0004",
                                  "\\overlap vip ; city:tier1",
                                  "\\events",
                                  "\\events view",
                                  "\\segments",
                                  "\\help",
                                  "\\help by",
                                  "\\help commands",
                                  "\\help settings",
                                  "cty:tier1 AND vip",
                                  "\\by nosuch",
                                  "\\tour",
                                  "\\nosuch"}) {
        const Outcome run =
            ask(std::string(kLong) + command + "\n", {"--lang", language, "--width", width});
        SCOPED_TRACE(std::string(language) + " " + width + " " + command);
        expect_fits(run.out, std::stoul(width));
        expect_fits(run.err, std::stoul(width));
      }
    }
  }
}

TEST_F(Shape, APipeWithoutAWidthGetsWholeLines) {
  const Outcome run = ask(std::string(kLong) + "\\explain\ncty:tier1 AND " + kLong);
  EXPECT_NE(run.out.find("in:last 365d) AND NOT unsubscribed\n  count"), std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("People whose gender is female, "), std::string::npos);
  EXPECT_EQ(run.out.find("\x1b["), std::string::npos) << "no colours in a pipe";
}

TEST_F(Shape, JsonAndCsvAreNeverWrapped) {
  for (const char* format : {"json", "csv"}) {
    const std::string input = std::string(kLong) + "\\sum spend\n\\by city\n\\explain\n";
    EXPECT_EQ(ask(input, {"--format", format, "--width", "30"}).out.find("gender:female\n"),
              std::string::npos)
        << format;
  }
}

TEST_F(Shape, ExplainShowsThePlanOnlyWhenAsked) {
  const Outcome explained = ask("vip AND city:tier1\n\\explain\n");
  EXPECT_NE(explained.out.find("without it"), std::string::npos) << explained.out;
  EXPECT_EQ(explained.out.find("plan as"), std::string::npos) << explained.out;
  const Outcome planned = ask("\\plan vip AND city:tier1\n");
  EXPECT_NE(planned.out.find("plan as run"), std::string::npos) << planned.out;
  EXPECT_EQ(planned.out.find("without it"), std::string::npos) << planned.out;
}

TEST_F(Shape, WideTablesAreCutIntoGroupsOfColumns) {
  const Outcome run = ask("*\n\\cross level age\n", {"--width", "60"});
  std::size_t heads = 0;
  for (std::size_t at = run.out.find("level \\ age"); at != std::string::npos;
       at = run.out.find("level \\ age", at + 1)) {
    ++heads;
  }
  EXPECT_GE(heads, 2U) << run.out;
  expect_fits(run.out, 60);
}

TEST_F(Shape, ChineseEchoesAreChinese) {
  const Outcome run =
      ask("gender:female AND did(purchase, in:last 30d)\n\\apart\n\\sum spend\n\\top "
          "3 spend\n\\pareto spend\n\\tags\n",
          {"--lang", "zh-CN"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out.substr(0, run.out.find('\n')), "性别:女 且 做过(购买, 时间:最近30天)");
  for (const char* word :
       {" AND ", "last 30d", "spend\n", " flag ", " category ", "gender:female"}) {
    EXPECT_EQ(run.out.find(word), std::string::npos) << word << "\n" << run.out;
  }
  const Outcome user = run_tagline({"--lang", "zh-CN", "user", "--db", db(), "u0004"});
  for (const char* word : {"city", "number", "level", "purchase"}) {
    EXPECT_EQ(user.out.find(word), std::string::npos) << word << "\n" << user.out;
  }
  EXPECT_NE(user.out.find("城市"), std::string::npos) << user.out;
  const Outcome alone = run_tagline({"--lang", "zh-CN"});
  EXPECT_EQ(alone.status, 2);
  EXPECT_NE(alone.err.find("初次使用"), std::string::npos) << alone.err;
}

TEST_F(Shape, ApartSaysWhatIsWrongWithItsOwnExpression) {
  const Outcome run = ask("vip\n\\apart by city\n");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.err.substr(0, 8), "by city\n") << run.err;
  EXPECT_NE(run.err.find("\\by is a command of its own"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("(by city"), std::string::npos) << run.err;
}

TEST_F(Shape, ApartLeavesOutTagsThatItsSegmentsName) {
  const Outcome run = ask("vip AND city:tier1\n\\save apart_tier1\n@apart_tier1\n\\apart\n");
  EXPECT_EQ(run.status, 0) << run.err;
  const std::string apart = run.out.substr(run.out.rfind("@apart_tier1"));
  EXPECT_EQ(apart.find("city:"), std::string::npos) << apart;
}

}  // namespace
}  // namespace tagline::cli
