// Warnings: what is allowed and probably not meant, also inside functions.
#include "dsl/text_table.h"
#include "tests/dsl/demo_catalogue.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

/// The warnings of an expression, in order: "never-true at 9".
std::string warned(std::string_view text) {
  static const Catalogue catalogue = demo_store();
  const Checked checked = check(text, catalogue, demo_options());
  std::string found = checked.ok ? "" : "error";
  for (const Diagnostic& warning : checked.warnings) {
    found += (found.empty() ? "" : ", ") + warning.code + " at " +
             std::to_string(warning.span.begin + 1);
  }
  return found;
}

TEST(Warnings, NeverTrue) {
  EXPECT_EQ(warned("vip AND age < 20 AND age >= 30"), "never-true at 22");
  EXPECT_EQ(warned("age < 20 AND age >= 19"), "");
  EXPECT_EQ(warned("city:tier1 AND city:tier2"), "never-true at 16");
  EXPECT_EQ(warned("interest:beauty AND interest:sports"), "");
  EXPECT_EQ(warned("vip AND NOT vip"), "never-true at 9");
  EXPECT_EQ(warned("city:tier1 AND NOT city:(tier1, tier2)"),
            "never-true at 16, includes-unknown at 16");
  EXPECT_EQ(warned("@regulars AND NOT @regulars"), "never-true at 15");
  EXPECT_EQ(warned("did(purchase, in:last 7d) AND NOT did(purchase)"), "never-true at 31");
  EXPECT_EQ(warned("did(purchase:beauty) AND NOT did(purchase)"), "never-true at 26");
  EXPECT_EQ(warned("did(purchase) AND NOT did(purchase, in:last 7d)"), "");
  EXPECT_EQ(warned("did(purchase) AND NOT did(purchase, count >= 2)"), "");
  EXPECT_EQ(warned("did(purchase, count >= 8) AND NOT did(purchase, count >= 7)"),
            "never-true at 31");
  EXPECT_EQ(warned("did(purchase, count >= 7) AND NOT did(purchase, count >= 8)"), "");
  EXPECT_EQ(warned("did(login, streak >= 3) AND NOT did(login, days >= 3)"), "never-true at 29");
  EXPECT_EQ(warned("did(login, days >= 3) AND NOT did(login, count >= 2)"), "never-true at 27");
  EXPECT_EQ(warned("did(login, days >= 3) AND NOT did(login, streak >= 2)"), "");
  EXPECT_EQ(warned("did(login, count:2) AND NOT did(login, count:1-3)"), "never-true at 25");
  EXPECT_EQ(warned("did(login, count:2, in:last 7d) AND NOT did(login, count:1-3)"), "");
  EXPECT_EQ(warned("did(login, count >= 2, in:last 7d) AND NOT did(login, count >= 2)"),
            "never-true at 40");
  EXPECT_EQ(warned("did(purchase, sum >= 9) AND NOT did(purchase, sum >= 8)"), "never-true at 29");
  EXPECT_EQ(warned("did(purchase, sum >= 9, in:last 7d) AND NOT did(purchase, sum >= 8)"), "");
  EXPECT_EQ(warned("at_least(2, city:tier1, city:tier2)"), "never-true at 25");
  EXPECT_EQ(warned("at_least(2, city:tier1, city:tier2, vip)"), "");
  EXPECT_EQ(warned("did(purchase, sum:99.999)"), "never-true at 19");
}

TEST(Warnings, NeverTrueByTheDaysOfAWindow) {
  EXPECT_EQ(warned("did(login, in:2024-07)"), "never-true at 12");
  EXPECT_EQ(warned("did(login, in:today..2024-07)"), "");
  EXPECT_EQ(warned("did(login, in > 9999-12-31)"), "never-true at 12");
  EXPECT_EQ(warned("did(login, days >= 8, in:last 7d)"), "never-true at 12");
  EXPECT_EQ(warned("did(login, streak:7, in:last 7d)"), "");
  EXPECT_EQ(warned("did(login, count >= 8, in:last 7d)"), "");
  EXPECT_EQ(warned("sequence(view, cart, within:7d..9d, in:last 7d)"), "never-true at 22");
  EXPECT_EQ(warned("sequence(view, cart, within:6d..9d, in:last 7d)"), "");
}

// In the rule of a segment, and of one that it names: told where the text names one.
TEST(Warnings, WindowsOfSegmentsAfterTheData) {
  Catalogue catalogue = demo_store();
  const auto add = [&](std::string name, std::string rule) {
    catalogue.segments.push_back({std::move(name), std::move(rule), 0});
  };
  add("carts", "vip OR NOT did(cart, count >= 2, in:last 3d)");
  add("on carts", "did(view, in:last 3d) AND @carts");
  add("then", "did(cart, in:2024-06-12..2024-06-14)");
  add("fresh", "did(cart, in:last 9d)");
  add("coming", "did(cart, in:2024-07)");
  const auto warnings = [&](std::string_view text) {
    std::vector<Diagnostic> found = check(text, catalogue, demo_options()).warnings;
    std::erase_if(found, [](const Diagnostic& each) { return each.code != "after-data"; });
    return found;
  };
  const auto direct = warnings("city:tier1 AND @carts");
  ASSERT_EQ(direct.size(), 1U);
  EXPECT_EQ(direct[0].span, (Span{15, 21}));
  EXPECT_EQ(direct[0].message.en,
            "in:last 3d in @carts begins after 2024-06-10, the newest day with any cart");
  EXPECT_EQ(direct[0].message.zh,
            "@carts 中的 in:last 3d 从 2024-06-10（cart 最新的一天）之后才开始");
  EXPECT_EQ(direct[0].as_of, std::chrono::sys_days(std::chrono::year(2024) / 6 / 10));
  const auto deeper = warnings("@\"on carts\"");
  ASSERT_EQ(deeper.size(), 1U);
  EXPECT_EQ(deeper[0].span.begin, 0U);
  EXPECT_NE(deeper[0].message.en.find(" in @carts begins"), std::string::npos);
  const auto fixed = warnings("NOT @then");
  ASSERT_EQ(fixed.size(), 1U);
  EXPECT_EQ(fixed[0].as_of, std::nullopt) << "another day to ask as of changes nothing";
  EXPECT_TRUE(warnings("@fresh OR @coming OR @regulars").empty());
  CheckOptions blind = demo_options();
  blind.newest = {};
  EXPECT_TRUE(check("vip AND @carts", catalogue, blind).warnings.empty());
}

TEST(Warnings, DeprecatedTags) {
  Catalogue catalogue = demo_catalogue();
  for (Tag& tag : catalogue.tags) {
    tag.deprecated = tag.deprecated || tag.name == "score" || tag.name == "spend";
    tag.replacement = tag.name == "spend" ? "city" : tag.replacement;
  }
  const auto warnings = [&](std::string_view text) {
    return check(text, catalogue, demo_options()).warnings;
  };
  const auto old = warnings("vip AND NOT loyal_2019");
  ASSERT_EQ(old.size(), 1U);
  EXPECT_EQ(old[0].code, "deprecated-tag");
  EXPECT_EQ(old[0].severity, Severity::Warning);
  EXPECT_EQ(old[0].span, (Span{12, 22}));
  ASSERT_EQ(old[0].fixes.size(), 1U);
  EXPECT_EQ(old[0].fixes[0].insert, "vip");
  EXPECT_EQ(old[0].fixes[0].span, old[0].span);
  EXPECT_EQ(old[0].hint.zh, "请改用 vip");
  // Nothing is named to use instead.
  const auto unnamed = warnings("score > 3");
  ASSERT_EQ(unnamed.size(), 1U);
  EXPECT_TRUE(unnamed[0].fixes.empty());
  EXPECT_FALSE(unnamed[0].hint.en.empty());
  // Within functions, as what is ranked by, and in the script that was typed.
  EXPECT_EQ(warnings("at_least(2, vip, score > 3, score < 9)").size(), 2U);
  EXPECT_EQ(warnings("top(10, by:score)").front().span, (Span{11, 16}));
  EXPECT_EQ(warnings("消费金额 > 3").front().fixes.front().insert, "城市");
  EXPECT_TRUE(warnings("vip AND did(purchase)").empty());
}

TEST(Warnings, AlwaysTrue) {
  EXPECT_EQ(warned("vip OR NOT vip"), "always-true at 8");
  EXPECT_EQ(warned("NOT city:tier1 OR city:*"), "includes-unknown at 1, always-true at 19");
  EXPECT_EQ(warned("vip OR *"), "always-true at 8");
  EXPECT_EQ(warned("NOT did(login, count >= 8) OR did(login, count >= 7)"), "always-true at 31");
  EXPECT_EQ(warned("at_least(1, vip, NOT vip)"), "always-true at 18");
  EXPECT_EQ(warned("age < 30 OR age >= 30"), "");
}

TEST(Warnings, InsideFunctions) {
  EXPECT_EQ(warned("top(10, vip AND NOT vip, by:spend)"), "never-true at 17");
  EXPECT_EQ(warned("sample(10%, vip OR churn_risk AND new_user)"), "mixed-and-or at 20");
  EXPECT_EQ(warned("lookalike(10, vip AND vip)"), "duplicate at 23");
  EXPECT_EQ(warned("at_least(1, vip, NOT city:tier1)"), "includes-unknown at 18");
  EXPECT_EQ(warned("top(by:spend, 10, vip AND vip)"), "duplicate at 27");
  EXPECT_EQ(warned("did(view:(beauty, 美妆))"), "duplicate at 19");
  EXPECT_EQ(warned("sample(10%)"), "");
}

TEST(Warnings, NobodyIsLikeNobody) {
  Catalogue catalogue = demo_catalogue();
  catalogue.people = [&](engine::RowKey key) -> std::optional<std::uint64_t> {
    return key.field == catalogue.tags.front().field ? 0 : 5;  // vip
  };
  const auto count = [&](std::string_view text) {
    const Checked checked = check(text, catalogue, demo_options());
    return checked.ok ? checked.warnings.size() : 99U;
  };
  EXPECT_EQ(catalogue.tags.front().name, "vip");
  EXPECT_EQ(count("lookalike(10, vip)"), 1U);
  EXPECT_EQ(count("lookalike(10, churn_risk)"), 0U);
  EXPECT_EQ(count("lookalike(10, NOT vip)"), 0U);
}

TEST(Warnings, OnlyTheTextItselfStandsAlone) {
  EXPECT_EQ(warned("NOT vip"), "alone-not at 1");
  EXPECT_EQ(warned("@into_round"), "error");
  EXPECT_EQ(warned("top(10, NOT vip, by:spend)"), "");
}

// One input for every code.
TEST(Codes, AreAllRaised) {
  const std::string many(70'000, 'x');
  std::string terms = "vip";
  for (int i = 0; i < 1'000; ++i) {
    terms += "|vip";
  }
  std::string values = "city:(a";
  for (int i = 0; i < 10'000; ++i) {
    values += ",a";
  }
  values += ")";
  const std::map<std::string_view, std::string> inputs = {
      {"too-long", many},
      {"bad-utf8", "\xFF"},
      {"bad-char", "a;b"},
      {"unclosed-quote", "city:\"a"},
      {"bad-escape", "city:\"a\\b\""},
      {"too-deep", std::string(65, '(') + "vip"},
      {"empty", " "},
      {"expected-term", "vip AND"},
      {"expected-value", "city:"},
      {"expected-argument", "did(purchase,)"},
      {"expected-name", "@"},
      {"missing-operator", "vip vip"},
      {"missing-comma", "did(purchase NOT vip)"},
      {"unexpected-char", "city:a:b"},
      {"unexpected-close", "vip)"},
      {"unclosed-paren", "(vip"},
      {"bad-operator", "age => 5"},
      {"list-not-allowed", "age > (1, 2)"},
      {"literal-not-condition", "25"},
      {"wildcard-in-name", "ci*:a"},
      {"too-many-terms", terms},
      {"too-many-values", values},
      {"unknown-tag", "cty:a"},
      {"unknown-value", "city:x"},
      {"unknown-event", "did(x)"},
      {"unknown-segment", "@x"},
      {"unknown-function", "didd(x)"},
      {"unknown-option", "did(purchase, tms >= 3)"},
      {"needs-value", "age"},
      {"flag-takes-no-value", "vip:yes"},
      {"event-not-condition", "purchase"},
      {"expected-event", "did(3)"},
      {"type-mismatch", "city > tier1"},
      {"bad-number", "age:x"},
      {"bad-date", "signup:7d"},
      {"bad-duration", "sequence(view, cart, within:3)"},
      {"unit-error", "spend >= 1万"},
      {"bad-comparison", "signup < last 7d"},
      {"out-of-range", "age:150"},
      {"empty-range", "age:34-25"},
      {"arity", "did()"},
      {"missing-option", "top(10, vip)"},
      {"duplicate-option", "did(view, days:1, days:2)"},
      {"bad-option", "did(view, in != today)"},
      {"no-amount", "did(view, sum >= 100)"},
      {"segment-cycle", "@round_a"},
      {"segment-too-deep", "@level_17"},
      {"segment-broken", "@broken"},
      {"mixed-and-or", "vip OR 会员 AND new_user"},
      {"never-true", "vip AND NOT vip"},
      {"always-true", "vip OR NOT vip"},
      {"includes-unknown", "vip AND NOT city:tier1"},
      {"alone-not", "NOT vip"},
      {"duplicate", "vip AND vip"},
      {"deprecated-tag", "loyal_2019"},
      {"after-data", "did(cart, in:last 3d)"}};
  const Catalogue catalogue = demo_store();
  for (const std::string_view code : codes()) {
    ASSERT_EQ(inputs.count(code), 1U) << code;
    const Checked checked = check(inputs.at(code), catalogue, demo_options());
    const auto& found = checked.ok ? checked.warnings : checked.errors;
    ASSERT_FALSE(found.empty()) << code;
    EXPECT_EQ(found.front().code, code) << inputs.at(code).substr(0, 60);
    EXPECT_FALSE(found.front().message.en.empty()) << code;
    EXPECT_FALSE(found.front().message.zh.empty()) << code;
  }
}

}  // namespace
}  // namespace tagline::dsl
