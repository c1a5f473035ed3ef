// Hints and edits that say what was meant: the first edit gives an expression that is sound and
// means it, and drops nothing.
#include "dsl/unicode.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::string apply(const Fix& fix, std::string_view text) {
  std::u32string points = decode(text);
  points.replace(fix.span.begin, fix.span.end - fix.span.begin, decode(fix.insert));
  return encode(points);
}

const Catalogue& store() {
  static const Catalogue catalogue = demo_store();
  return catalogue;
}

/// What the edits of the first error make of the text, " / " between them.
std::string repaired(std::string_view text) {
  const Checked checked = check(text, store(), demo_options());
  if (checked.ok) {
    return "ok";
  }
  std::string all;
  for (const Fix& fix : checked.errors.front().fixes) {
    all += (all.empty() ? "" : " / ") + apply(fix, text);
  }
  return all;
}

struct Row {
  std::string_view text;
  std::string_view first;  ///< after the first edit
};

void expect_meant(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Checked checked = check(row.text, store(), demo_options());
    ASSERT_FALSE(checked.ok) << row.text;
    const Diagnostic& error = checked.errors.front();
    ASSERT_FALSE(error.fixes.empty()) << row.text << ": " << error.message.en;
    EXPECT_EQ(apply(error.fixes.front(), row.text), row.first) << row.text;
    EXPECT_FALSE(error.hint.en.empty()) << row.text;
    const Checked fixed = check(row.first, store(), demo_options());
    EXPECT_TRUE(fixed.ok) << row.first << ": " << (fixed.ok ? "" : fixed.errors.front().message.en);
  }
}

TEST(Hints, OtherWordsForOperatorsAreUnderstood) {
  expect_meant({{"会员 或者 城市:一线", "会员 或 城市:一线"},
                {"会员 并且 城市:一线", "会员 且 城市:一线"},
                {"会员 和 城市:一线", "会员 且 城市:一线"},
                {"会员 以及 性别:女", "会员 且 性别:女"},
                {"会员 排除 流失风险", "会员 且 非 流失风险"},
                {"不 会员", "非 会员"},
                {"不是会员", "非 会员"},
                {"没有流失风险", "非 流失风险"},
                {"vip except churn_risk", "vip AND NOT churn_risk"},
                {"没做过(购买)", "非 做过(购买)"},
                {"没有做过(购买)", "非 做过(购买)"},
                {"did_not(purchase)", "NOT did(purchase)"},
                {"not_did(purchase)", "NOT did(purchase)"}});
}

TEST(Hints, ATagAndItsValueNeedAColon) {
  expect_meant({{"年龄 25到34", "年龄:25-34"},
                {"年龄 25至34岁", "年龄:25-34"},
                {"年龄 25-34", "年龄:25-34"},
                {"age between 25 and 34", "age:25-34"},
                {"城市 一线", "城市:一线"},
                {"会员 且 25-34", "会员 且 年龄:25-34"},
                {"vip AND 30", "vip AND age:30"}});
}

TEST(Hints, WhatStandsBehindTheEventIsPointedAt) {
  expect_meant({{"did(purchase, 最近30天)", "did(purchase, in:最近30天)"},
                {"做过(购买, 30天内)", "做过(购买, 时间:最近30天)"},
                {"做过(购买, 2次)", "做过(购买, 次数 >= 2)"},
                {"做过(购买, 超过2次)", "做过(购买, 次数 > 2)"},
                {"做过(购买, 次数大于2)", "做过(购买, 次数 > 2)"},
                {"did(purchase, 3)", "did(purchase, count >= 3)"}});
  const Checked both = check("做过(购买, 2次, 30天内)", store(), demo_options());
  ASSERT_EQ(both.errors.size(), 2U) << "each for itself";
  EXPECT_EQ(both.errors[0].span.begin, 7U);
  EXPECT_NE(both.errors[0].message.zh.find("2次 不是选项"), std::string::npos);
  const Checked two = check("did(purchase, view)", store(), demo_options());
  EXPECT_NE(two.errors.front().hint.en.find("did(purchase) OR did(view)"), std::string::npos)
      << two.errors.front().hint.en;
  const Checked keyed = check("did(view, category:beauty)", store(), demo_options());
  ASSERT_FALSE(keyed.ok);
  EXPECT_NE(keyed.errors.front().hint.en.find("did(view:"), std::string::npos)
      << keyed.errors.front().hint.en;
  // What they most likely meant is named first.
  const Checked bought = check("did(zahlen)", store(), demo_options());
  EXPECT_NE(bought.errors.front().hint.en.find("the events are purchase"), std::string::npos)
      << bought.errors.front().hint.en;
}

// Chinese messages name things in Chinese, where they have such a name.
TEST(Hints, ListsAreInTheReadersLanguage) {
  const Checked tag = check("天气", store(), demo_options());
  EXPECT_NE(tag.errors.front().hint.zh.find("城市"), std::string::npos)
      << tag.errors.front().hint.zh;
  EXPECT_NE(tag.errors.front().hint.en.find("city"), std::string::npos);
  const Checked value = check("城市:火星", store(), demo_options());
  EXPECT_NE(value.errors.front().hint.zh.find("一线、二线"), std::string::npos)
      << value.errors.front().hint.zh;
  const Checked key = check("做过(购买:鞋)", store(), demo_options());
  EXPECT_EQ(key.errors.front().message.zh.find("purchase"), std::string::npos)
      << key.errors.front().message.zh;
}

TEST(Hints, OfTwoLinesAreOnOne) {
  const Checked checked = check("(vip\n  # and\n  churn_risk)", store(), demo_options());
  ASSERT_FALSE(checked.ok);
  EXPECT_EQ(checked.errors.front().hint.en.find('\n'), std::string::npos);
}

TEST(Hints, AKeywordStuckToAValueDropsNoCondition) {
  expect_meant({{"年龄>=30且会员", "年龄>=30 且 会员"},
                {"年龄>=30或会员", "年龄>=30 或 会员"},
                {"年龄>=30且非会员", "年龄>=30 且 非 会员"},
                {"年龄>=30非会员", "年龄>=30 且 非 会员"},
                {"age>=30andvip", "age>=30 and vip"},
                {"age>=30and vip", "age>=30 and vip"},
                {"age>=30OR city:tier1", "age>=30 OR city:tier1"},
                {"年龄>=30且 会员", "年龄>=30 且 会员"},
                {"年龄>=30且年龄<40", "年龄>=30 且 年龄<40"},
                {"会员且 年龄>=30", "会员 且 年龄>=30"},
                {"city:tier1and vip", "city:tier1 and vip"},
                {"注册日期>=2024-01-01且会员", "注册日期>=2024-01-01 且 会员"}});
  const Checked checked = check("年龄>=30且会员", store(), demo_options());
  EXPECT_EQ(checked.errors.front().message.en, "且 is read as part of the value 30且会员");
}

TEST(Hints, ANoOfAFlagIsNot) {
  EXPECT_EQ(repaired("churn_risk:yes"), "churn_risk / NOT churn_risk");
  EXPECT_EQ(repaired("vip:1"), "vip / NOT vip");
  EXPECT_EQ(repaired("vip != no"), "vip / NOT vip");
  for (const std::string_view no :
       {"vip:no", "vip:No", "vip:否", "vip:false", "vip:0", "vip != yes", "vip = no"}) {
    EXPECT_EQ(repaired(no), "NOT vip / vip") << no;
  }
  EXPECT_EQ(repaired("会员:否"), "非 会员 / 会员");
  EXPECT_EQ(repaired("NOT vip:no"), "NOT NOT vip / NOT vip");
  EXPECT_EQ(repaired("-vip:no"), "-(NOT vip) / -vip");
  EXPECT_TRUE(check("-(NOT vip)", store(), demo_options()).ok);
  EXPECT_EQ(check("会员:否", store(), demo_options()).errors.front().hint.zh, "请写 非 会员");
}

TEST(Hints, PeriodsWithoutAUnitOrYetToCome) {
  EXPECT_EQ(repaired("signup:last 3"), "signup:last 3d / signup:last 3w / signup:last 3mo");
  EXPECT_EQ(repaired("注册日期:最近 3"),
            "注册日期:最近3天 / 注册日期:最近3周 / 注册日期:最近3个月");
  EXPECT_EQ(repaired("注册日期:最近3"), "注册日期:最近3天 / 注册日期:最近3周 / 注册日期:最近3个月");
  expect_meant({{"did(login, in:last 3)", "did(login, in:last 3d)"},
                {"did(login, last 3)", "did(login, in:last 3d)"},
                {"signup:next week", "signup:2024-06-17..2024-06-23"},
                {"注册日期:下个月", "注册日期:2024-07-01..2024-07-31"},
                {"signup:tomorrow", "signup:2024-06-16"},
                {"会员 且 signup:last 3", "会员 且 signup:last 3d"}});
  EXPECT_EQ(check("signup:last 3", store(), demo_options()).errors.front().message.en,
            "last 3 has no unit of time");
}

TEST(Hints, ComparisonsInWords) {
  expect_meant({{"年龄 大于 30", "年龄 > 30"},
                {"年龄 不小于 30 且 会员", "年龄 >= 30 且 会员"},
                {"年龄大于30", "年龄 > 30"},
                {"年龄大于 30", "年龄 > 30"},
                {"年龄 小于等于30", "年龄 <= 30"},
                {"城市 等于 一线", "城市:一线"},
                {"注册日期 晚于 2024-01-01", "注册日期 > 2024-01-01"},
                {"age greater than 30", "age > 30"},
                {"age is 30", "age:30"},
                {"age is not 30", "age != 30"},
                {"did(purchase, count at least 3)", "did(purchase, count >= 3)"},
                {"做过(购买, 次数 不少于 3)", "做过(购买, 次数 >= 3)"}});
}

TEST(Hints, OptionsWithoutTheirName) {
  expect_meant({{"did(purchase, last 30d)", "did(purchase, in:last 30d)"},
                {"did(purchase, this month)", "did(purchase, in:this month)"},
                {"做过(购买, 最近30天)", "做过(购买, 时间:最近30天)"},
                {"做过(购买, 上月)", "做过(购买, 时间:上月)"},
                {"did(purchase, 2024-01)", "did(purchase, in:2024-01)"},
                {"did(purchase, 3)", "did(purchase, count >= 3)"},
                {"did(purchase, >= 3)", "did(purchase, count >= 3)"},
                {"做过(购买, >= 3)", "做过(购买, 次数 >= 3)"}});
}

TEST(Hints, ThatWereWrongOrEmpty) {
  const auto first = [](std::string_view text) {
    return check(text, store(), demo_options()).errors.at(0);
  };
  Catalogue catalogue = demo_catalogue();
  for (Tag& tag : catalogue.tags) {
    tag.unit = tag.name == "age" ? "岁" : tag.unit;
  }
  EXPECT_EQ(check("age:25岁", catalogue, demo_options()).errors.at(0).message.en,
            "leave the unit out; age is in 岁");
  EXPECT_EQ(first("spend >= 100元").message.en, "leave the currency out; spend is in 元");
  EXPECT_EQ(first("at_least(1.5, vip, churn_risk)").hint.en, "write a number from 1 to 2");
  EXPECT_EQ(first("sample(1.5, vip)").hint.en, "write a whole number such as 1000");
  for (const std::string_view far :
       {"signup:0000-01-01", "signup < today+99999999d", "did(login, in:last 99999999d)"}) {
    EXPECT_EQ(first(far).code, "out-of-range") << far;
    EXPECT_EQ(first(far).hint.en, "dates run from 0001-01-01 to 9999-12-31") << far;
  }
  EXPECT_FALSE(first("sequence(view, cart, within:99999999d)").hint.en.empty());
  EXPECT_EQ(first("top(5, by:purchase)").message.en,
            "purchase is an event, not a tag, so nothing can be ranked by it");
}

// Who did it never is not left out in silence.
TEST(Hints, ARangeThatTakesInZeroSaysSo) {
  for (const std::string_view text :
       {"did(purchase, count:0..2)", "did(purchase, count:0-2)", "did(purchase, count:-1..2)",
        "did(purchase, days:0..1)", "did(purchase, streak:(0..1, 4))", "did(purchase, count >= 0)",
        "did(purchase, count > -1)", "did(purchase, count:0..)"}) {
    const Checked checked = check(text, store(), demo_options());
    ASSERT_FALSE(checked.ok) << text;
    EXPECT_EQ(checked.errors.front().code, "out-of-range") << text;
  }
  EXPECT_EQ(repaired("did(purchase, count:0..2, in:last 30d)"),
            "(NOT did(purchase, in:last 30d) OR did(purchase, in:last 30d, count <= 2)) / "
            "did(purchase, count:1..2, in:last 30d)");
  EXPECT_EQ(repaired("做过(购买, 次数:0..1)"),
            "(非 做过(购买) 或 做过(购买, 次数 <= 1)) / 做过(购买, 次数:1)");
  EXPECT_EQ(repaired("did(purchase, count:0..2, sum > 5)"), "did(purchase, count:1..2, sum > 5)");
  EXPECT_EQ(repaired("did(purchase, count >= 0)"), "did(purchase, count >= 1)");
  EXPECT_EQ(repaired("did(purchase, count:0, in:last 7d)"), "NOT did(purchase, in:last 7d)");
  for (const std::string_view text : {"did(purchase, count < 3)", "did(purchase, count:..2)",
                                      "did(purchase, count != 0..2)", "did(purchase, sum:0..2)"}) {
    EXPECT_EQ(repaired(text), "ok") << text;
  }
  expect_meant(
      {{"vip AND did(login, count:0..2)", "vip AND (NOT did(login) OR did(login, count <= 2))"}});
}

TEST(Hints, SpeakChineseToChinese) {
  EXPECT_EQ(repaired("会员 城市:一线"), "会员 且 城市:一线 / 会员 或 城市:一线");
  EXPECT_EQ(repaired("注册日期 < 最近7天"), "注册日期 < 今天-6天");
  const auto warning = [](std::string_view text) {
    return check(text, store(), demo_options()).warnings.at(0);
  };
  EXPECT_EQ(warning("会员 或 vip 且 城市:一线").hint.zh, "写明更清楚：会员 或 (vip 且 城市:一线)");
  EXPECT_EQ(warning("会员 或 vip 且 城市:一线").fixes.front().insert, "(vip 且 城市:一线)");
  EXPECT_EQ(warning("vip OR new_user AND age >= 3").fixes.front().insert,
            "(new_user AND age >= 3)");
}

// An accent typed as a character of its own.
TEST(Hints, NamesAreComparedComposed) {
  Catalogue catalogue = demo_catalogue();
  catalogue.tags[5].values.push_back({"caf\u00e9", {}, 90});
  catalogue.tags[5].values.push_back({"re\u0301sume\u0301", {}, 91});  // not stored as NFC
  const auto rows = [&](std::string_view text) {
    const Checked checked = check(text, catalogue, demo_options());
    return checked.ok ? checked.bound.rows : std::vector<engine::RowId>();
  };
  for (const std::string_view text : {"city:cafe\u0301", "city:caf\u00e9", "city:\"cafe\u0301\"",
                                      "city:CAFE\u0301", "city:cafe\u0301*"}) {
    const bool other_case = text.find("CAFE") != std::string_view::npos;
    EXPECT_EQ(rows(text),
              other_case ? std::vector<engine::RowId>() : std::vector<engine::RowId>{90})
        << text;
  }
  EXPECT_EQ(rows("city:r\u00e9sum\u00e9"), std::vector<engine::RowId>{91});
  const Checked placed = check("city:cafe\u0301 AND nosuch", catalogue, demo_options());
  EXPECT_EQ(placed.errors.at(0).span, (Span{15, 21}));
  // What would compose to a sign of the language stays what it is.
  const Checked mark = check("city:a\u037eb", catalogue, demo_options());
  EXPECT_EQ(mark.errors.at(0).code, "unknown-value");
}

}  // namespace
}  // namespace tagline::dsl
