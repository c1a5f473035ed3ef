// Saved segments in expressions: circles, depth, faults inside, and what saving one would do.
#include "dsl/lower.h"
#include "engine/plan.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

Checked in_store(std::string_view text) {
  static const Catalogue catalogue = demo_store();
  return check(text, catalogue, demo_options());
}

Checked define(std::string_view name, std::string_view text) {
  static const Catalogue catalogue = demo_store();
  return check_segment_definition(name, text, catalogue, demo_options());
}

std::string first(const Checked& checked) {
  if (checked.ok) {
    return "ok";
  }
  const Diagnostic& error = checked.errors.front();
  return error.code + " at " + std::to_string(error.span.begin + 1) + ": " + error.message.en;
}

TEST(Segments, BindTheRuleTheyWereSavedWith) {
  const Checked checked = in_store("vip AND @Regulars");
  ASSERT_EQ(first(checked), "ok");
  const Bound& segment = checked.bound.operands[1];
  EXPECT_EQ(segment.kind, BoundKind::Segment);
  EXPECT_EQ(segment.text, "regulars");
  ASSERT_NE(segment.rule, nullptr);
  EXPECT_EQ(segment.rule->kind, BoundKind::Did);
  EXPECT_EQ(segment.rule->span, (Span{0, 38}));
  EXPECT_EQ(in_store("@imported").bound.kind, BoundKind::List);
  EXPECT_EQ(demo_check("@buyers").bound.kind, BoundKind::Foreign);
}

TEST(Segments, CirclesNameTheWayRound) {
  EXPECT_EQ(first(in_store("@round_a")),
            "segment-cycle at 1: segments name each other in a circle: @round_a -> @round_b -> "
            "@round_a");
  EXPECT_EQ(first(in_store("vip OR @into_round")),
            "segment-cycle at 8: segments name each other in a circle: @into_round -> @round_a -> "
            "@round_b -> @round_a");
  EXPECT_EQ(first(in_store("@\"round c\"")), "ok");
}

TEST(Segments, DepthAtTheLimitAndOnePast) {
  EXPECT_EQ(first(in_store("@level_16")), "ok");
  EXPECT_EQ(first(in_store("@level_17")),
            "segment-too-deep at 1: @level_17 builds on segments more than 16 deep");
}

TEST(Segments, TextsReachedHaveALimitTogether) {
  Catalogue catalogue = demo_catalogue();
  const std::string text = "vip" + std::string(60'000, ' ');
  std::string all;
  for (int i = 0; i < 18; ++i) {
    catalogue.segments.push_back({"long_" + std::to_string(i), text, 0});
    all += (i == 0 ? "@long_" : " OR @long_") + std::to_string(i);
  }
  catalogue.segments.push_back({"over", all, 0});
  const CheckOptions options = demo_options();
  const auto told = [&](const std::string& expression) {
    return first(check(expression, catalogue, options));
  };
  // 17 texts of 60,003 bytes are within the limit, 18 are not; a text named twice counts once.
  EXPECT_EQ(told(all.substr(0, all.rfind(" OR ")) + " OR @long_0"), "ok");
  EXPECT_EQ(told(all),
            "too-long at 195: with @long_17, the segments of this expression have more than "
            "1,048,576 bytes of text together");
  EXPECT_EQ(told("vip AND @over"),
            "too-long at 9: with @over, the segments of this expression have more than 1,048,576 "
            "bytes of text together");
}

// Each level names the one below twice: 65,536 conditions written out.
TEST(Segments, NamedTwiceAtEveryLevelAreReadOnce) {
  const Checked checked = in_store("@level_16 OR @level_16 AND vip");
  ASSERT_EQ(first(checked), "ok");
  EXPECT_EQ(checked.bound.operands[0].rule, checked.bound.operands[1].operands[0].rule);
  engine::Plan plan;
  static_cast<void>(lower(checked.bound, plan));
  EXPECT_LT(plan.size(), 100U);
}

TEST(Segments, FaultsInsideAreToldInTheirOwnText) {
  const Checked checked = in_store("vip AND @broken");
  ASSERT_EQ(first(checked), "segment-broken at 9: the saved text of @broken has an error");
  const auto& inside = checked.errors[0].inside;
  ASSERT_NE(inside, nullptr);
  EXPECT_EQ(inside->name, "broken");
  EXPECT_EQ(inside->text, "city:tier1 AND ctiy:tier2");
  ASSERT_EQ(inside->errors.size(), 1U);
  EXPECT_EQ(inside->errors[0].code, "unknown-tag");
  EXPECT_EQ(inside->errors[0].span, (Span{15, 19}));
  EXPECT_EQ(card(checked.errors[0], "vip AND @broken", Language::English),
            "vip AND @broken\n"
            "        ^^^^^^^\n"
            "error: the saved text of @broken has an error\n"
            "hint:  correct @broken first\n"
            "in segment @broken:\n"
            "city:tier1 AND ctiy:tier2\n"
            "               ^^^^\n"
            "error: there is no tag named ctiy\n"
            "hint:  the closest name is city\n");
  EXPECT_NE(
      card(checked.errors[0], "vip AND @broken", Language::Chinese).find("人群 @broken 中：\n"),
      std::string::npos);
}

TEST(Segments, FaultsGoFurtherInAtOnePlaceATextOnly) {
  const Checked checked = in_store("@on_broken OR @on_broken");
  ASSERT_EQ(checked.errors.size(), 2U);
  ASSERT_NE(checked.errors[0].inside, nullptr);
  EXPECT_EQ(checked.errors[1].inside, nullptr);
  const auto& errors = checked.errors[0].inside->errors;
  ASSERT_EQ(errors.size(), 2U);
  ASSERT_NE(errors[0].inside, nullptr);
  EXPECT_EQ(errors[0].inside->errors[0].code, "unknown-tag");
  EXPECT_EQ(errors[1].code, "segment-broken");
  EXPECT_EQ(errors[1].inside, nullptr);
  EXPECT_EQ(in_store("@unfinished").errors[0].inside->errors[0].code, "expected-term");
}

TEST(Segments, SavingWouldCloseACircle) {
  EXPECT_EQ(first(define("new", "vip AND @regulars")), "ok");
  EXPECT_EQ(first(define("new", "vip AND @new")),
            "segment-cycle at 9: segments name each other in a circle: @new -> @new");
  EXPECT_EQ(first(define("regulars", "@\"lapsed regulars\"")),
            "segment-cycle at 1: segments name each other in a circle: @regulars -> @\"lapsed "
            "regulars\" -> @regulars");
  EXPECT_EQ(first(define("round_b", "vip")), "ok");
  EXPECT_EQ(first(define("broken", "city:tier1")), "ok");
}

TEST(Segments, SavingWouldNestTooDeep) {
  EXPECT_EQ(first(define("new", "@level_15")), "ok");
  EXPECT_EQ(first(define("new", "@level_16")),
            "segment-too-deep at 1: @level_16 builds on segments more than 16 deep");
  EXPECT_EQ(first(define("level_1", "@regulars")),
            "segment-too-deep at 1: @level_16 names this segment, and would then build on segments "
            "more than 16 deep");
}

TEST(Segments, NamesInATree) {
  EXPECT_EQ(segments_in(in_store("@b OR at_least(1, @a, NOT @b)").tree),
            (std::vector<std::string>{"b", "a"}));
}

}  // namespace
}  // namespace tagline::dsl
