// The small catalogue that cases, fuzzer and documents speak of. "Today" is 2024-06-15, a Saturday.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/check.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::dsl {

struct NamedValue {
  std::string name;
  std::vector<std::string> aliases;
};

inline std::vector<Value> values_of(const std::vector<NamedValue>& names) {
  std::vector<Value> values;
  for (const NamedValue& named : names) {
    values.push_back({named.name, named.aliases,
                      engine::kFirstValueRow + static_cast<engine::RowId>(values.size())});
  }
  return values;
}

class DemoCatalogue {
 public:
  DemoCatalogue() {
    using engine::TagKind;
    add(TagKind::Flag, "vip");
    add(TagKind::Flag, "churn_risk", {"流失风险"});
    add(TagKind::Flag, "new_user", {"new user", "新用户"});
    add(TagKind::Flag, "会员");
    add(TagKind::Flag, "7日活跃");
    add(TagKind::Category, "city", {"城市"}).values = values_of({{"tier1", {"一线"}},
                                                                 {"tier2", {"二线"}},
                                                                 {"tier3", {"三线"}},
                                                                 {"New York", {}},
                                                                 {"and", {}}});
    add(TagKind::Category, "gender", {"性别"}).values =
        values_of({{"female", {"女"}}, {"male", {"男"}}});
    add(TagKind::Category, "age_band", {"年龄段"}).values =
        values_of({{"18-24", {}}, {"25-34", {}}, {"35-44", {}}, {"65+", {}}, {"90后", {}}});
    add(TagKind::Category, "sku").values =
        values_of({{"A*1", {}}, {"A-1", {}}, {"AB1", {}}, {"C++", {}}});
    add(TagKind::Set, "interest", {"兴趣"}).values = values_of(
        {{"beauty", {"美妆"}}, {"sports", {"运动"}}, {"travel", {"旅行"}}, {"baby", {"母婴"}}});
    number("age", {"年龄"}, 0, 0, 120);
    number("score", {}, 0, -100, 100);
    number("year_born", {}, 0, 1900, 2024);
    number("spend", {"消费金额"}, 2, 0, 1'000'000'000).unit = "元";
    add(TagKind::Date, "signup", {"注册日期"});
    add(TagKind::Date, "last_active", {"最近活跃"});
    Tag& old = add(TagKind::Flag, "loyal_2019");
    old.deprecated = true;
    old.replacement = "vip";

    const std::vector<NamedValue> goods = {{"beauty", {"美妆"}}, {"sports", {"运动"}}};
    Event& purchase = event("purchase", {"购买"}, values_of(goods));
    purchase.has_amount = true;
    purchase.scale = 2;
    purchase.unit = "元";
    event("view", {"浏览"}, values_of(goods));
    event("cart", {"加购"}, {});
    event("login", {"登录"}, {});
    for (const char* name : {"vip", "high_value", "高价值客户", "VIP 用户", "buyers"}) {
      catalogue_.segments.push_back({name, std::nullopt, 0});
    }
    catalogue_.runnable = false;
  }

  [[nodiscard]] Catalogue take() && { return std::move(catalogue_); }

 private:
  Event& event(std::string name, std::vector<std::string> aliases, std::vector<Value> keys) {
    Event& added = catalogue_.events.emplace_back();
    added.name = std::move(name);
    added.aliases = std::move(aliases);
    added.keys = std::move(keys);
    // Fields of tags, then 100, 110, ...: the event's own, then those of its keys.
    added.field = static_cast<engine::FieldId>(90 + 10 * catalogue_.events.size());
    for (std::size_t i = 0; i < added.keys.size(); ++i) {
      added.keys[i].row = added.field + 1 + static_cast<engine::RowId>(i);
    }
    return added;
  }

  Tag& add(engine::TagKind kind, std::string name, std::vector<std::string> aliases = {}) {
    Tag tag;
    tag.name = std::move(name);
    tag.aliases = std::move(aliases);
    tag.kind = kind;
    tag.field = static_cast<engine::FieldId>(catalogue_.tags.size() + 1);
    return catalogue_.tags.emplace_back(std::move(tag));
  }

  Tag& number(std::string name, std::vector<std::string> aliases, unsigned scale, std::int64_t min,
              std::int64_t max) {
    Tag& tag = add(engine::TagKind::Number, std::move(name), std::move(aliases));
    tag.scale = scale;
    tag.min = min;
    tag.max = max;
    return tag;
  }

  Catalogue catalogue_;
};

/// As a catalogue file: nothing to run on, nobody to count.
[[nodiscard]] inline Catalogue demo_catalogue() {
  return DemoCatalogue().take();
}

/// Rules that lead nowhere, name each other, or name each other too often.
inline void add_rules(Catalogue& catalogue) {
  const auto add = [&catalogue](std::string name, std::string rule) {
    catalogue.segments.push_back({std::move(name), std::move(rule), 0});
  };
  catalogue.segments.push_back({"imported", std::nullopt, 200});
  add("regulars", "did(purchase, count >= 3, in:last 90d)");
  add("lapsed regulars", "@regulars AND NOT did(purchase, in:last 30d)");
  add("round_a", "vip AND @round_b");
  add("round_b", "@round_a OR @\"round c\"");
  add("round c", "@imported");
  add("into_round", "NOT @round_a");
  add("broken", "city:tier1 AND ctiy:tier2");
  add("unfinished", "vip AND");
  add("on_broken", "@broken OR @unfinished OR vip");
  add("level_1", "vip OR @imported");
  for (int level = 2; level <= 17; ++level) {
    const std::string below = "@level_" + std::to_string(level - 1);
    add("level_" + std::to_string(level), below + " AND NOT (" + below + " AND new_user)");
  }
}

/// As a database of a million people: tags only, with counts. Every row holds 182,340 people; 1,203
/// have no value.
[[nodiscard]] inline Catalogue demo_database() {
  Catalogue catalogue = demo_catalogue();
  catalogue.events.clear();
  catalogue.segments.clear();
  catalogue.runnable = true;
  catalogue.people = [](engine::RowKey key) -> std::optional<std::uint64_t> {
    if (key == engine::kPopulationRow) {
      return 1'000'000;
    }
    return key.row == engine::kExistsRow ? 1'000'000 - 1'203 : 182'340;
  };
  return catalogue;
}

/// As a database that has everything: events, segments that are rules, a static list.
[[nodiscard]] inline Catalogue demo_store() {
  Catalogue catalogue = demo_catalogue();
  Catalogue database = demo_database();
  catalogue.runnable = true;
  catalogue.people = database.people;
  catalogue.segments.clear();
  add_rules(catalogue);
  return catalogue;
}

[[nodiscard]] inline CheckOptions demo_options() {
  CheckOptions options;
  options.as_of = std::chrono::sys_days(std::chrono::year(2024) / 6 / 15);
  // Nobody has put anything into a cart for five days.
  options.newest = [](engine::FieldId series) -> std::optional<std::chrono::sys_days> {
    static const Catalogue catalogue = demo_catalogue();
    const auto& events = catalogue.events;
    const auto cart = std::find_if(events.begin(), events.end(),
                                   [](const Event& event) { return event.name == "cart"; });
    return cart != events.end() && cart->field == series
               ? std::optional(std::chrono::sys_days(std::chrono::year(2024) / 6 / 10))
               : std::nullopt;
  };
  return options;
}

[[nodiscard]] inline Checked demo_check(std::string_view text) {
  static const Catalogue catalogue = demo_catalogue();
  return check(text, catalogue, demo_options());
}

}  // namespace tagline::dsl
