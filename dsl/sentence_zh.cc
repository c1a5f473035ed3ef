// Chinese. A condition is a predicate (城市为一线, 有购买记录), so that predicates join ahead of
// 的人 and in brackets alike. A space stands between Chinese and Latin text, as in print; names
// keep the spaces they have.
#include "dsl/number.h"
#include "dsl/sentence_parts.h"
#include "dsl/sentence_zh_words.h"
#include "dsl/unicode.h"
#include "engine/lookalike.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tagline::dsl {
namespace {

using engine::TagKind;
using namespace chinese;  // NOLINT(google-build-using-namespace): its words, in this file only

class Chinese {
 public:
  explicit Chinese(const Catalogue& catalogue) : names_(catalogue, Language::Chinese) {}

  /// ...的人, 所有人: a noun.
  [[nodiscard]] std::string body(const Bound& bound) {
    switch (bound.kind) {
      case BoundKind::Nothing:
        return "没有任何人符合";
      case BoundKind::Everyone:
        return "所有人";
      case BoundKind::And:
        return all_of_people(bound);
      case BoundKind::Or:
        return set({either(bound), "的人"});
      case BoundKind::Not:
        return except(bound.operands.front());
      case BoundKind::Rows:
      case BoundKind::Numbers:
      case BoundKind::AtLeast:
      case BoundKind::Did:
      case BoundKind::Sequence:
      case BoundKind::Top:
      case BoundKind::Bottom:
      case BoundKind::SampleShare:
      case BoundKind::SampleSize:
      case BoundKind::Lookalike:
      case BoundKind::Segment:
      case BoundKind::List:
      case BoundKind::Foreign:
        break;
    }
    return is_subset(bound) ? subset(bound) : set({clause(bound), "的人"});
  }

 private:
  [[nodiscard]] std::string unknown(engine::FieldId field) const {
    return set({name_of(field), "未知"});
  }
  [[nodiscard]] std::string name_of(engine::FieldId field) const { return names_.tag_name(field); }

  /// A group in brackets, where something follows or leads that could be taken for part of it.
  [[nodiscard]] std::string people(const Bound& bound) {
    const bool is_group = bound.kind == BoundKind::And || bound.kind == BoundKind::Or;
    return is_group ? set({clause(bound), "的人"}) : body(bound);
  }

  [[nodiscard]] std::string except(const Bound& negated_one) {
    if (negated_one.kind == BoundKind::Everyone || negated_one.kind == BoundKind::Nothing) {
      return negated_one.kind == BoundKind::Everyone ? "没有任何人符合" : "所有人";
    }
    if (const auto field = may_be_unknown(names_, negated_one)) {
      return set({"除", people(negated_one), "以外的所有人（包括", unknown(*field), "的人）"});
    }
    if (has_short_negative(negated_one)) {
      return set({negated(negated_one), "的人"});
    }
    return set({"除", people(negated_one), "以外的所有人"});
  }

  [[nodiscard]] bool has_short_negative(const Bound& bound) const {
    return is_flag(names_, bound) || is_existence(names_, bound) ||
           (bound.kind == BoundKind::Did && bound.measures.empty()) ||
           bound.kind == BoundKind::Segment || bound.kind == BoundKind::List ||
           bound.kind == BoundKind::Foreign;
  }

  /// What is asked for first, what is left out after it.
  [[nodiscard]] std::string all_of(const Bound& bound) {
    std::vector<const Bound*> ordered;
    for (const bool is_not : {false, true}) {
      for (const Bound& operand : bound.operands) {
        if ((operand.kind == BoundKind::Not) == is_not) {
          ordered.push_back(&operand);
        }
      }
    }
    Words words;
    for (const Bound* operand : ordered) {
      if (words.size() == kOperandsSpelled) {
        words.push_back(
            set({"满足另外", with_separators(ordered.size() - words.size()), "个条件"}));
        break;
      }
      words.push_back(clause(*operand));
    }
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
      text = i == 0 ? words[i] : set({text, i + 1 == words.size() ? "，并且" : "，", words[i]});
    }
    return text;
  }

  /// A number of people is one to begin with: ...的 20,000 人，但不包括...的人.
  [[nodiscard]] std::string all_of_people(const Bound& bound) {
    const auto is_not = [](const Bound& operand) { return operand.kind == BoundKind::Not; };
    const auto first = std::find_if_not(bound.operands.begin(), bound.operands.end(), is_not);
    const bool is_one_subset =
        first != bound.operands.end() && is_subset(*first) &&
        std::find_if_not(first + 1, bound.operands.end(), is_not) == bound.operands.end() &&
        bound.operands.size() <= kOperandsSpelled;
    if (!is_one_subset) {
      return set({all_of(bound), "的人"});
    }
    const std::string head = subset(*first);
    std::string text = head;
    for (const Bound& operand : bound.operands) {
      if (is_not(operand)) {
        text =
            set({text, text == head ? "，不包括" : "，也不包括", people(operand.operands.front())});
      }
    }
    return text;
  }

  [[nodiscard]] std::string either(const Bound& bound) {
    std::string text;
    std::size_t count = 0;
    for (const Bound& operand : bound.operands) {
      if (count == kOperandsSpelled) {
        text +=
            set({"，或者满足另外", with_separators(bound.operands.size() - count), "个条件之一"});
        break;
      }
      text = count++ == 0 ? clause(operand) : set({text, "，或者", clause(operand)});
    }
    return text;
  }

  [[nodiscard]] std::string clause(const Bound& bound) {
    switch (bound.kind) {
      case BoundKind::Nothing:
        return "没有人能满足的条件";
      case BoundKind::Everyone:
        return "不限条件";
      case BoundKind::Rows:
        return rows(bound);
      case BoundKind::Numbers:
        return numbers(bound);
      case BoundKind::And:
        return "（" + all_of(bound) + "）";
      case BoundKind::Or:
        return "（" + either(bound) + "）";
      case BoundKind::Not:
        return negated(bound.operands.front());
      case BoundKind::AtLeast:
        return at_least(bound);
      case BoundKind::Did:
        return did(bound);
      case BoundKind::Sequence:
        return sequence(bound);
      case BoundKind::Top:
      case BoundKind::Bottom:
      case BoundKind::SampleShare:
      case BoundKind::SampleSize:
      case BoundKind::Lookalike:
        return "属于（" + subset(bound) + "）";
      case BoundKind::Segment:
        return segment(bound);
      case BoundKind::List:
        return "在名单“" + bound.text + "”中";
      case BoundKind::Foreign:
        break;
    }
    return set({"属于人群", bound.text});
  }

  [[nodiscard]] std::string negated(const Bound& bound) {
    if (is_flag(names_, bound)) {
      return flag("没有", bound);
    }
    if (is_existence(names_, bound)) {
      return unknown(bound.field);
    }
    switch (bound.kind) {
      case BoundKind::Rows:
        return bound.differs ? "不满足（" + rows(bound) + "）"
                             : set({name_of(bound.field), none_of_names(verb(bound), values(bound)),
                                    "（含", unknown(bound.field), "的人）"});
      case BoundKind::Numbers:
        return set({name_of(bound.field), listed(negated_ranges(bound), "或"), "（含",
                    unknown(bound.field), "的人）"});
      case BoundKind::Did:
        if (bound.measures.empty()) {
          return set({in_window(bound.window), "没有", event(bound.steps.front()), "记录"});
        }
        break;
      case BoundKind::Segment:
      case BoundKind::List:
      case BoundKind::Foreign:
        return bound.kind == BoundKind::List ? "不在名单“" + bound.text + "”中"
                                             : "不" + clause(bound);
      case BoundKind::Nothing:
      case BoundKind::Everyone:
      case BoundKind::And:
      case BoundKind::Or:
      case BoundKind::Not:
      case BoundKind::AtLeast:
      case BoundKind::Sequence:
      case BoundKind::Top:
      case BoundKind::Bottom:
      case BoundKind::SampleShare:
      case BoundKind::SampleSize:
      case BoundKind::Lookalike:
        break;
    }
    const bool is_group = bound.kind == BoundKind::And || bound.kind == BoundKind::Or;
    return is_subset(bound) ? "不" + clause(bound)
                            : "不满足" + (is_group ? clause(bound) : "（" + clause(bound) + "）");
  }

  [[nodiscard]] std::string flag(std::string_view has, const Bound& bound) const {
    const std::string name = name_of(bound.field);
    return has_wide_script(name) ? set({has, "“" + name + "”标签"})
                                 : set({has, set_off(name), "标签"});
  }

  [[nodiscard]] std::string_view verb(const Bound& bound) const {
    const Tag* tag = names_.tag(bound.field);
    return tag != nullptr && tag->kind == TagKind::Set ? "包含" : "是";
  }
  [[nodiscard]] ShownNames values(const Bound& bound) {
    return names_.values(bound.field, bound.rows);
  }

  [[nodiscard]] std::string rows(const Bound& bound) {
    if (is_flag(names_, bound)) {
      return flag("有", bound);
    }
    if (is_existence(names_, bound)) {
      return set({name_of(bound.field), "已知"});
    }
    if (bound.differs) {
      return set({name_of(bound.field), "已知且", none_of_names(verb(bound), values(bound))});
    }
    const std::string_view is = verb(bound) == "是" ? "为" : "包含";
    return set({name_of(bound.field), is, any_of_names(values(bound))});
  }

  /// 不为 25, 不在 25 到 34 之间; of open ranges and several: what is left.
  [[nodiscard]] Words negated_ranges(const Bound& bound) const {
    const Tag* tag = names_.tag(bound.field);
    const bool is_closed = bound.intervals.size() == 1 &&
                           bound.intervals.front().low != kNumberMin &&
                           bound.intervals.front().high != kNumberMax;
    if (bound.differs) {
      return ranges(bound.intervals, tag);
    }
    return is_closed ? Words{"不" + ranges(bound.intervals, tag).front()}
                     : ranges(complement(bound.intervals), tag);
  }

  [[nodiscard]] std::string numbers(const Bound& bound) {
    const std::string name = name_of(bound.field);
    if (is_existence(names_, bound)) {
      return set({name, "已知"});
    }
    if (!bound.differs) {
      return set({name, listed(ranges(bound.intervals, names_.tag(bound.field)), "或")});
    }
    Bound plain = bound;
    plain.differs = false;
    return set({name, "已知且", listed(negated_ranges(plain), "或")});
  }

  [[nodiscard]] std::string event(const BoundEvent& step) {
    const ShownNames keys = names_.keys(step);
    const std::string name = names_.event_name(step);
    return keys.total == 0 ? name : name + "（" + any_of_names(keys) + "）";
  }

  [[nodiscard]] std::string did(const Bound& bound) {
    const BoundEvent& step = bound.steps.front();
    const std::string when = in_window(bound.window);
    if (bound.measures.empty()) {
      return set({when, "有", event(step), "记录"});
    }
    std::string text;
    for (std::size_t i = 0; i < bound.measures.size(); ++i) {
      const std::string what = i == 0 ? event(step) : "";
      text = i == 0 ? measured(what, bound.measures[i], names_.event(step))
                    : text + "、" + measured(what, bound.measures[i], names_.event(step));
    }
    return set({when, text});
  }

  [[nodiscard]] static std::string measured(const std::string& what, const MeasureTest& test,
                                            const Event* event_of) {
    switch (test.measure) {
      case Measure::Count:
        return set({what, times(test.intervals, "次")});
      case Measure::Days:
        return set({what, what.empty() ? "共" : "", times(test.intervals, "天")});
      case Measure::Streak:
        return set({"连续", what, times(test.intervals, "天")});
      case Measure::Sum:
        break;
    }
    Tag amount;  // an amount reads like a number tag
    amount.kind = TagKind::Number;
    amount.scale = event_of == nullptr ? 0 : event_of->scale;
    amount.unit = event_of == nullptr ? "" : event_of->unit;
    return set({what, "金额合计", listed(ranges(test.intervals, &amount), "或")});
  }

  [[nodiscard]] std::string sequence(const Bound& bound) {
    std::string steps;
    for (std::size_t i = 0; i < bound.steps.size(); ++i) {
      steps = i == 0 ? event(bound.steps[i]) : steps + "、" + event(bound.steps[i]);
    }
    std::string apart;
    const bool has_min = bound.gap_min != engine::DayGap{};
    if (bound.gap_max.has_value() && has_min) {
      apart = set({"（首尾相隔", gap(bound.gap_min), "到", gap(*bound.gap_max), "）"});
    } else if (bound.gap_max.has_value()) {
      apart = *bound.gap_max == engine::DayGap{}
                  ? "（在同一天内）"
                  : set({"（首尾相隔不超过", gap(*bound.gap_max), "）"});
    } else if (has_min) {
      apart = set({"（首尾相隔至少", gap(bound.gap_min), "）"});
    }
    return set({in_window(bound.window), "依次做过", steps, apart});
  }

  [[nodiscard]] std::string at_least(const Bound& bound) {
    std::string text = set({"满足以下", with_separators(bound.operands.size()), "个条件中的至少",
                            std::to_string(bound.threshold), "个（"});
    for (std::size_t i = 0; i < bound.operands.size(); ++i) {
      text += i == 0 ? "" : "；";
      if (i == kOperandsSpelled) {
        text += set({"另外", with_separators(bound.operands.size() - i), "个"});
        break;
      }
      text += std::to_string(i + 1) + ". " + clause(bound.operands[i]);
    }
    return text + "）";
  }

  [[nodiscard]] std::string subset(const Bound& bound) {
    const std::string from = people(bound.operands.front());
    const std::string seed = bound.seed.empty() ? "" : set({"（种子", set_off(bound.seed), "）"});
    const std::string count = set({with_separators(bound.amount), "人"});
    if (bound.kind == BoundKind::SampleShare) {
      return set({"从", from, "中固定随机抽取的", bound.share_text, seed});
    }
    if (bound.kind == BoundKind::SampleSize) {
      return set({"从", from, "中固定随机抽取的", count, seed});
    }
    if (bound.kind == BoundKind::Lookalike) {
      return set({"与", from, "最相似的", count, "（不含这些人本身，方法",
                  set_off(engine::kLookalikeMethod), "）"});
    }
    const Tag* tag = names_.tag(bound.field);
    const bool is_date = tag != nullptr && tag->kind == TagKind::Date;
    const bool is_top = bound.kind == BoundKind::Top;
    const std::string_view rank = is_date ? (is_top ? "最晚" : "最早") : (is_top ? "最高" : "最低");
    return set({from, "中", name_of(bound.field), rank, "的", count});
  }

  [[nodiscard]] std::string segment(const Bound& bound) {
    std::string text = "属于人群“" + bound.text + "”";
    if (inside_segment_ || bound.rule == nullptr || !is_brief(*bound.rule)) {
      return text;
    }
    inside_segment_ = true;
    text += set({"（即", body(*bound.rule), "）"});
    inside_segment_ = false;
    return text;
  }

  SentenceNames names_;
  bool inside_segment_ = false;
};

}  // namespace

std::string chinese_sentence(const Bound& bound, const Catalogue& catalogue) {
  return Chinese(catalogue).body(bound) + "。";
}

}  // namespace tagline::dsl
