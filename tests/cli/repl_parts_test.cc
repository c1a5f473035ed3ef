// The parts of the terminal that need none: colours, curves, history, and the folder asked as a
// server is.
#include "cli/repl/commands.h"
#include "cli/repl/highlight.h"
#include "cli/repl/history.h"
#include "cli/repl/local_api.h"
#include "cli/repl/plot.h"
#include "dsl/display_width.h"
#include "tests/cli/program.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::cli {
namespace {

/// "tag:city op:: value:tier1": each part with its text.
std::string parts_of(const std::string& text, const std::vector<dsl::Span>& faults = {}) {
  static constexpr std::array kNames = {"tag", "value", "op", "call", "@", "#", "\\", "fault"};
  std::string all;
  for (const HighlightedPart& part : highlight(text, faults)) {
    all += (all.empty() ? "" : " ") + std::string(kNames[static_cast<std::size_t>(part.part)]) +
           "'" + text.substr(part.begin, part.end - part.begin) + "'";
  }
  return all;
}

TEST(Highlight, KnowsPartsByTheirForm) {
  EXPECT_EQ(parts_of("city:tier1 AND NOT vip"),
            "tag'city' op':' value'tier1' op'AND' op'NOT' tag'vip'");
  EXPECT_EQ(parts_of("city:(tier1, tier2) or age>=30"),
            "tag'city' op':' op'(' value'tier1' op',' value'tier2' op')' op'or' tag'age' op'>' "
            "op'=' value'30'");
  EXPECT_EQ(parts_of("did(purchase, in:last 30d)").substr(0, 35),
            "call'did' op'(' tag'purchase' op','");
  EXPECT_EQ(parts_of("城市:一线 且 年龄:25-34"),
            "tag'城市' op':' value'一线' op'且' tag'年龄' op':' value'25-34'");
  EXPECT_EQ(parts_of("@lapsed # note"), "@'@lapsed' #'# note'");
  EXPECT_EQ(parts_of("city:\"New York\""), "tag'city' op':' value'\"New York\"'");
  EXPECT_EQ(parts_of("\\by city"), "\\'\\by'");
  EXPECT_EQ(parts_of("城市:一线", {{3, 5}}), "tag'城市' op':' value'一线' fault'一线'");
}

TEST(Highlight, TakesAnyTextAndStaysWithinIt) {
  for (const std::string& text :
       {std::string(), std::string("\""), std::string("@"), std::string("((("), std::string(":"),
        std::string("\xFF\xFE"), std::string("a\0b", 3), std::string("#"), std::string("“"),
        std::string(70'000, 'x')}) {
    for (const HighlightedPart& part : highlight(text, std::vector<dsl::Span>{{0, 99}})) {
      EXPECT_LE(part.begin, part.end);
      EXPECT_LE(part.end, text.size());
    }
  }
}

TEST(Plot, FitsItsCellsAndRisesFromBottomToTop) {
  Curve curve;
  curve.points = {{0, 0}, {50, 80}, {100, 100}};
  curve.x_first = "0";
  curve.x_last = "100%";
  curve.y_unit = "%";
  for (const unsigned cells : {20U, 60U, 200U}) {
    const std::string text = plot(curve, cells);
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); ++lines) {
      const std::size_t end = text.find('\n', at);
      EXPECT_LE(dsl::display_width(std::string_view(text).substr(at, end - at)), cells) << text;
      at = end + 1;
    }
    EXPECT_EQ(lines, 10U) << text;
    EXPECT_EQ(text.find("100% ┤"), 2U) << text;
    // It begins in the last row: not with a blank.
    const std::size_t bottom = text.find("  0% ┤");
    ASSERT_NE(bottom, std::string::npos) << text;
    EXPECT_NE(text[bottom + std::string("  0% ┤").size()], ' ') << text;
  }
  curve.points = {{1, 5}, {2, 5}};
  EXPECT_FALSE(plot(curve, 40).empty()) << "a level line is one";
  curve.points.pop_back();
  EXPECT_EQ(plot(curve, 40), "");
  EXPECT_EQ(sparkline(std::vector<double>{1, 8, 4}), "▁█▄");
  EXPECT_EQ(sparkline(std::vector<double>{3, 3}), "▁▁");
}

// However little it moves: half as high is half as many.
TEST(Plot, ItsAxisBeginsAtZero) {
  Curve curve;
  curve.points = {{0, 1'000}, {1, 1'010}};
  const std::string text = plot(curve, 40);
  EXPECT_NE(text.find("1,010 ┤"), std::string::npos) << text;
  EXPECT_NE(text.find("    0 ┤"), std::string::npos) << text;
  EXPECT_EQ(text.find("1,000"), std::string::npos) << text;
  // All of the line is in the uppermost row.
  const std::size_t second = text.find('\n') + 1;
  const std::string below = text.substr(second, text.find("    0 ┤") - second);
  EXPECT_EQ(below.find_first_not_of(" │\n"), std::string::npos) << text;
}

TEST(ReplHistory, IsKeptWithTimesAndSearched) {
  const tests::TempFolder folder;
  const std::string file = folder.path("state/history.ndjson");
  {
    History history(file);
    history.add("vip AND\ncity:tier1");
    history.add("年龄:25-34");
    history.add("年龄:25-34");
    history.add("");
  }
  std::ofstream(file, std::ios::app) << "{\"time\":1,\"te";  // cut off by a crash
  const History again(file);
  ASSERT_EQ(again.entries().size(), 2U);
  EXPECT_EQ(again.entries()[0].text, "vip AND\ncity:tier1");
  EXPECT_GT(again.entries()[1].time_s, 1'600'000'000);
  ASSERT_EQ(again.found("CITY vip").size(), 1U);
  EXPECT_EQ(again.found("年龄").size(), 1U);
  EXPECT_EQ(again.found("nobody").size(), 0U);
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::others_all,
            std::filesystem::perms::none);
}

TEST(ReplWords, AreSplitAtBlanksOutsideQuotes) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words_of("  a \"b c\" d\"e f\"\t\"\""), (Words{"a", "b c", "de f", ""}));
  EXPECT_EQ(words_of(""), Words{});
}

TEST(LocalApi, ARequestThatRunsIsCancelledAndTheNextIsNot) {
  const tests::TempFolder folder;
  std::string rows = "id,n\n";
  for (int i = 0; i < 20'000; ++i) {
    rows += "u" + std::to_string(i) + "," + std::to_string(i * 7919 % 20'011) + "\n";
  }
  ASSERT_EQ(
      tests::run_tagline({"load", "--db", folder.path("db"), folder.write("a.csv", rows)}).status,
      0);
  const auto api = LocalApi::open(folder.path("db")).value();
  EXPECT_EQ(api->name(), "db");
  // Many expressions in one request, of which none is known yet: it is still being answered when
  // the first cancel comes, whenever that is.
  std::string list;
  for (int i = 0; i < 1'000; ++i) {
    list += (i == 0 ? "\"" : ",\"") + std::string("top(") + std::to_string(i + 1) +
            ", n >= " + std::to_string(i) + ", by:n)\"";
  }
  ApiRequest request;
  request.method = "POST";
  request.target = "/v1/query";
  request.body = "{\"expressions\": [" + list + "]}";
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) {
      api->cancel();
      std::this_thread::yield();
    }
  });
  const auto reply = api->send(request);
  over = true;
  other.join();
  ASSERT_TRUE(reply.has_value());
  EXPECT_NE(reply->body.find("cancelled"), std::string::npos) << reply->body.substr(0, 300);
  request.body = "{\"expression\": \"n >= 5\"}";
  EXPECT_EQ(api->send(request).value().status, 200U);
}

}  // namespace
}  // namespace tagline::cli
