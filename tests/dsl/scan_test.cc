#include "dsl/scan.h"

#include "dsl/literal.h"
#include "dsl/unicode.h"

#include <string>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::string folded(std::string_view text) {
  std::string out;
  for (const char32_t point : scan(text, Limits{}).text) {
    append_utf8(out, point == kQuoteOpen ? U'<' : (point == kQuoteClose ? U'>' : point));
  }
  return out;
}

std::string fault(std::string_view text) {
  const auto scanned = scan(text, Limits{});
  return scanned.fault.has_value() ? std::string(scanned.fault->code) + " " +
                                         std::to_string(scanned.fault->span.begin + 1)
                                   : "";
}

TEST(Scan, FoldsOneToOneOutsideQuotes) {
  EXPECT_EQ(folded("（ａ：１，！＝＜＞＠＆｜～－．％）"), "(a:1,!=<>@&|~-.%)");
  EXPECT_EQ(folded("a、b"), "a,b");
  EXPECT_EQ(folded("1‐2‑3‒4–5—6−7"), "1-2-3-4-5-6-7");
  EXPECT_EQ(folded("a　b\u00a0c\u2003d\te\nf"), "a b c d e f");
  EXPECT_EQ(folded("1〜2"), "1~2");
  EXPECT_EQ(folded("“（ａ）”"), "<（ａ）>");
}

TEST(Scan, KeepsPositions) {
  for (const char* text : {"城市：一线 且 “New York” # 注释", "\ufeffvip", "a\u200b b"}) {
    const auto scanned = scan(text, Limits{});
    EXPECT_EQ(scanned.text.size(), count_points(text)) << text;
    EXPECT_EQ(encode(scanned.typed), text);
  }
}

TEST(Scan, ReadsQuotesOfEveryKindClosedByTheirPartner) {
  EXPECT_EQ(folded("\"a\" 'a' “a” ‘a’ 「a」 ＂a＂"), "<a> <a> <a> <a> <a> <a>");
  EXPECT_EQ(folded("「it's \"so\"」"), "<it's \"so\">");
  EXPECT_EQ(fault("\"a'"), "unclosed-quote 1");
  EXPECT_EQ(fault("x “a"), "unclosed-quote 3");
  EXPECT_EQ(fault("\"a\nb\""), "unclosed-quote 1");
  EXPECT_EQ(fault("\"a\\\"b\\\\\""), "");
  EXPECT_EQ(fault("\"a\\n\""), "bad-escape 3");
  EXPECT_EQ(fault("\"a\\"), "bad-escape 3");
}

TEST(Scan, RefusesWhatCannotBeSeenOrIsReserved) {
  EXPECT_EQ(fault("vi\u200bp"), "bad-char 3");
  EXPECT_EQ(fault("vi\u200b\ufeffp"), "bad-char 3");
  EXPECT_EQ(fault("vip\u200b"), "");
  EXPECT_EQ(fault("a\u202eb"), "bad-char 2");
  EXPECT_EQ(fault("\"a\u202eb\""), "bad-char 3");
  EXPECT_EQ(fault("a # \u202e"), "bad-char 5");
  EXPECT_EQ(fault("a\ufdd0"), "bad-char 2");
  EXPECT_EQ(fault("\"\ufdd1\""), "bad-char 2");
  EXPECT_EQ(fault(std::string_view("a\0b", 3)), "bad-char 2");
  EXPECT_EQ(fault("a\x7f"), "bad-char 2");
  for (const char* reserved : {";", "[", "]", "{", "}", "^", "?", "\\", "`", "；", "？"}) {
    EXPECT_EQ(fault(std::string("a") + reserved), "bad-char 2") << reserved;
  }
  EXPECT_EQ(fault("👨\u200d👩"), "");  // the joiner of emoji stays
}

TEST(Scan, RefusesBytesThatAreNotUtf8) {
  for (const char* bad : {"a\xff", "a\xc0\xaf", "a\xed\xa0\x80", "a\xf4\x90\x80\x80", "a\xe5\x9f",
                          "a\x80", "a\xf0\x80\x80\xaf"}) {
    EXPECT_EQ(fault(bad), "bad-utf8 2");
  }
}

TEST(Scan, RemembersBracketsThatStayOpen) {
  EXPECT_EQ(scan("(a (b) (c", Limits{}).unclosed, (std::vector<std::uint32_t>{0, 7}));
  EXPECT_TRUE(scan("a) (b)", Limits{}).unclosed.empty());
}

TEST(Literals, AreValuesWhateverTheTag) {
  const auto kind = [](const char* word) { return literal_kind(decode(word)); };
  for (const char* number : {"25", "-5", "99.95", "2024"}) {
    EXPECT_EQ(kind(number), LiteralKind::Number) << number;
  }
  for (const char* range :
       {"25-34", "25~34", "25..34", "25..", "..34", "-20..-5", "1d..3d", "2024-01..", "2024-13-"}) {
    EXPECT_EQ(kind(range),
              std::string_view(range) == "2024-13-" ? LiteralKind::None : LiteralKind::Range)
        << range;
  }
  for (const char* date : {"2024-01-31", "2024-01", "today", "今天-90天", "Yesterday+1w",
                           "2024-02-30", "2024-01-31-7d"}) {
    EXPECT_EQ(kind(date), LiteralKind::Date) << date;
  }
  for (const char* length : {"7d", "3天", "2weeks", "12月", "2024年"}) {
    EXPECT_EQ(kind(length), LiteralKind::Length) << length;
  }
  EXPECT_EQ(kind("10%"), LiteralKind::Percentage);
  for (const char* word : {"", "7日活跃", "90后", "65+", "C++", "A-1", ".5", "5.", "1e5", "24h",
                           "5s", "..", "-", "--5", "1万", "todays", "25-34-44"}) {
    EXPECT_EQ(kind(word), LiteralKind::None) << word;
  }
}

TEST(Literals, KeywordsAreWholeWords) {
  for (const char* keyword : {"and", "AND", "Or", "nOt", "且", "或", "非"}) {
    EXPECT_TRUE(is_keyword(decode(keyword))) << keyword;
  }
  for (const char* word : {"android", "orange", "nothing", "非会员", "而且", "或许", "a", ""}) {
    EXPECT_FALSE(is_keyword(decode(word))) << word;
  }
}

}  // namespace
}  // namespace tagline::dsl
