// Wordings of two things side by side that were meant as one: `last 3`, `next week`, `age greater
// than 30`, `age>=30and vip`, `did(purchase, last 30d)`.
#include "dsl/checker.h"
#include "dsl/display.h"
#include "dsl/literal.h"
#include "dsl/suggest.h"
#include "dsl/syntax_words.h"
#include "dsl/unicode.h"
#include "dsl/word_meant.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

class Beside {
 public:
  Beside(const SyntaxFault& context, Span fault)
      : context_(context),
        around_(context.scanned),
        word_(around_.word_from(fault.begin)),
        before_(around_.word_to(around_.back_over_blanks(fault.begin))) {}

  [[nodiscard]] std::optional<Wording> words() {
    if (word_.begin == word_.end || before_.begin == before_.end) {
      return std::nullopt;
    }
    auto words = length();
    words = words.has_value() ? words : calendar();
    words = words.has_value() ? words : comparison();
    words = words.has_value() ? words : value_of_tag();
    words = words.has_value() ? words : stuck_comparison();
    return words.has_value() ? words : stuck_keyword();
  }
  [[nodiscard]] std::optional<Wording> misspelt() {
    return word_.begin == word_.end || before_.begin == before_.end ? std::nullopt : misread();
  }

 private:
  [[nodiscard]] std::optional<Wording> misread() const {
    auto words = other_word();
    return words.has_value() ? words : misspelt_keyword();
  }
  [[nodiscard]] Span both() const { return {before_.begin, word_.end}; }
  [[nodiscard]] char32_t ahead_of(std::uint32_t at) const {
    const std::uint32_t end = around_.back_over_blanks(at);
    return end == 0 ? 0 : around_.at(end - 1);
  }
  /// `:` and the like: what stands here is a value.
  [[nodiscard]] bool is_value() const {
    const char32_t point = ahead_of(before_.begin);
    return is_comparison_char(point) || (point == U'(' && head_of_value(around_, before_.begin));
  }
  /// An argument of a call that may have `in`.
  [[nodiscard]] bool is_argument() const {
    const auto open = around_.enclosing_bracket(before_.begin);
    const Function* function =
        open.has_value() ? find_function(encode(around_.folded(around_.word_to(*open)))) : nullptr;
    return function != nullptr && ahead_of(before_.begin) == U',' &&
           find_option(*function, "in") != nullptr;
  }
  [[nodiscard]] bool is_chinese() const { return has_han(context_.scanned.typed); }
  [[nodiscard]] std::string in_option() const { return is_chinese() ? "时间:" : "in:"; }

  /// `last 3`, and `last 30d` where an option was meant.
  [[nodiscard]] std::optional<Wording> length() const {
    const std::u32string_view number = around_.folded(word_);
    if (!is_last_word(around_.folded(before_))) {
      return std::nullopt;
    }
    if (read_length(number).has_value() && is_argument()) {
      return option();
    }
    const bool digits = std::all_of(number.begin(), number.end(), is_digit);
    if (!digits || !(is_value() || is_argument())) {
      return std::nullopt;
    }
    Wording words = words_for_no_unit(around_.typed(both()), both(), count_of(number));
    for (Fix& fix : words.fixes) {
      fix = change_to(fix.span, (is_value() ? "" : in_option()) + fix.insert);
    }
    return words;
  }

  /// `this month` where an option was meant; `next week`.
  [[nodiscard]] std::optional<Wording> calendar() const {
    const std::string opener = ascii_lower(encode(around_.folded(before_)));
    const std::string unit = encode(around_.folded(word_));
    const auto next = next_period(unit, context_.options.as_of);
    if (!next.has_value()) {
      return std::nullopt;
    }
    if ((opener == "this" || opener == "last") && is_argument()) {
      return option();
    }
    if (opener != "next" || !(is_value() || is_argument())) {
      return std::nullopt;
    }
    const std::string days = to_text(*next);
    return Wording{"bad-date/future",
                   "+write",
                   {slot("value", around_.typed(both())), slot("better", days)},
                   {change_to(both(), (is_value() ? "" : in_option()) + days)}};
  }

  [[nodiscard]] Wording option() const {
    const std::string period = around_.typed(both());
    return {"missing-comma/in",
            "missing-comma+in",
            {slot("found", period), slot("better", "in:" + period, "时间:" + period)},
            {insert_at(before_.begin, in_option())}};
  }

  /// A tag, or an option of the call around.
  [[nodiscard]] bool may_be_compared(Span name) const {
    const std::string text = encode(around_.folded(name));
    return context_.names.tag(text) != nullptr || find_option(text) != nullptr;
  }

  [[nodiscard]] std::optional<Wording> compared(Span name, std::string_view op,
                                                Span replaced) const {
    const std::uint32_t begin = around_.skip_blanks(replaced.end);
    const Span value = around_.condition_from(begin);
    if (value.begin == value.end || value.end - value.begin > kValueMax) {
      return std::nullopt;
    }
    const std::string between = op == ":" ? ":" : " " + std::string(op) + " ";
    return Wording{"missing-operator/compare",
                   "missing-operator+compare",
                   {slot("found", around_.typed(replaced)), slot("operator", op),
                    slot("better", around_.typed(name) + between + around_.typed(value))},
                   {change_to({name.end, begin}, between)}};
  }

  /// `age greater than 30`, 年龄 大于30.
  [[nodiscard]] std::optional<Wording> comparison() const {
    const auto found = comparison_at(around_.folded({word_.begin, around_.size()}));
    if (!found.has_value() || !may_be_compared(before_)) {
      return std::nullopt;
    }
    const auto end = word_.begin + static_cast<std::uint32_t>(found->end);
    return compared(before_, found->op, {word_.begin, end});
  }

  /// 年龄大于 30.
  [[nodiscard]] std::optional<Wording> stuck_comparison() const {
    const auto found = comparison_inside(around_.folded(before_));
    if (!found.has_value() || before_.begin + found->end != before_.end) {
      return std::nullopt;
    }
    const Span name = {before_.begin, before_.begin + static_cast<std::uint32_t>(found->begin)};
    return may_be_compared(name) ? compared(name, found->op, {name.end, before_.end})
                                 : std::nullopt;
  }

  /// `age>=30and vip`, 会员且 年龄>=30.
  [[nodiscard]] std::optional<Wording> stuck_keyword() const {
    const auto stuck = split_keyword(around_.folded(before_));
    if (!stuck.has_value() || !stuck->rest.empty() || !is_known(*stuck)) {
      return std::nullopt;
    }
    const auto keyword = static_cast<std::uint32_t>(count_points(stuck->keyword));
    const bool joins = stuck->keyword != "非" && ascii_lower(stuck->keyword) != "not";
    if (!joins) {
      return std::nullopt;
    }
    return Wording{"",
                   "missing-operator+before",
                   {slot("operator", stuck->keyword),
                    slot("better", spaced(*stuck) + " " + around_.typed(word_))},
                   {insert_at(before_.end - keyword, " ")}};
  }

  /// What stands before the keyword is a value, or the name of a tag.
  [[nodiscard]] bool is_known(const Stuck& stuck) const {
    if (is_literal(decode(stuck.head))) {
      return true;
    }
    const auto head = head_of_value(around_, before_.begin);
    const Tag* tag =
        head.has_value()
            ? context_.names.tag(encode(around_.folded(around_.word_from(head->begin))))
            : nullptr;
    return tag != nullptr ? context_.names.value(tag->values, stuck.head) != nullptr
                          : context_.names.tag(stuck.head) != nullptr;
  }

  /// 年龄 25到34, age between 25 and 34, 城市 一线: a tag and its value without a colon.
  [[nodiscard]] std::optional<Wording> value_of_tag() {
    const Tag* tag = is_value() ? nullptr : context_.names.tag(encode(around_.folded(before_)));
    if (tag == nullptr || tag->kind == engine::TagKind::Flag) {
      return std::nullopt;
    }
    const bool measured =
        tag->kind == engine::TagKind::Number || tag->kind == engine::TagKind::Date;
    std::string value = around_.typed(word_);
    std::uint32_t end = word_.end;
    const std::string opener = ascii_lower(value);
    if (opener == "between" || opener == "from" || opener == "在" || opener == "介于") {
      const Span low = around_.word_from(around_.skip_blanks(word_.end));
      const Span joint = around_.word_from(around_.skip_blanks(low.end));
      const Span high = around_.word_from(around_.skip_blanks(joint.end));
      const bool are_numbers = literal_kind(around_.folded(low)) == LiteralKind::Number &&
                               literal_kind(around_.folded(high)) == LiteralKind::Number;
      value = are_numbers ? around_.typed(low) + "-" + around_.typed(high) : "";
      end = high.end;
    } else if (measured) {
      value = plain_range(around_.folded(word_));
    } else if (context_.names.value(tag->values, value) == nullptr) {
      return std::nullopt;
    }
    if (value.empty()) {
      return std::nullopt;
    }
    const std::string better = around_.typed(before_) + ":" + value;
    return Wording{"missing-operator/colon",
                   "+write",
                   {slot("better", better)},
                   {change_to({before_.begin, end}, better)}};
  }

  /// 会员 或者 女, `vip except member`, 不 会员: another word for an operator.
  [[nodiscard]] std::optional<Wording> other_word() const {
    const auto meant = [&](Span word) {
      const std::string text = encode(around_.folded(word));
      return context_.names.tag(text) != nullptr ? std::nullopt : operator_in_words(text);
    };
    const Span next = around_.condition_from(around_.skip_blanks(word_.end));
    if (const auto joins = meant(word_); joins.has_value() && next.begin < next.end) {
      return operator_for(
          word_, *joins, {before_.begin, next.end - next.begin <= kValueMax ? next.end : word_.end},
          "missing-operator+spelt");
    }
    const auto negates = meant(before_);
    const auto blank = negates.has_value() ? negates->find(' ') : std::string_view::npos;
    return blank == std::string_view::npos
               ? std::nullopt
               : std::optional(operator_for(before_, negates->substr(blank + 1), both(),
                                            "missing-operator+spelt"));
  }

  /// `vip AN member`, `NO vip`: a word that is no name here, one slip away from an operator.
  [[nodiscard]] std::optional<Wording> misspelt_keyword() const {
    const std::uint32_t behind = around_.skip_blanks(word_.end);
    const Span next = around_.condition_from(behind);
    if (const auto joins = operator_near(word_);
        joins.has_value() && *joins != "NOT" && next.begin < next.end) {
      const bool is_short = next.end - next.begin <= kValueMax;
      return operator_for(word_, *joins, {before_.begin, is_short ? next.end : word_.end});
    }
    if (const auto negates = operator_near(before_); negates.has_value() && *negates == "NOT") {
      return operator_for(before_, *negates, both());
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> operator_near(Span word) const {
    constexpr std::array<std::pair<std::u32string_view, std::string_view>, 3> kOperators = {
        {{U"and", "AND"}, {U"or", "OR"}, {U"not", "NOT"}}};
    const std::string text = encode(around_.folded(word));
    if (context_.names.tag(text) != nullptr) {
      return std::nullopt;
    }
    const std::u32string typed = decode(ascii_lower(text));
    std::optional<std::string_view> near;
    for (const auto& [name, written] : kOperators) {
      // "on", "of" and "by" are words of their own.
      const bool is_word = typed.size() <= 2 && name.size() == 2 && typed != U"ro";
      if (!is_word && typed != name && edit_distance(typed, name, 1) == 1) {
        if (near.has_value()) {
          return std::nullopt;  // as near to another one
        }
        near = written;
      }
    }
    return near;
  }
  [[nodiscard]] Wording operator_for(Span word, std::string_view meant, Span part,
                                     std::string_view hint = "missing-operator+misspelt") const {
    const std::string better = around_.typed({part.begin, word.begin}) + std::string(meant) +
                               around_.typed({word.end, part.end});
    return {"missing-operator/misspelt",
            std::string(hint),
            {slot("found", around_.typed(word)), slot("operator", meant), slot("better", better)},
            {change_to(word, std::string(meant))}};
  }

  static constexpr std::uint32_t kValueMax = 60;  // code points repeated in a hint

  const SyntaxFault& context_;
  Surroundings around_;
  Span word_;
  Span before_;
};

}  // namespace

Wording words_for_no_unit(const std::string& typed, Span span, std::uint32_t count) {
  const Language language = has_wide_script(typed) ? Language::Chinese : Language::English;
  Wording words{"bad-date/unit", "bad-date+unit", {slot("value", typed)}, {}};
  constexpr std::array<std::pair<std::string_view, Unit>, 3> kUnits = {
      {{"days", Unit::Day}, {"weeks", Unit::Week}, {"months", Unit::Month}}};
  for (const auto& [name, unit] : kUnits) {
    const Period period{Period::Kind::Rolling, {count, unit}};
    words.slots.push_back(
        slot(name, to_text(period, Language::English), to_text(period, Language::Chinese)));
    words.fixes.push_back(change_to(span, to_text(period, language)));
  }
  return words;
}

std::optional<Wording> words_for_misspelt_operator(const SyntaxFault& context, Span fault) {
  return Beside(context, fault).misspelt();
}

std::optional<Wording> words_for_one_thing(const SyntaxFault& context, Span fault) {
  return Beside(context, fault).words();
}

}  // namespace tagline::dsl
