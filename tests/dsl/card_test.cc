#include "dsl/card.h"

#include "dsl/display_width.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

Diagnostic at(std::uint32_t begin, std::uint32_t end) {
  Diagnostic diagnostic;
  diagnostic.code = "unknown-tag";
  diagnostic.span = {begin, end};
  diagnostic.message = {"message", "说明"};
  diagnostic.hint = {"hint", "办法"};
  return diagnostic;
}

std::string carets(const Diagnostic& diagnostic, std::string_view text) {
  const std::string shown = card(diagnostic, text, Language::English);
  const auto first = shown.find('\n');
  return shown.substr(first + 1, shown.find('\n', first + 1) - first - 1);
}

TEST(Card, HasFourLines) {
  EXPECT_EQ(card(at(4, 7), "vip foo", Language::English),
            "vip foo\n    ^^^\nerror: message\nhint:  hint\n");
  EXPECT_EQ(card(at(4, 7), "vip foo", Language::Chinese),
            "vip foo\n    ^^^\n错误：说明\n提示：办法\n");
}

TEST(Card, LeavesOutAnEmptyHintAndNamesWarnings) {
  Diagnostic warning = at(0, 3);
  warning.severity = Severity::Warning;
  warning.hint = {};
  EXPECT_EQ(card(warning, "vip", Language::English), "vip\n^^^\nwarning: message\n");
  EXPECT_EQ(card(warning, "vip", Language::Chinese), "vip\n^^^\n警告：说明\n");
}

TEST(Card, PadsAndMarksByWidth) {
  EXPECT_EQ(carets(at(3, 5), "城市:一线"), "　　 ＾＾");
  EXPECT_EQ(carets(at(0, 2), "ａb"), "＾^");      // full-width letters are wide
  EXPECT_EQ(carets(at(1, 2), "éx"), " ^");        // Latin with a mark is not
  EXPECT_EQ(carets(at(1, 2), "“x"), " ^");        // ambiguous is narrow
  EXPECT_EQ(carets(at(2, 3), "e\u0301x"), " ^");  // a combining mark takes no room
  EXPECT_EQ(carets(at(1, 2), "😁x"), "　^");
  EXPECT_EQ(carets(at(0, 1), "ｱ"), "^");  // half-width katakana
}

TEST(Card, MarksTheEndWithOneCaret) {
  EXPECT_EQ(carets(at(3, 3), "vip"), "   ^");
  EXPECT_EQ(carets(at(0, 0), ""), "^");
}

TEST(Card, FitsAWindowAndStillPointsAtTheFault) {
  const std::string before = "vip AND city:tier1 AND ";
  const std::string text = before + "nosuch AND level:gold AND age:25-34";
  const auto begin = static_cast<std::uint32_t>(before.size());
  EXPECT_EQ(card_within(at(begin, begin + 6), text, Language::English, 30),
            "…ier1 AND nosuch AND level:g…\n"
            "          ^^^^^^\n"
            "error: message\n"
            "hint:  hint\n");
  // Wide characters take two columns of the window, in the text and under it.
  const std::string chinese = "城市:一线 且 等级:金卡 且 没有 且 年龄:25-34";
  EXPECT_EQ(card_within(at(16, 18), chinese, Language::Chinese, 30),
            "…:金卡 且 没有 且 年龄:25-34\n"
            "  　　 　 ＾＾\n"
            "错误：说明\n"
            "提示：办法\n");
  // What is shorter is shown whole, without a sign.
  EXPECT_EQ(card_within(at(4, 7), "vip foo", Language::English, 30),
            "vip foo\n    ^^^\nerror: message\nhint:  hint\n");
  // Every line of every place fits.
  for (std::uint32_t i = 0; i <= text.size(); ++i) {
    Diagnostic diagnostic = at(i, i + 1);
    diagnostic.message.en = "a message of so many words that no window of thirty columns holds it";
    std::string shown = card_within(diagnostic, text, Language::English, 30);
    for (; !shown.empty(); shown.erase(0, shown.find('\n') + 1)) {
      EXPECT_LE(display_width(std::string_view(shown).substr(0, shown.find('\n'))), 30U) << shown;
    }
  }
}

TEST(Card, ShowsOnlyTheLinePointedInto) {
  EXPECT_EQ(card(at(8, 11), "vip AND\nfoo\nAND bar", Language::English),
            "foo\n^^^\nerror: message\nhint:  hint\n");
  // A span over the end of its line is cut there.
  EXPECT_EQ(carets(at(0, 11), "vip AND\nfoo"), "^^^^^^^");
}

TEST(Card, CutsLongLinesAroundTheSpan) {
  const std::string text = std::string(5'000, 'a') + " foo " + std::string(5'000, 'b');
  const std::string shown = card(at(5'001, 5'004), text, Language::English);
  EXPECT_LT(shown.size(), 400U);
  const auto line_end = shown.find('\n');
  const auto caret = shown.find('^', line_end) - line_end - 1;
  EXPECT_EQ(shown.substr(caret, 3), "foo");
}

TEST(Card, SendsNoControlsToTheTerminal) {
  const std::string shown = card(at(0, 1), "a\x1b[2J\u202e", Language::English);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(shown.find("\u202e"), std::string::npos);
}

TEST(Card, TakesSpansBeyondTheTextAndBadBytes) {
  EXPECT_EQ(carets(at(90, 99), "vip"), "   ^");
  EXPECT_EQ(carets(at(0, 1), "\xff"), "^");
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width("vip"), 3U);
  EXPECT_EQ(display_width("城市"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("\xff"), 1U);
  EXPECT_EQ(display_width(U'　'), 2U);
  EXPECT_EQ(display_width(U'\u200b'), 0U);
  EXPECT_EQ(display_width(U'가'), 2U);
  EXPECT_EQ(display_width(U'±'), 1U);
}

}  // namespace
}  // namespace tagline::dsl
