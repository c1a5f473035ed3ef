// Fingerprints: equal conditions, however written, share one; different ones do not.
#include "dsl/fingerprint.h"

#include "dsl/fingerprint_hash.h"
#include "tests/dsl/case_file.h"
#include "tests/dsl/demo_catalogue.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::string print_of(std::string_view text) {
  const Checked checked = demo_check(text);
  EXPECT_TRUE(checked.ok) << text;
  return fingerprint(checked.bound);
}

std::string hex_of(std::string_view text, std::size_t times = 1) {
  FingerprintHash hash;
  for (std::size_t i = 0; i < times; ++i) {
    for (const char c : text) {
      const auto byte = static_cast<std::uint8_t>(c);
      hash.bytes(&byte, 1);
    }
  }
  std::string hex;
  for (const std::uint8_t byte : std::move(hash).finish()) {
    constexpr std::string_view kHex = "0123456789abcdef";
    hex += kHex[byte >> 4U];
    hex += kHex[byte & 15U];
  }
  return hex;
}

// FIPS 180-4's own examples.
TEST(FingerprintHash, IsSha256) {
  EXPECT_EQ(hex_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_of("a", 1'000'000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Fingerprint, IsTheSameHoweverWritten) {
  const std::vector<std::vector<std::string>> rows = {
      {"city = tier1", "城市:一线", "city:(tier1)", "city:(tier1, 一线)", "(city:TIER1)",
       "NOT NOT city:tier1", "city:tier1 AND city:tier1", "city:tier1 OR 城市:一线"},
      {"vip AND age >= 30", "age >= 30 AND vip", "年龄:30.. 且 vip", "at_least(2, age >= 30, vip)",
       "vip AND (age >= 30 AND vip)"},
      {"vip OR 会员 OR new_user", "new_user OR (会员 OR vip)", "at_least(1, vip, 会员, 新用户)"},
      {"city:(tier1, tier2, tier3)", "city:tier*", "city:(tier3, tier1, tier2)"},
      {"signup:last 30d", "signup:2024-05-17..2024-06-15", "signup:today-29d..today"},
      {"age:25-34", "age:25..34", "age:(25-30, 31-34)", "age:25~34"},
      {"spend:*", "spend != 99.999"},
      {"NOT (vip AND age >= 30)", "!(age>=30 && vip)"},
      {"at_least(2, vip, 会员, age >= 30)", "at_least(2, age >= 30, vip, 会员)"},
  };
  for (const auto& row : rows) {
    for (const std::string& text : row) {
      EXPECT_EQ(print_of(text), print_of(row.front())) << text;
    }
  }
}

TEST(Fingerprint, TellsConditionsApart) {
  const std::vector<std::string> rows = {"vip",
                                         "会员",
                                         "NOT vip",
                                         "*",
                                         "NOT *",
                                         "city:tier1",
                                         "city:tier2",
                                         "city:(tier1, tier2)",
                                         "city != tier1",
                                         "NOT city:tier1",
                                         "city:*",
                                         "NOT city:*",
                                         "age:25",
                                         "age:25..",
                                         "age:..25",
                                         "age != 25",
                                         "score:25",
                                         "vip AND 会员",
                                         "vip OR 会员",
                                         "vip AND 会员 AND new_user",
                                         "vip AND (会员 OR new_user)",
                                         "vip OR (会员 AND new_user)",
                                         "at_least(2, vip, 会员, new_user)",
                                         "at_least(2, vip, vip, new_user)",
                                         "signup:last 30d",
                                         "signup:last 29d",
                                         "@buyers",
                                         "@vip",
                                         "interest:beauty",
                                         "interest:beauty AND interest:sports",
                                         "interest:(beauty, sports)",
                                         "spend >= 99.95",
                                         "spend >= 99.96",
                                         "spend > 99.95 AND NOT spend:*"};
  std::map<std::string, std::string> seen;
  for (const std::string& text : rows) {
    const auto [place, is_new] = seen.emplace(print_of(text), text);
    EXPECT_TRUE(is_new) << text << " and " << place->second;
  }
}

Bound did(engine::FieldId event) {
  Bound bound;
  bound.kind = BoundKind::Did;
  bound.steps = {{event, {event}}};
  return bound;
}

Bound segment(std::string name, std::shared_ptr<const Bound> rule) {
  Bound bound;
  bound.kind = BoundKind::Segment;
  bound.text = std::move(name);
  bound.rule = std::move(rule);
  return bound;
}

Bound group(BoundKind kind, std::vector<Bound> operands) {
  Bound bound;
  bound.kind = kind;
  bound.operands = std::move(operands);
  return bound;
}

TEST(Fingerprint, OfEventsIsOfWhatTheyMeasure) {
  const std::string plain = fingerprint(did(7));
  Bound counted = did(7);
  counted.measures = {{Measure::Count, {{1, kNumberMax}}}};
  EXPECT_EQ(fingerprint(counted), plain);  // at least once is what did says anyway
  Bound windowed = did(7);
  windowed.windowed = true;  // `in:..` of all days
  EXPECT_EQ(fingerprint(windowed), plain);
  Bound twice = did(7);
  twice.measures = {{Measure::Count, {{2, kNumberMax}}}, {Measure::Days, {{1, 5}}}};
  Bound turned = twice;
  std::swap(turned.measures[0], turned.measures[1]);
  EXPECT_EQ(fingerprint(twice), fingerprint(turned));
  Bound days = twice;
  days.measures[0].measure = Measure::Streak;
  Bound key = did(7);
  key.steps = {{7, {8}}};
  Bound sequence = did(7);
  sequence.kind = BoundKind::Sequence;
  sequence.steps = {{7, {7}}, {9, {9}}};
  Bound reversed = sequence;
  std::swap(reversed.steps[0], reversed.steps[1]);
  Bound within = sequence;
  within.gap_max = engine::DayGap{0, 3};
  std::map<std::string, int> seen;
  for (const Bound& bound : {did(7), did(9), twice, days, key, sequence, reversed, within}) {
    EXPECT_EQ(++seen[fingerprint(bound)], 1);
  }
}

TEST(Fingerprint, OfSegmentsIsOfWhatTheySay) {
  const auto vip = std::make_shared<const Bound>(demo_check("vip").bound);
  const auto rule = std::make_shared<const Bound>(demo_check("NOT (vip AND age >= 30)").bound);
  EXPECT_EQ(fingerprint(segment("a", vip)), print_of("vip"));
  EXPECT_EQ(fingerprint(segment("other name", vip)), print_of("vip"));
  EXPECT_EQ(fingerprint(group(BoundKind::Not, {segment("r", rule)})),
            print_of("vip AND age >= 30"));
  EXPECT_EQ(fingerprint(group(BoundKind::And, {segment("a", vip), demo_check("age >= 30").bound})),
            print_of("age >= 30 AND vip"));
  Bound list;
  list.kind = BoundKind::List;
  list.field = 200;
  Bound other = list;
  other.text = "renamed";
  EXPECT_EQ(fingerprint(list), fingerprint(other));
  other.field = 201;
  EXPECT_NE(fingerprint(list), fingerprint(other));
}

// Each rule names the one below three times: 3^40 conditions if they were walked one by one.
TEST(Fingerprint, OfSegmentsWithinSegmentsIsQuick) {
  for (const bool flat : {true, false}) {
    auto rule = std::make_shared<const Bound>(did(7));
    for (engine::FieldId level = 0; level < 40; ++level) {
      const BoundKind kind = flat || level % 2 == 0 ? BoundKind::And : BoundKind::Or;
      Bound next = group(kind, {segment("a", rule), group(BoundKind::Not, {segment("b", rule)}),
                                group(BoundKind::Or, {segment("c", rule), did(100 + level)})});
      rule = std::make_shared<const Bound>(std::move(next));
    }
    EXPECT_EQ(fingerprint(*rule).size(), 32U);
  }
}

TEST(Fingerprint, OfDeepNestingNeedsNoStack) {
  constexpr int kLevels = 20'000;
  Bound bound = did(7);
  for (int i = 0; i < kLevels; ++i) {
    Bound outer;
    outer.kind = i % 2 == 0 ? BoundKind::And : BoundKind::Or;
    outer.operands.push_back(did(static_cast<engine::FieldId>(100 + i)));
    outer.operands.push_back(std::move(bound));
    bound = std::move(outer);
  }
  EXPECT_EQ(fingerprint(bound).size(), 32U);
  while (!bound.operands.empty()) {  // the destructor recurses; real trees are at most 64 deep
    Bound inner = std::move(bound.operands.back());
    bound = std::move(inner);
  }
}

TEST(Fingerprint, FollowsCanonicalForm) {
  for (const Case& one : read_cases(TAGLINE_SOURCE_DIR "/tests/dsl/cases/rules.tsv")) {
    const Checked checked = demo_check(one.expression);
    if (checked.ok) {
      EXPECT_EQ(print_of(checked.canonical), fingerprint(checked.bound)) << one.expression;
    }
  }
}

}  // namespace
}  // namespace tagline::dsl
