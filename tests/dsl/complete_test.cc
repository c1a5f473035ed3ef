// Completion: what is offered at a place (| is the cursor), in order; and that whatever is offered
// fits.
#include "dsl/complete.h"

#include "dsl/display.h"
#include "dsl/functions.h"
#include "dsl/grammar.h"
#include "dsl/scan.h"
#include "dsl/unicode.h"
#include "dsl/units.h"
#include "tests/dsl/case_file.h"
#include "tests/dsl/demo_catalogue.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

CompleteOptions options() {
  CompleteOptions options;
  options.as_of = demo_options().as_of;
  return options;
}

Completions at_cursor(std::string_view marked, const Catalogue& catalogue) {
  const std::u32string points = decode(marked);
  const auto cursor = points.find(U'|');
  const std::string text = encode(points.substr(0, cursor)) + encode(points.substr(cursor + 1));
  return complete(text, static_cast<std::uint32_t>(cursor), catalogue, options());
}

/// The first `most` insertions, with / between them, and "..." when there are more.
std::string offered(std::string_view marked, std::size_t most) {
  static const Catalogue catalogue = demo_catalogue();
  const Completions found = at_cursor(marked, catalogue);
  std::string list;
  for (std::size_t i = 0; i < std::min(most, found.candidates.size()); ++i) {
    list += (i == 0 ? "" : "/") + found.candidates[i].insert;
  }
  return list + (found.candidates.size() > most ? "/..." : "");
}

TEST(Complete, OffersWhatMayStandThere) {
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  const std::vector<Row> rows = {
      // Conditions.
      {"|", "vip/churn_risk/new_user/会员/7日活跃/city:/gender:/age_band:/..."},
      {"ci|", "city:"},
      {"CI|", "city:"},
      {"c|", "churn_risk/city:/score:/last_active:/sequence("},
      {"城|", "城市:"},
      {"女|", ""},
      {"vip|", "vip/@vip/@\"VIP 用户\""},
      {"di|", "did("},
      {"做|", "做过(/依次做过("},
      {"@|", "vip/high_value/高价值客户/\"VIP 用户\"/buyers"},
      {"@b|", "buyers"},
      {"@高|", "高价值客户"},
      {"vip AND @bu|", "buyers"},
      {"no|", "NOT "},
      {"非|", "非 "},
      {"-v|", "vip/@vip/@\"VIP 用户\"/last_active:/@high_value"},
      {"NOT ci|", "city:"},
      {"vip AND (ci|", "city:"},
      {"vip AND NOT (会|", "会员"},
      {"cty|", "city:"},
      {"城是|", "城市:"},
      {"zzzzzz|", ""},
      {"\"new u|", "new_user"},
      {"ｃｉ|", "city:"},
      {"ci| :tier1", "city"},
      {"ci|ty:tier1", "city"},
      {"di|(purchase)", "did"},
      // Behind something complete.
      {"vip |", "AND /OR "},
      {"会员 |", "且 /或 "},
      {"城市:一线 |", "且 /或 "},
      {"vip A|", "AND "},
      {"vip 且|", "且 "},
      {"vip |churn_risk", "AND /OR "},
      {"(vip |", "AND /OR /)"},
      {"（会员 |", "且 /或 /)"},
      {"(vip)|", " AND / OR "},
      {"vip AND city:tier1 O|R x", "OR"},
      {"vip churn|", ""},
      {"city |", ":/!= "},
      {"age |", ":/>= /<= /!= "},
      {"signup |", ":/>= /<= /!= "},
      // Values.
      {"city:|", "\"New York\"/\"and\"/tier1/tier2/tier3/*"},
      {"city:t|", "tier1/tier2/tier3"},
      {"city:ti|er1", "tier1/tier2/tier3"},
      {"city = t|", "tier1/tier2/tier3"},
      {"城市:|", "\"New York\"/\"and\"/一线/三线/二线/*"},
      {"城市：一|", "一线"},
      {"city:一|", "一线"},
      {"城市:t|", "tier1/tier2/tier3"},
      {"city:york|", "\"New York\""},
      {"city:teir1|", "tier1"},
      {"city:\"New Yo|", "\"New York\""},
      {"city:“New Yo|rk”", "\"New York\""},
      {"city:(tier1, |", "\"New York\"/\"and\"/tier2/tier3"},
      {"city:(tier1, |tier2)", "\"New York\"/\"and\"/tier2/tier3"},
      {"city:(tier1 |", ", /)"},
      {"city != |", "\"New York\"/\"and\"/tier1/tier2/tier3"},
      {"city > |", ""},
      {"vip:|", ""},
      {"nosuch:|", ""},
      {"age:|", "25-34/>= 25/<= 34/25/*"},
      {"age >= |", "25/34"},
      {"age:(|", "25/34"},
      {"age != |", "25/34"},
      {"year_born:|", "1900..2024/>= 1900/<= 2024/1900/*"},
      {"signup:|",
       "last 7d/last 30d/last 90d/this week/this month/this quarter/this year/last week/..."},
      {"signup:last |",
       "last 7d/last 30d/last 90d/last week/last month/last quarter/last year/last day"},
      {"signup:last 30|", "last 30d/last 30w/last 30mo/last 30q/last 30y"},
      {"signup:last 3|", "last 30d/last 3d/last 3w/last 3mo/last 3q/last 3y"},
      {"注册日期:最近3|", "最近30天/最近3天/最近3周/最近3个月/最近3个季度/最近3年"},
      {"signup:this q|", "this quarter"},
      {"signup:2024-01-01..t|", "2024-01-01..today/2024-01-01..today-30d"},
      {"signup:..|", "..today/..yesterday/..today-30d/..2024-06-15/..2024-01-01"},
      {"注册日期:2024-01-01..|今",
       "2024-01-01..今天/2024-01-01..昨天/2024-01-01..今天-30天/2024-01-01..2024-06-15/"
       "2024-01-01..2024-01-01"},
      {"signup:last 30 |", "last 30d/last 30w/last 30mo/last 30q/last 30y"},
      {"signup:this m|", "this month"},
      {"注册日期:最近|", "最近7天/最近30天/最近90天"},
      {"注册日期:本|", "本周/本月/本季度/本年"},
      {"signup < |", "today/yesterday/today-30d/2024-06-15/2024-01-01"},
      // Functions.
      {"did(|", "purchase/view/cart/login"},
      {"做过(|", "购买/浏览/加购/登录"},
      {"did(pur|chase)", "purchase"},
      {"did(view:|", "beauty/sports/*"},
      {"做过(浏览:美|", "美妆"},
      {"did(view:(beauty, |", "sports"},
      {"did(purchase |", ", /)"},
      {"did(purchase, |", "count >= /days >= /streak >= /sum >= /in:"},
      {"did(view, |", "count >= /days >= /streak >= /in:"},
      {"did(purchase, count >= 3, |", "days >= /streak >= /sum >= /in:"},
      {"做过(购买, 次|", "次数 >= "},
      {"did(purchase, co| >= 3)", "count"},
      {"did(purchase, count >= |", "2/3/5/10"},
      {"did(purchase, in:l|",
       "last 7d/last 30d/last 90d/last week/last month/last quarter/last year/last day"},
      {"sequence(view, |", "purchase/view/cart/login"},
      {"sequence(view, purchase, |", "purchase/view/cart/login/within:/in:"},
      {"sequence(view, purchase, within:|", "1d/3d/7d/14d/30d/1d..3d"},
      {"at_least(|", "2, /3, "},
      {"at_least(2, ci|", "city:"},
      {"at_least(2, vip |", "AND /OR /, "},
      {"at_least(2, vip, churn_risk |", "AND /OR /, /)"},
      {"top(|", "1000, /100, "},
      {"top(1000 |", ", by:/, "},
      {"top(1000, vip |", "AND /OR /, by:/, "},
      {"最高(1000, 会员 |", "且 /或 /, 按:/, "},
      {"top(1000, vip, by:spend |", ")"},
      {"top(1000, by:spend |", ", /)"},
      {"top(1000, vip, by |", ":"},
      {"lookalike(10 |", ", "},
      {"lookalike(10, vip |", "AND /OR /)"},
      {"sequence(view |", ", "},
      {"did(purchase, count |", ">= /<= /:/!= "},
      {"做过(购买, 次数 |", ">= /<= /:/!= "},
      {"did(purchase, in |", ":"},
      {"top(1000, vip, |", "by:"},
      {"top(1000, b|", "by:/bottom(/@buyers/age_band:/year_born:"},
      {"top(1000, vip, by:|", "age/score/year_born/spend/signup/last_active"},
      {"最高(1000, 会员, 按:消|", "消费金额"},
      {"sample(|", "10%, /1000, "},
      {"sample(10%, vip, |", "seed:"},
      {"sample(10%, vip, seed:|", ""},
      {"lookalike(|", "20000, /1000, "},
      // Nothing.
      {"vip # com|", ""},
      {"vip [ |", ""},
      {"age:25,30 |", ""},
      {"\"ab\ncd|", ""},
      {"25 |", ""},
      {"did(NOT |", ""},
  };
  EXPECT_GE(rows.size(), 60U);
  for (const Row& row : rows) {
    EXPECT_EQ(offered(row.text, 8), row.expected) << row.text;
  }
}

/// Something offered at the cursor makes `whole` of the text.
bool leads_to(std::string_view marked, std::string_view whole) {
  static const Catalogue catalogue = demo_catalogue();
  const std::u32string points = decode(marked);
  const auto cursor = points.find(U'|');
  const std::u32string text = points.substr(0, cursor) + points.substr(cursor + 1);
  const Completions found = at_cursor(marked, catalogue);
  return std::any_of(found.candidates.begin(), found.candidates.end(), [&](const Completion& one) {
    return encode(text.substr(0, found.replace.begin)) + one.insert +
               encode(text.substr(found.replace.end)) ==
           whole;
  });
}

// Every period there is a word for: offered when it is begun, and understood.
TEST(Complete, OffersEveryPeriod) {
  const auto expect = [](const std::string& head, const std::string& begun,
                         const std::string& period) {
    EXPECT_TRUE(leads_to(head + begun + "|", head + period)) << head << begun << " " << period;
    EXPECT_TRUE(demo_check(head + period).ok) << period;
  };
  for (const PeriodName& name : period_names()) {
    expect("注册日期:", encode(name.text.substr(0, 1)), encode(name.text));
  }
  for (const Unit unit : {Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year}) {
    const std::string word(calendar_name(unit));
    for (const std::string opener : {"this ", "last "}) {
      expect("signup:", opener, opener + word);
      expect("signup:", opener + word.substr(0, 1), opener + word);
    }
    const Length length{5, unit};
    expect("signup:", "last 5", "last 5" + to_text(length).substr(1));
    expect("注册日期:", "最近5", "最近" + to_text(length, Language::Chinese));
    expect("注册日期:", "过去5", "过去" + to_text(length, Language::Chinese));
  }
  for (const std::string day : {"today", "yesterday"}) {
    expect("signup:", day.substr(0, 1), day);
    expect("signup:", "2024-01-01.." + day.substr(0, 1), "2024-01-01.." + day);
    expect("signup < ", day.substr(0, 1), day);
  }
  for (const std::string day : {"今天", "昨天"}) {
    expect("注册日期:", day.substr(0, 3), day);
  }
}

// Every function, every option of it in its place, and what every option is compared by.
TEST(Complete, OffersEveryFunctionAndOption) {
  for (const Function& function : functions()) {
    for (const bool zh : {false, true}) {
      const std::string name(zh ? function.zh : function.en);
      EXPECT_TRUE(leads_to(name.substr(0, zh ? 3 : 1) + "|", name + "(")) << name;
      const std::string example(zh ? function.example_zh : function.example_en);
      ASSERT_TRUE(demo_check(example).ok) << example;
      for (const OptionId id : function.options) {
        const std::string word(zh ? option(id).zh : option(id).en);
        if (example.find(word + ":") != std::string::npos) {
          continue;  // it is there already
        }
        const std::string head = example.substr(0, example.size() - 1) + ", ";
        const bool ordered = leads_to(head + "|", head + word + " >= ");
        EXPECT_TRUE(ordered || leads_to(head + "|", head + word + ":")) << head << word;
        EXPECT_TRUE(leads_to(head + word + " |", head + word + " :")) << head << word;
        EXPECT_EQ(leads_to(head + word + " |", head + word + " >= "), ordered) << head << word;
      }
      // Where the call may end, and only there.
      EXPECT_TRUE(leads_to(example.substr(0, example.size() - 1) + " |",
                           example.substr(0, example.size() - 1) + " )"))
          << example;
    }
  }
}

TEST(Complete, ReplacesTheWholeWord) {
  const Catalogue catalogue = demo_catalogue();
  const std::vector<std::pair<std::string_view, Span>> rows = {
      {"vip AND ci|ty", {8, 12}},
      {"|", {0, 0}},
      {"城市:一|线 且 vip", {3, 5}},
      {"vip |", {4, 4}},
      {"vip |x", {4, 4}},
      {"-v|ip", {1, 4}},
      {"city:\"New| York\"", {5, 15}},
      {"city:\"New| AND x:\"y\"", {5, 9}},
      {"signup:last 3|0d", {7, 15}},
      {"@bu|yers AND vip", {1, 7}},
  };
  for (const auto& [text, span] : rows) {
    EXPECT_EQ(at_cursor(text, catalogue).replace, span) << text;
  }
  EXPECT_EQ(complete("vip AND ci", 1'000, catalogue, options()).replace, (Span{8, 10}));
}

TEST(Complete, SaysKindOtherSpellingAndPeople) {
  Catalogue catalogue = demo_catalogue();
  catalogue.people = [](engine::RowKey key) -> std::optional<std::uint64_t> { return key.row; };
  const Completions values = at_cursor("city:|", catalogue);
  ASSERT_GE(values.candidates.size(), 5U);
  EXPECT_EQ(values.candidates[0].insert, "\"and\"");  // most people first
  EXPECT_EQ(values.candidates[0].label, "and");
  EXPECT_EQ(values.candidates[0].people, 5U);
  EXPECT_EQ(values.candidates[0].kind, CompletionKind::Value);
  EXPECT_EQ(values.candidates[4].insert, "tier1");
  EXPECT_EQ(values.candidates[4].detail.en, "一线");
  const Completions tags = at_cursor("ci|", catalogue);
  EXPECT_EQ(wire_name(tags.candidates.front().kind), "tag");
  EXPECT_EQ(tags.candidates.front().detail.zh, "城市");
  EXPECT_EQ(at_cursor("did(view:b|", catalogue).candidates.front().kind, CompletionKind::Key);
}

TEST(Complete, KeepsSomeOfEveryKindAndNeverMoreThanAsked) {
  Catalogue catalogue = demo_catalogue();
  for (int i = 0; i < 5'000; ++i) {
    Tag tag;
    tag.name = "tag" + std::to_string(i);
    tag.field = static_cast<engine::FieldId>(1'000 + i);
    catalogue.tags.push_back(std::move(tag));
  }
  const Completions found = at_cursor("|", catalogue);
  EXPECT_EQ(found.candidates.size(), 50U);
  std::set<CompletionKind> kinds;
  for (const Completion& candidate : found.candidates) {
    kinds.insert(candidate.kind);
  }
  EXPECT_EQ(kinds.size(), 5U);  // tags, functions, segments, keywords, snippets
  CompleteOptions few = options();
  few.candidates_max = 3;
  EXPECT_EQ(complete("tag", 3, catalogue, few).candidates.size(), 3U);
  few.candidates_max = 0;
  EXPECT_TRUE(complete("tag", 3, catalogue, few).candidates.empty());
}

/// Nothing is wrong at or before the end of what was put in.
void expect_fit(const std::string& text, std::uint32_t cursor, const Catalogue& catalogue) {
  const Limits limits;
  const Completions found = complete(text, cursor, catalogue, options());
  const std::u32string points = decode(text);
  ASSERT_LE(found.replace.end, points.size());
  ASSERT_LE(found.replace.begin, std::min<std::size_t>(cursor, points.size()));
  std::set<CompletionKind> tried;
  for (const Completion& candidate : found.candidates) {
    if (!tried.insert(candidate.kind).second) {
      continue;
    }
    const std::string whole = encode(points.substr(0, found.replace.begin)) + candidate.insert +
                              encode(points.substr(found.replace.end));
    const std::size_t end = found.replace.begin + count_points(candidate.insert);
    const Scanned scanned = scan(whole, limits);
    const auto fault = scanned.fault.has_value() ? scanned.fault : parse(scanned, limits).fault;
    EXPECT_TRUE(!fault.has_value() || fault->code == "unclosed-paren" || fault->span.begin >= end)
        << text << " at " << cursor << " with " << candidate.insert << ": " << fault->code;
  }
}

TEST(Complete, WhatIsOfferedFits) {
  const Catalogue catalogue = demo_catalogue();
  for (const char* file : {"examples.tsv", "rules.tsv"}) {
    for (const Case& one : read_cases(std::string(TAGLINE_SOURCE_DIR "/tests/dsl/cases/") + file)) {
      const auto size = static_cast<std::uint32_t>(count_points(one.expression));
      if (size > 200) {
        continue;
      }
      for (std::uint32_t cursor = 0; cursor <= size; cursor += 3) {
        expect_fit(one.expression, cursor, catalogue);
      }
    }
  }
}

TEST(Complete, AnyBytesAtAll) {
  const Catalogue catalogue = demo_catalogue();
  std::mt19937_64 random(20240615);
  constexpr std::string_view kBytes = "vipcity:() ,\"'#@-<>=!*\n\xe4\xb8\x94\xff\x80|&123";
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (std::size_t length = random() % 24; length > 0; --length) {
      text += kBytes[random() % kBytes.size()];
    }
    expect_fit(text, static_cast<std::uint32_t>(random() % 26), catalogue);
  }
  const std::string deep(100'000, '(');
  EXPECT_TRUE(complete(deep, 100'000, catalogue, options()).candidates.empty());
  EXPECT_TRUE(complete(std::string(1'000'000, 'x'), 5, catalogue, options()).candidates.empty());
}

}  // namespace
}  // namespace tagline::dsl
