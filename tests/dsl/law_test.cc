// Laws: printing is a fixed point, the product and a second reader agree, limits hold at the edge
// and one past it.
#include "dsl/grammar.h"
#include "dsl/print.h"
#include "dsl/scan.h"
#include "tests/dsl/demo_catalogue.h"
#include "tests/dsl/reader.h"
#include "tests/dsl/tree_text.h"

#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::optional<Tree> parse_text(std::string_view text) {
  const Limits limits;
  const Scanned scanned = scan(text, limits);
  if (scanned.fault.has_value()) {
    return std::nullopt;
  }
  Parsed parsed = parse(scanned, limits);
  return parsed.fault.has_value() ? std::nullopt : std::optional<Tree>(std::move(parsed.tree));
}

std::uint64_t seed() {
  const char* text = std::getenv("TAGLINE_SEED");
  return text == nullptr ? 20240615 : std::strtoull(text, nullptr, 10);
}

/// Strings of tokens: mostly wrong, often nearly right.
std::string random_tokens(std::mt19937_64& random) {
  constexpr std::array<std::string_view, 66> kTokens = {
      "vip",     "city",  "age",      "churn_risk", "会员",    "did",      "purchase", "in",
      "count",   "by",    "at_least", "top",        "AND",     "or",       "NOT",      "且",
      "或",      "非",    "!",        "-",          "&&",      "|",        "(",        ")",
      "(",       ")",     ",",        ",",          ":",       ":",        "=",        "!=",
      "<>",      ">",     ">=",       "<",          "≤",       "=>",       "@",        "*",
      "25",      "25-34", "-5",       "10%",        "2024-01", "7d",       "today",    "last",
      "last 7d", "this",  "month",    "最近30天",   "上月",    "last7d",   "\"a b\"",  "\"in\"",
      "'and'",   "“7d”",  "\"本周\"", "\"vip\"",    "tier*",   "New York", "#c\n",     "，",
      "（",      "）"};
  std::string text;
  const std::size_t length = 1 + random() % 12;
  for (std::size_t i = 0; i < length; ++i) {
    text += kTokens.at(random() % kTokens.size());
    text += random() % 3 == 0 ? "" : " ";
  }
  return text;
}

/// Text that follows the grammar, so that deep agreement is tested and not only refusal.
std::string random_condition(std::mt19937_64& random, unsigned depth) {
  constexpr std::array<std::string_view, 16> kTerms = {
      "vip",           "会员",
      "city:tier1",    "city:(tier1,'New York')",
      "age >= 30",     "age:25-34",
      "city != tier1", "signup:last 7d",
      "signup : 上月", "@buyers",
      "@\"VIP 用户\"", "*",
      "\"new user\"",  "interest:(beauty,\"and\",sports)",
      "spend>=99.95",  "age_band:\"25-34\""};
  if (depth == 0 || random() % 4 == 0) {
    return std::string(kTerms.at(random() % kTerms.size()));
  }
  switch (random() % 7) {
    case 0:
      return "NOT " + random_condition(random, depth - 1);
    case 1:
      return "!(" + random_condition(random, depth - 1) + ")";
    case 2:
      return random_condition(random, depth - 1) + " AND " + random_condition(random, depth - 1);
    case 3:
      return random_condition(random, depth - 1) + "|" + random_condition(random, depth - 1);
    case 4:
      return "(" + random_condition(random, depth - 1) + ")";
    case 5:
      return "at_least(1," + random_condition(random, depth - 1) + ", " +
             random_condition(random, depth - 1) + ")";
    default:
      return "top( 10 , " + random_condition(random, depth - 1) + ",by:spend,\"by\":x)";
  }
}

void expect_agreement(const std::string& text) {
  const auto tree = parse_text(text);
  const auto canonical = Reader::read(text);
  ASSERT_EQ(tree.has_value(), canonical.has_value()) << text;
  if (!tree.has_value()) {
    return;
  }
  const std::string printed = print(*tree);
  ASSERT_EQ(printed, *canonical) << text;
  const auto again = parse_text(printed);
  ASSERT_TRUE(again.has_value()) << printed;
  ASSERT_EQ(print(*again), printed) << text;
  ASSERT_EQ(tree_text(*again), tree_text(*tree)) << text;
}

TEST(Laws, TwoReadersAgreeOnRandomTokens) {
  std::mt19937_64 random(seed());
  std::size_t accepted = 0;
  for (int i = 0; i < 120'000; ++i) {
    const std::string text = random_tokens(random);
    ASSERT_NO_FATAL_FAILURE(expect_agreement(text)) << "seed " << seed();
    accepted += Reader::read(text).has_value() ? 1U : 0U;
  }
  EXPECT_GT(accepted, 1'000U);  // else the tokens have gone stale
}

TEST(Laws, TwoReadersAgreeOnRandomConditions) {
  std::mt19937_64 random(seed());
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = random_condition(random, 1 + static_cast<unsigned>(random() % 6));
    ASSERT_NO_FATAL_FAILURE(expect_agreement(text)) << "seed " << seed();
    ASSERT_TRUE(Reader::read(text).has_value()) << text;
  }
}

TEST(Laws, TheSecondReaderCanDisagree) {
  EXPECT_EQ(Reader::read("vip OR 会员 AND vip"), "vip OR (会员 AND vip)");
  EXPECT_EQ(Reader::read("vip 会员"), std::nullopt);
  EXPECT_EQ(Reader::read("NOT (NOT (a or b)) and c"), "(a OR b) AND c");
}

std::string code_of(const Checked& checked) {
  return checked.errors.empty() ? "" : checked.errors.front().code;
}

TEST(Limits, DepthAtTheEdgeAndOnePast) {
  const std::uint32_t depth = Limits{}.depth;
  const auto nested = [](std::uint32_t levels, const std::string& open) {
    std::string text;
    for (std::uint32_t i = 0; i < levels; ++i) {
      text += open;
    }
    return text + "vip" + std::string(levels, ')');
  };
  EXPECT_TRUE(demo_check(nested(depth, "(")).ok);
  EXPECT_EQ(code_of(demo_check(nested(depth + 1, "("))), "too-deep");
  EXPECT_TRUE(demo_check(nested(depth, "at_least(1, vip, ")).ok);
  EXPECT_EQ(code_of(demo_check(nested(depth + 1, "at_least(1, vip, "))), "too-deep");
  // Brackets in quotes and comments are text.
  EXPECT_EQ(code_of(demo_check("\"" + std::string(100, '(') + "\"")), "unknown-tag");
  EXPECT_TRUE(demo_check("vip # " + std::string(100, '(')).ok);
}

TEST(Limits, LengthAtTheEdgeAndOnePast) {
  const std::uint32_t limit = Limits{}.code_points;
  const std::string three_bytes = "vip #" + std::string(limit - 5, 'x');
  EXPECT_TRUE(demo_check(three_bytes).ok);
  const Checked past = demo_check(three_bytes + "城城");
  EXPECT_EQ(code_of(past), "too-long");
  EXPECT_EQ(past.errors.front().span.begin, limit);
  EXPECT_EQ(past.errors.front().message.en,
            "the expression has 65,538 characters; at most 65,536 are read");
}

TEST(Limits, TermsAtTheEdgeAndOnePast) {
  const std::uint32_t limit = Limits{}.terms;
  std::string text = "vip";
  for (std::uint32_t i = 1; i < limit; ++i) {
    text += " OR vip";
  }
  EXPECT_TRUE(demo_check(text).ok);
  const Checked past = demo_check(text + " OR city:tier1");
  EXPECT_EQ(code_of(past), "too-many-terms");
  EXPECT_EQ(past.errors.front().span.begin, text.size() + 4);
}

TEST(Limits, ListAtTheEdgeAndOnePast) {
  const std::uint32_t limit = Limits{}.list_values;
  std::string list = "age:(1";
  for (std::uint32_t i = 1; i < limit; ++i) {
    list += ",1";
  }
  EXPECT_TRUE(demo_check(list + ")").ok);
  EXPECT_EQ(code_of(demo_check(list + ",1)")), "too-many-values");
}

TEST(Limits, SequenceStepsAtTheEdgeAndOnePast) {
  std::string text = "sequence(view";
  for (std::uint32_t i = 1; i < Limits{}.sequence_steps; ++i) {
    text += ", view";
  }
  EXPECT_TRUE(demo_check(text + ")").ok);
  EXPECT_EQ(code_of(demo_check(text + ", view)")), "arity");
}

Catalogue wide_catalogue(std::size_t values) {
  Catalogue catalogue;
  Tag tag;
  tag.name = "tag";
  tag.kind = engine::TagKind::Category;
  tag.field = 1;
  for (std::size_t i = 0; i < values; ++i) {
    tag.values.push_back(
        {"v" + std::to_string(i), {}, engine::kFirstValueRow + static_cast<engine::RowId>(i)});
  }
  catalogue.tags.push_back(std::move(tag));
  return catalogue;
}

TEST(Limits, WildcardAtTheEdgeAndOnePast) {
  const std::uint32_t limit = Limits{}.wildcard_values;
  EXPECT_TRUE(check("tag:v*", wide_catalogue(limit), demo_options()).ok);
  const Checked past = check("tag:v*", wide_catalogue(limit + 1), demo_options());
  EXPECT_EQ(code_of(past), "too-many-values");
  EXPECT_EQ(past.errors.front().message.en,
            "v* stands for 10,001 values; at most 10,000 are allowed");
}

// Without a bound this would compare a billion names.
TEST(Limits, ManyWildcardsOverManyValues) {
  std::string text = "tag:(v1*";
  for (int i = 0; i < 9'000; ++i) {
    text += ",v1*";
  }
  EXPECT_EQ(code_of(check(text + ")", wide_catalogue(1'000), demo_options())), "too-many-values");
}

TEST(Limits, ErrorsOfOneReply) {
  std::string text = "a1";
  for (int i = 2; i <= 30; ++i) {
    text += " AND a" + std::to_string(i);
  }
  const Checked checked = demo_check(text);
  ASSERT_EQ(checked.errors.size(), Limits{}.errors);
  for (std::size_t i = 1; i < checked.errors.size(); ++i) {
    EXPECT_LT(checked.errors[i - 1].span.begin, checked.errors[i].span.begin);
  }
}

}  // namespace
}  // namespace tagline::dsl
