// The expression in the reader's language: what it looks like, and that it means the same.
#include "dsl/display.h"

#include "tests/dsl/case_file.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::string shown(const std::string& text, const Catalogue& catalogue, Language language) {
  const Checked checked = check(text, catalogue, demo_options());
  return checked.ok ? display(checked.tree, catalogue, language) : "error in " + text;
}

TEST(Display, Chinese) {
  const Catalogue catalogue = demo_catalogue();
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"city:tier1 AND NOT churn_risk", "城市:一线 且 非 流失风险"},
      {"vip OR (new_user AND age >= 30)", "vip 或 (新用户 且 年龄 >= 30)"},
      {"NOT (vip OR 会员)", "非 (vip 或 会员)"},
      {"city:(tier1, \"New York\", \"and\")", "城市:(一线, \"New York\", \"and\")"},
      {"age_band:25-34", "年龄段:25-34"},
      {"sku:\"A*1\"", "sku:\"A*1\""},
      {"city:tier*", "城市:tier*"},
      {"signup:last 30d", "注册日期:最近30天"},
      {"signup:last 3mo", "注册日期:最近3个月"},
      {"signup:(this week, this month, this quarter, this year, this day)",
       "注册日期:(本周, 本月, 本季度, 今年, 今天)"},
      {"signup != last month", "注册日期 != 上月"},
      {"signup:today-2w..yesterday+1d", "注册日期:今天-2周..昨天+1天"},
      {"signup:2024-01-31+1mo", "注册日期:2024-01-31+1个月"},
      {"signup:..2024-01", "注册日期:..2024-01"},
      {"signup:\"2024-01-31 18:30\"", "注册日期:\"2024-01-31 18:30\""},
      {"did(view:(beauty, sports), count >= 2, in:last 7d)",
       "做过(浏览:(美妆, 运动), 次数 >= 2, 时间:最近7天)"},
      {"sequence(view, purchase, within:1d..3d, in:this month)",
       "依次做过(浏览, 购买, 间隔:1天..3天, 时间:本月)"},
      {"top(10, vip AND city:tier1, by:spend)", "最高(10, vip 且 城市:一线, 按:消费金额)"},
      {"bottom(10, by:last_active)", "最低(10, 按:最近活跃)"},
      {"sample(10%, @\"VIP 用户\", seed:spring)", "抽样(10%, @\"VIP 用户\", 种子:spring)"},
      {"at_least(2, vip, *, age:25~34)", "至少(2, vip, *, 年龄:25~34)"},
      {"lookalike(100, @buyers)", "相似(100, @buyers)"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(shown(text, catalogue, Language::Chinese), expected) << text;
  }
}

TEST(Display, English) {
  const Catalogue catalogue = demo_catalogue();
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"城市：（一线、二线）且 非 会员", "city:(tier1, tier2) AND NOT 会员"},
      {"注册日期:今年", "signup:this year"},
      {"注册日期:近1个季度", "signup:last 1q"},
      {"注册日期 >= 今天-30天", "signup >= today-30d"},
      {"做过(购买, 金额 >= 500, 时间:本月)", "did(purchase, sum >= 500, in:this month)"},
      {"依次做过(浏览, 购买:美妆, 间隔:7天)", "sequence(view, purchase:beauty, within:7d)"},
      {"最低(5, 会员 或 vip, 按:年龄)", "bottom(5, 会员 OR vip, by:age)"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(shown(text, catalogue, Language::English), expected) << text;
  }
}

// A spelling that another entry, or an option, answers to would say something else.
TEST(Display, KeepsASpellingThatIsTakenElsewhere) {
  Catalogue catalogue = demo_catalogue();
  catalogue.tags[0].aliases = {"城市"};            // vip, also called as city is in Chinese
  catalogue.tags[1].aliases = {"按", "流失风险"};  // churn_risk, also called as an option is
  const Checked city = check("city:tier1", catalogue, demo_options());
  EXPECT_EQ(display(city.tree, catalogue, Language::Chinese), "city:一线");
  const Checked call = check("at_least(1, churn_risk, vip)", catalogue, demo_options());
  ASSERT_TRUE(call.ok);
  const std::string text = display(call.tree, catalogue, Language::Chinese);
  EXPECT_EQ(text, "至少(1, \"按\", 城市)");
  EXPECT_TRUE(same_condition(check(text, catalogue, demo_options()).bound, call.bound));
}

void expect_law(const std::string& text, const Catalogue& catalogue) {
  const Checked first = check(text, catalogue, demo_options());
  if (!first.ok) {
    return;
  }
  SCOPED_TRACE(text);
  const std::string zh = display(first.tree, catalogue, Language::Chinese);
  const Checked chinese = check(zh, catalogue, demo_options());
  ASSERT_TRUE(chinese.ok) << zh;
  const std::string en = display(chinese.tree, catalogue, Language::English);
  const Checked english = check(en, catalogue, demo_options());
  ASSERT_TRUE(english.ok) << en;
  EXPECT_TRUE(same_condition(first.bound, chinese.bound)) << zh;
  EXPECT_TRUE(same_condition(first.bound, english.bound)) << en;
  EXPECT_EQ(display(english.tree, catalogue, Language::Chinese), zh);
  EXPECT_EQ(display(english.tree, catalogue, Language::English), en);
}

TEST(Display, ThereAndBackIsTheSameCondition) {
  const Catalogue catalogue = demo_catalogue();
  std::size_t cases = 0;
  for (const char* file : {"examples.tsv", "language.tsv", "rules.tsv"}) {
    for (const Case& one : read_cases(std::string(TAGLINE_SOURCE_DIR "/tests/dsl/cases/") + file)) {
      ++cases;
      expect_law(one.expression, catalogue);
    }
  }
  EXPECT_GT(cases, 400U);
}

}  // namespace
}  // namespace tagline::dsl
