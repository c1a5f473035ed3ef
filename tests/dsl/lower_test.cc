// lower: what the engine is asked. Plans are printed with the names of the demo catalogue.
#include "dsl/lower.h"

#include "engine/plan.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::string range_end(std::int64_t value) {
  return value == kNumberMax ? "max" : (value == kNumberMin ? "min" : std::to_string(value));
}

/// A plan on one line. Written here, so that the form of the engine's own printer may change.
std::string line(const engine::Plan& plan, engine::NodeId id) {
  using engine::Op;
  static const Catalogue catalogue = demo_catalogue();
  const engine::Node& node = plan.at(id);
  const auto name = [&] {
    return node.row.field == 0 ? "*" : catalogue.tags.at(node.row.field - 1).name;
  };
  std::string head;
  switch (node.op) {
    case Op::Nothing:
      return "nothing";
    case Op::Everyone:
      return "everyone";
    case Op::Row:
      return name() + "/" + std::to_string(node.row.row);
    case Op::Range:
      return name() + "[" + range_end(node.low) + "," + range_end(node.high) + "]";
    case Op::And:
      head = "and";
      break;
    case Op::Or:
      head = "or";
      break;
    case Op::Not:
      head = "not";
      break;
    case Op::Difference:
      head = "without";
      break;
    case Op::AtLeast:
      head = "at_least " + std::to_string(node.low);
      break;
  }
  for (const engine::NodeId operand : node.operands) {
    head += " " + line(plan, operand);
  }
  return "(" + head + ")";
}

std::string lowered(std::string_view text) {
  const Checked checked = check(text, demo_database(), demo_options());
  if (!checked.ok) {
    return "error: " + checked.errors.front().code;
  }
  engine::Plan plan;
  return line(plan, lower(checked.bound, plan));
}

TEST(Lower, FlagsAndGroups) {
  EXPECT_EQ(lowered("vip"), "vip/0");
  EXPECT_EQ(lowered("*"), "everyone");
  EXPECT_EQ(lowered("NOT vip"), "(not vip/0)");
  EXPECT_EQ(lowered("vip AND 会员 AND NOT churn_risk"), "(and vip/0 会员/0 (not churn_risk/0))");
  EXPECT_EQ(lowered("vip OR 会员 AND churn_risk"), "(or vip/0 (and 会员/0 churn_risk/0))");
  EXPECT_EQ(lowered("NOT NOT vip"), "vip/0");
}

TEST(Lower, NamedValues) {
  EXPECT_EQ(lowered("city:tier2"), "city/2");
  EXPECT_EQ(lowered("城市:二线"), "city/2");
  EXPECT_EQ(lowered("city:(tier3, tier1)"), "(or city/1 city/3)");
  EXPECT_EQ(lowered("city:(tier1, 一线)"), "city/1");
  EXPECT_EQ(lowered("city:tier*"), "(or city/1 city/2 city/3)");
  EXPECT_EQ(lowered("city:*"), "city/0");
  EXPECT_EQ(lowered("city:(tier1, *)"), "city/0");
  EXPECT_EQ(lowered("sku:A*1"), "(or sku/1 sku/2 sku/3)");
  EXPECT_EQ(lowered("sku:\"A*1\""), "sku/1");
  EXPECT_EQ(lowered("age_band:25-34"), "age_band/2");
  EXPECT_EQ(lowered("interest:beauty AND interest:sports"), "(and interest/1 interest/2)");
}

TEST(Lower, DiffersMeansKnownAndDifferent) {
  EXPECT_EQ(lowered("city != tier1"), "(without city/0 city/1)");
  EXPECT_EQ(lowered("city != (tier1, tier2)"), "(without city/0 city/1 city/2)");
  EXPECT_EQ(lowered("city != tier*"), "(without city/0 city/1 city/2 city/3)");
  EXPECT_EQ(lowered("NOT city:tier1"), "(not city/1)");
  EXPECT_EQ(lowered("age != 25"), "(without age/0 age[25,25])");
  EXPECT_EQ(lowered("spend != 99.999"), "spend/0");
  EXPECT_EQ(lowered("city != *"), "nothing");
  EXPECT_EQ(lowered("age != *"), "nothing");
}

TEST(Lower, Numbers) {
  EXPECT_EQ(lowered("age:25"), "age[25,25]");
  EXPECT_EQ(lowered("age:25-34"), "age[25,34]");
  EXPECT_EQ(lowered("age:25~34"), "age[25,34]");
  EXPECT_EQ(lowered("score:-20..-5"), "score[-20,-5]");
  EXPECT_EQ(lowered("age:65.."), "age[65,max]");
  EXPECT_EQ(lowered("age:..17"), "age[min,17]");
  EXPECT_EQ(lowered("age > 25"), "age[26,max]");
  EXPECT_EQ(lowered("age >= 25"), "age[25,max]");
  EXPECT_EQ(lowered("age < 25"), "age[min,24]");
  EXPECT_EQ(lowered("age <= 25"), "age[min,25]");
  EXPECT_EQ(lowered("age:*"), "age/0");
  EXPECT_EQ(lowered("age:(25, 30, 26)"), "(or age[25,26] age[30,30])");
  EXPECT_EQ(lowered("age:(10-30, 20-40)"), "age[10,40]");
  EXPECT_EQ(lowered("age:(25, *)"), "age/0");
  EXPECT_EQ(lowered("age:\"25\""), "age[25,25]");
}

TEST(Lower, DecimalsAreExact) {
  EXPECT_EQ(lowered("spend >= 99.95"), "spend[9995,max]");
  EXPECT_EQ(lowered("spend:790.9"), "spend[79090,79090]");
  EXPECT_EQ(lowered("spend:99.999"), "nothing");
  EXPECT_EQ(lowered("spend:(99.999, 1)"), "spend[100,100]");
  EXPECT_EQ(lowered("spend > 99.999"), "spend[10000,max]");
  EXPECT_EQ(lowered("spend >= 99.999"), "spend[10000,max]");
  EXPECT_EQ(lowered("spend < 99.999"), "spend[min,9999]");
  EXPECT_EQ(lowered("spend <= 99.999"), "spend[min,9999]");
  EXPECT_EQ(lowered("spend:99.991-100.009"), "spend[10000,10000]");
  EXPECT_EQ(lowered("spend:99.991..99.999"), "nothing");
}

TEST(Lower, NegativeDecimalsRoundInward) {
  Catalogue catalogue = demo_database();
  Tag balance;
  balance.name = "balance";
  balance.kind = engine::TagKind::Number;
  balance.scale = 1;
  balance.field = 3;  // shown under the name of field 3
  catalogue.tags.push_back(balance);
  const auto interval = [&](std::string_view text) {
    const Checked checked = check(text, catalogue, demo_options());
    return checked.bound.intervals.empty() ? "none"
                                           : range_end(checked.bound.intervals[0].low) + "," +
                                                 range_end(checked.bound.intervals[0].high);
  };
  EXPECT_EQ(interval("balance > -0.05"), "0,max");
  EXPECT_EQ(interval("balance >= -0.05"), "0,max");
  EXPECT_EQ(interval("balance < -0.05"), "min,-1");
  EXPECT_EQ(interval("balance <= -0.05"), "min,-1");
  EXPECT_EQ(interval("balance:-0.15..0.15"), "-1,1");
  EXPECT_EQ(interval("balance > -9.95"), "-99,max");
}

TEST(Lower, DatesAreDays) {
  EXPECT_EQ(lowered("signup:1970-01-01"), "signup[0,0]");
  EXPECT_EQ(lowered("signup:1970-01"), "signup[0,30]");
  EXPECT_EQ(lowered("signup > 1970-01"), "signup[31,max]");
  EXPECT_EQ(lowered("signup >= 1970-01"), "signup[0,max]");
  EXPECT_EQ(lowered("signup < 1970-01"), "signup[min,-1]");
  EXPECT_EQ(lowered("signup <= 1970-01"), "signup[min,30]");
  EXPECT_EQ(lowered("signup:1970-01-31..1970-02"), "signup[30,58]");
  EXPECT_EQ(lowered("signup:..1970-01-01"), "signup[min,0]");
  EXPECT_EQ(lowered("signup:today"), "signup[19889,19889]");
  EXPECT_EQ(lowered("signup:last 7d"), "signup[19883,19889]");
  EXPECT_EQ(lowered("signup != last 7d"), "(without signup/0 signup[19883,19889])");
  EXPECT_EQ(lowered("signup:(yesterday, today)"), "signup[19888,19889]");
  EXPECT_EQ(lowered("signup:*"), "signup/0");
}

TEST(Lower, AtLeast) {
  EXPECT_EQ(lowered("at_least(2, vip, city:tier1, age >= 30)"),
            "(at_least 2 vip/0 city/1 age[30,max])");
  EXPECT_EQ(lowered("至少(1, vip, vip)"), "(at_least 1 vip/0 vip/0)");
}

TEST(Lower, EveryNodeByItself) {
  const Checked checked =
      check("(vip OR 会员) AND NOT city:tier1", demo_database(), demo_options());
  ASSERT_TRUE(checked.ok);
  engine::Plan plan;
  const Bound& both = checked.bound;
  ASSERT_EQ(both.operands.size(), 2U);
  EXPECT_EQ(line(plan, lower(both.operands[0], plan)), "(or vip/0 会员/0)");
  EXPECT_EQ(line(plan, lower(both.operands[1].operands[0], plan)), "city/1");
  EXPECT_EQ(both.span, (Span{0, 30}));
  EXPECT_EQ(both.operands[0].span, (Span{1, 10}));  // without its brackets
  EXPECT_EQ(both.operands[1].span, (Span{16, 30}));
  EXPECT_EQ(both.operands[1].operands[0].span, (Span{20, 30}));
}

}  // namespace
}  // namespace tagline::dsl
