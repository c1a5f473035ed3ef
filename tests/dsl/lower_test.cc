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

std::string field_name(engine::FieldId field) {
  static const Catalogue catalogue = demo_catalogue();
  if (field == 0) {
    return "*";
  }
  if (field <= catalogue.tags.size()) {
    return catalogue.tags.at(field - 1).name;
  }
  for (const Event& event : catalogue.events) {
    for (const Value& key : event.keys) {
      if (key.row == field) {
        return event.name + ":" + key.name;
      }
    }
    if (event.field == field) {
      return event.name;
    }
  }
  return std::to_string(field);
}

/// " view+view:beauty purchase", then what the operation has besides.
std::string event_words(const engine::Node& node) {
  std::string words;
  for (const engine::SeriesSet& series : node.steps) {
    std::string step;
    for (const engine::FieldId field : series) {
      step += (step.empty() ? "" : "+") + field_name(field);
    }
    words += " " + step;
  }
  for (const Interval& interval : node.intervals) {
    words += " [" + range_end(interval.low) + "," + range_end(interval.high) + "]";
  }
  if (node.window != engine::DayWindow{}) {
    words += " in " +
             (node.window.first == engine::kFirstDay ? "" : std::to_string(node.window.first)) +
             ".." + (node.window.last == engine::kLastDay ? "" : std::to_string(node.window.last));
  }
  const auto gap = [](const engine::DayGap& length) {
    return std::to_string(length.months) + "mo" + std::to_string(length.days) + "d";
  };
  if (node.gap_max.has_value()) {
    words += " gap " + gap(node.gap_min) + ".." + gap(*node.gap_max);
  }
  return words;
}

/// A plan on one line. Written here, so that the form of the engine's own printer may change.
std::string line(const engine::Plan& plan, engine::NodeId id) {
  using engine::Op;
  const engine::Node& node = plan.at(id);
  const auto name = [&] { return field_name(node.row.field); };
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
    case Op::Did:
      return "(did" + event_words(node) + ")";
    case Op::EventDays:
      return "(days" + event_words(node) + ")";
    case Op::EventCount:
      return "(count" + event_words(node) + ")";
    case Op::EventSum:
      return "(sum" + event_words(node) + ")";
    case Op::Streak:
      return "(streak " + std::to_string(node.low) + event_words(node) + ")";
    case Op::Sequence:
      return "(sequence" + event_words(node) + ")";
    case Op::SampleShare:
      return "share " + std::to_string(node.share);
    case Op::Top:
      head = "top " + std::to_string(node.low) + " " + name();
      break;
    case Op::Bottom:
      head = "bottom " + std::to_string(node.low) + " " + name();
      break;
    case Op::SampleSize:
      head = "sample " + std::to_string(node.low);
      break;
    case Op::Lookalike:
      head =
          "lookalike " + std::to_string(node.low) + " of " + std::to_string(node.features.size());
      break;
  }
  for (const engine::NodeId operand : node.operands) {
    head += " " + line(plan, operand);
  }
  return "(" + head + ")";
}

std::string lowered(std::string_view text) {
  static const Catalogue catalogue = demo_store();
  const Checked checked = check(text, catalogue, demo_options());
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

TEST(Lower, DidWithoutMeasures) {
  EXPECT_EQ(lowered("did(purchase)"), "(did purchase)");
  EXPECT_EQ(lowered("did(view:beauty)"), "(did view:beauty)");
  EXPECT_EQ(lowered("做过(浏览:(运动, 美妆, beauty))"), "(did view:beauty+view:sports)");
  EXPECT_EQ(lowered("did(view:*)"), "(did view:beauty+view:sports)");
  EXPECT_EQ(lowered("did(view:b*)"), "(did view:beauty)");
  EXPECT_EQ(lowered("did(view:\"b*\")"), "error: unknown-value");
  EXPECT_EQ(lowered("did(login:*)"), "error: unknown-value");
  EXPECT_EQ(lowered("did(login, in:last 7d)"), "(did login in 19883..19889)");
  EXPECT_EQ(lowered("did(login, in >= 2024-06-15)"), "(did login in 19889..)");
  EXPECT_EQ(lowered("did(login, in < 1970-01-02)"), "(did login in ..0)");
  EXPECT_EQ(lowered("did(login, in:*)"), "(did login)");
  EXPECT_EQ(lowered("did(login, in > 9999-12-31)"), "nothing");
  EXPECT_EQ(lowered("did(login, in < 0001-01-01)"), "nothing");
}

TEST(Lower, DidWithMeasures) {
  EXPECT_EQ(lowered("did(login, count >= 3)"), "(count login [3,max])");
  EXPECT_EQ(lowered("did(login, count < 3)"), "(count login [1,2])");
  EXPECT_EQ(lowered("did(login, count:..5)"), "(count login [1,5])");
  EXPECT_EQ(lowered("did(login, count != 3)"), "(count login [1,2] [4,max])");
  EXPECT_EQ(lowered("did(login, count != (1, 2))"), "(count login [3,max])");
  EXPECT_EQ(lowered("did(login, count:(1, 3, 4))"), "(count login [1,1] [3,4])");
  EXPECT_EQ(lowered("did(login, count >= 1)"), "(did login)");
  EXPECT_EQ(lowered("did(login, count:*)"), "(did login)");
  EXPECT_EQ(lowered("did(login, count != *)"), "nothing");
  EXPECT_EQ(lowered("did(login, days:2-3, in:1970-01)"), "(days login [2,3] in 0..30)");
  EXPECT_EQ(lowered("did(login, count >= 2, days:1)"),
            "(and (count login [2,max]) (days login [1,1]))");
  EXPECT_EQ(lowered("did(login, streak >= 3)"), "(streak 3 login)");
  EXPECT_EQ(lowered("did(login, streak:2-4)"), "(without (streak 2 login) (streak 5 login))");
  EXPECT_EQ(lowered("did(login, streak < 3)"), "(without (did login) (streak 3 login))");
  EXPECT_EQ(lowered("did(login, streak != 3)"),
            "(or (without (did login) (streak 3 login)) (streak 4 login))");
}

TEST(Lower, SumsAreScaledAsTheEventIs) {
  EXPECT_EQ(lowered("did(purchase, sum >= 99.95)"), "(sum purchase [9995,max])");
  EXPECT_EQ(lowered("did(purchase:beauty, sum < 0)"), "(sum purchase:beauty [min,-1])");
  EXPECT_EQ(lowered("did(purchase, sum > 99.999)"), "(sum purchase [10000,max])");
  EXPECT_EQ(lowered("did(purchase, sum:99.999)"), "nothing");
  EXPECT_EQ(lowered("did(purchase, sum != 99.999)"), "(did purchase)");
  EXPECT_EQ(lowered("did(purchase, sum != 0)"), "(sum purchase [min,-1] [1,max])");
  EXPECT_EQ(lowered("did(purchase, sum:*)"), "(did purchase)");
  EXPECT_EQ(lowered("did(purchase, sum:-5..5)"), "(sum purchase [-500,500])");
}

TEST(Lower, Sequences) {
  EXPECT_EQ(lowered("sequence(view, purchase)"), "(sequence view purchase)");
  EXPECT_EQ(lowered("sequence(view:(beauty, sports), cart, purchase, within:3d, in:last 30d)"),
            "(sequence view:beauty+view:sports cart purchase in 19860..19889 gap 0mo0d..0mo3d)");
  EXPECT_EQ(lowered("sequence(view, view, within:1d..2w)"),
            "(sequence view view gap 0mo1d..0mo14d)");
  EXPECT_EQ(lowered("依次做过(浏览, 购买, 间隔:1个月..1季度)"),
            "(sequence view purchase gap 1mo0d..3mo0d)");
  EXPECT_EQ(lowered("sequence(view, cart, within:1y)"), "(sequence view cart gap 0mo0d..12mo0d)");
  EXPECT_EQ(lowered("sequence(view, cart, within:31d..1mo)"),
            "(sequence view cart gap 0mo31d..1mo0d)");
  EXPECT_EQ(lowered("sequence(view, cart, within:1mo..20d)"), "error: empty-range");
  EXPECT_EQ(lowered("sequence(view, cart, within:9999y)"),
            "(sequence view cart gap 0mo0d..119988mo0d)");
  EXPECT_EQ(lowered("sequence(view, cart, within:10000y)"), "error: out-of-range");
  EXPECT_EQ(lowered("sequence(view, cart, within:999999999w)"), "error: out-of-range");
}

TEST(Lower, ChosenPeople) {
  EXPECT_EQ(lowered("top(10, vip, by:spend)"), "(top 10 spend vip/0)");
  EXPECT_EQ(lowered("最低(10, 按:注册日期)"), "(bottom 10 signup everyone)");
  EXPECT_EQ(lowered("sample(1000, vip)"), "(sample 1000 vip/0)");
  EXPECT_EQ(lowered("lookalike(10, vip)"), "(lookalike 10 of 32 vip/0)");
  EXPECT_EQ(lowered("top(10, sample(5, vip), by:age) AND churn_risk"),
            "(and (top 10 age (sample 5 vip/0)) churn_risk/0)");
}

TEST(Lower, SharesAreExact) {
  EXPECT_EQ(lowered("sample(50%)"), "(and everyone share 9223372036854775808)");
  EXPECT_EQ(lowered("sample(10%, vip)"), "(and vip/0 share 1844674407370955161)");
  EXPECT_EQ(lowered("sample(100%)"), "(and everyone share 18446744073709551615)");
  EXPECT_EQ(lowered("sample(33.333333333333333333333%)"),
            "(and everyone share 6148914691236517205)");
  EXPECT_EQ(lowered("sample(0.01%)"), "(and everyone share 1844674407370955)");
  EXPECT_EQ(lowered("sample(1.5625%)"), "(and everyone share 288230376151711744)");
  EXPECT_EQ(lowered("sample(0.0000000000000000000001%)"), "(and everyone share 0)");
  EXPECT_EQ(lowered("sample(0%)"), "error: out-of-range");
  EXPECT_EQ(lowered("sample(100.1%)"), "error: out-of-range");
}

TEST(Lower, SeedsAreTexts) {
  const auto seed_of_plan = [](std::string_view text) {
    const Checked checked = check(text, demo_store(), demo_options());
    engine::Plan plan;
    return plan.at(lower(checked.bound, plan)).seed;
  };
  EXPECT_EQ(seed_of_plan("sample(10, vip)"), 0xF52A15E9A9B5E89BULL);
  EXPECT_NE(seed_of_plan("sample(10, vip, seed:spring)"), seed_of_plan("sample(10, vip)"));
  EXPECT_NE(seed_of_plan("sample(10, seed:1)"), seed_of_plan("sample(10, seed:2)"));
  EXPECT_EQ(seed_of_plan("sample(10, seed:a)"), seed_of_plan("抽样(10, 种子:\"a\")"));
}

TEST(Lower, Segments) {
  EXPECT_EQ(lowered("@imported"), "200/0");
  EXPECT_EQ(lowered("@REGULARS"), "(count purchase [3,max] in 19800..19889)");
  EXPECT_EQ(lowered("NOT @\"lapsed regulars\""),
            "(not (and (count purchase [3,max] in 19800..19889) (not (did purchase in "
            "19860..19889))))");
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
