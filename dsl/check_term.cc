// Terms: a name, alone or with values. Which tag it is decides what the values may be.
#include "dsl/checker.h"
#include "dsl/dates.h"
#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

using engine::TagKind;

constexpr std::size_t kListedMax = 6;  // names in a sentence; more is a catalogue

/// The keyword a name begins with (非会员, NOTvip), when the rest is a tag.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> glued_not(Names& names,
                                                                           const Word& word) {
  if (word.quoted) {
    return std::nullopt;
  }
  for (const std::string_view keyword : {"非", "not"}) {
    if (ascii_lower(word.text).starts_with(keyword)) {
      const std::string rest = word.text.substr(keyword.size());
      if (names.tag(rest) != nullptr) {
        return std::pair(word.text.substr(0, keyword.size()), rest);
      }
    }
  }
  return std::nullopt;
}

/// 不是会员, 没有流失风险: NOT in other words, when the rest is a tag.
[[nodiscard]] std::optional<Wording> negated(Names& names, const Word& word) {
  for (const std::string_view prefix : {"不是", "没有", "排除", "不", "没", "无", "除"}) {
    const bool begins = !word.quoted && word.text.starts_with(prefix);
    const std::string rest = begins ? word.text.substr(prefix.size()) : "";
    if (begins && names.tag(rest) != nullptr) {
      return Wording{
          "", "+write", {slot("better", "非 " + rest)}, {change_to(word.span, "非 " + rest)}};
    }
  }
  return std::nullopt;
}

/// vip且会员: two conditions run together, where what stands before the keyword is a tag.
[[nodiscard]] std::optional<Wording> run_together(Names& names, const Word& word) {
  for (const std::string_view keyword : {"且", "或"}) {
    const auto at = word.quoted ? std::string::npos : word.text.find(keyword);
    const bool inside = at != std::string::npos && at > 0 && at + keyword.size() < word.text.size();
    if (inside && names.tag(word.text.substr(0, at)) != nullptr) {
      std::string better = word.text;
      better.insert(at + keyword.size(), " ").insert(at, " ");
      return Wording{"",
                     "unknown-tag+keyword",
                     {slot("operator", keyword), slot("better", better)},
                     {change_to(word.span, better)}};
    }
  }
  return std::nullopt;
}

/// 年龄大于30: a comparison in words, stuck to both sides.
[[nodiscard]] std::optional<Wording> compared_in_words(Names& names, const Word& word) {
  const std::u32string text = decode(word.text);
  const auto found = word.quoted ? std::nullopt : comparison_inside(text);
  if (!found.has_value() || found->end == text.size()) {
    return std::nullopt;
  }
  const std::string name = encode(std::u32string_view(text).substr(0, found->begin));
  if (names.tag(name) == nullptr) {
    return std::nullopt;
  }
  const std::string op = found->op == ":" ? ":" : " " + std::string(found->op) + " ";
  const std::string better = name + op + encode(std::u32string_view(text).substr(found->end));
  return Wording{"",
                 "missing-operator+compare",
                 {slot("found", encode(std::u32string_view(text).substr(
                                    found->begin, found->end - found->begin))),
                  slot("operator", found->op), slot("better", better)},
                 {change_to(word.span, better)}};
}

[[nodiscard]] Slot first_names(const std::vector<Tag>& tags) {
  std::vector<std::string> en;
  std::vector<std::string> zh;
  for (std::size_t i = 0; i < std::min(tags.size(), kListedMax); ++i) {
    en.push_back(tags[i].name);
    zh.emplace_back(chinese_name(tags[i]));
  }
  return slot("list", slot("", en).value.en, slot("", zh).value.zh);
}

/// The word is no tag; is it something else?
[[nodiscard]] Wording name_elsewhere(Checking& checking, const Tree& term) {
  const std::string& name = term.name.text;
  const std::string written = write_name(name);
  if (const Function* function = find_function(name)) {
    return {"",
            "unknown-tag+function",
            {slot("example",
                  function->en == ascii_lower(name) ? function->example_en : function->example_zh)},
            {}};
  }
  if (const Tag* tag =
          term.comparison == Comparison::None ? checking.names.tag_with_value(name) : nullptr) {
    const std::string better = std::string(name_like(*tag, name)) + ":" + write_value(name);
    return {"",
            "unknown-tag+value",
            {slot("tag", name_like(*tag, name)), slot("better", better)},
            {change_to(term.span, better)}};
  }
  if (const Segment* segment = checking.names.segment(name)) {
    return {"",
            "unknown-tag+segment",
            {slot("better", "@" + write_name(segment->name))},
            {change_to(term.name.span, "@" + write_name(segment->name))}};
  }
  if (const Option* option = find_option(name)) {
    return {"", "unknown-tag+option", {slot("option", option->en)}, {}};
  }
  const auto& tags = checking.names.catalogue().tags;
  if (tags.empty()) {
    return {"", "unknown-tag+none", {}, {}};
  }
  return {"",
          tags.size() > kListedMax ? "unknown-tag+some" : "unknown-tag+all",
          {first_names(tags)},
          {}};
}

[[nodiscard]] Wording unknown_tag(Checking& checking, const Tree& term) {
  const std::string& name = term.name.text;
  Wording words;
  if (const auto glued = glued_not(checking.names, term.name)) {
    const std::string better = glued->first + " " + glued->second;
    words = {"",
             "unknown-tag+not",
             {slot("not", glued->first), slot("rest", glued->second)},
             {change_to(term.name.span, better)}};
  } else if (const auto other = negated(checking.names, term.name)) {
    words = *other;
  } else if (const auto together = run_together(checking.names, term.name)) {
    words = *together;
  } else if (const auto compared = term.comparison == Comparison::None
                                       ? compared_in_words(checking.names, term.name)
                                       : std::nullopt) {
    words = *compared;
  } else if (const auto near = checking.names.near_tags(name); !near.empty()) {
    words.hint = near.size() == 1 ? "+closest" : "+closest-some";
    words.slots.push_back(slot("closest", near));
    for (const std::string& better : near) {
      words.fixes.push_back(change_to(term.name.span, write_name(better)));
    }
  } else {
    words = name_elsewhere(checking, term);
  }
  words.slots.push_back(slot("name", shown(name)));
  return words;
}

[[nodiscard]] Wording event_alone(const Tree& term, const Event& event) {
  std::string key;
  if (term.comparison == Comparison::Is && term.values.size() == 1 &&
      !term.values.front().period.has_value()) {
    key = ":" + write_value(term.values.front().word.text);
  }
  const std::string en = "did(" + write_name(event.name) + key;
  const std::string zh = "做过(" + write_name(chinese_name(event)) + key;
  return {"",
          "event-not-condition+did",
          {slot("event", term.name.text), slot("call", en + ")", zh + ")"),
           slot("recent", en + ", in:last 30d)", zh + ", 时间:最近30天)")},
          {change_to(term.span, en + ")")}};
}

[[nodiscard]] std::string_view article(std::string_view name) {
  constexpr std::string_view kVowels = "aeiouAEIOU";
  return !name.empty() && kVowels.find(name.front()) != std::string_view::npos ? "an " : "a ";
}

[[nodiscard]] Wording needs_value(Checking& checking, const Tree& term, const Tag& tag) {
  const std::string& name = term.name.text;
  const std::string written = term.name.quoted ? write_name(name) : name;
  const std::string example = example_value(checking, tag);
  Wording words;
  switch (tag.kind) {
    case TagKind::Number:
      words.message = "needs-value";
      words.hint = "needs-value+number";
      break;
    case TagKind::Date:
      words.message = "needs-value/date";
      words.hint = "needs-value+date";
      break;
    case TagKind::Flag:
    case TagKind::Category:
    case TagKind::Set:
    case TagKind::Event:  // never a tag of the catalogue
      words.message = "needs-value/names";
      words.hint = example.empty() ? "needs-value+empty" : "needs-value+names";
      break;
  }
  words.slots = {slot("tag", name), slot("written", written), slot("example", example),
                 slot("noun", std::string(article(name)) + name, chinese_name(tag))};
  words.fixes = {change_to(term.span, written + ":*")};
  return words;
}

/// vip:no, vip != yes, 会员:否.
[[nodiscard]] bool means_not(const Tree& term) {
  constexpr std::array<std::string_view, 17> kNo = {"no",   "n",    "false", "f",  "0",  "off",
                                                    "none", "not",  "否",    "非", "假", "无",
                                                    "不",   "不是", "没有",  "关", "未"};
  const bool says_no =
      term.values.size() == 1 &&
      std::find(kNo.begin(), kNo.end(), ascii_lower(term.values.front().word.text)) != kNo.end();
  return says_no != (term.comparison == Comparison::IsNot);
}

[[nodiscard]] Wording flag_value(const Checking& checking, const Tree& term) {
  const std::string written = term.name.quoted ? write_name(term.name.text) : term.name.text;
  const std::string without = (has_wide_script(term.name.text) ? "非 " : "NOT ") + written;
  const Fix is = change_to(term.span, written);
  const Fix is_not = change_to(term.span, after_sign(checking, term.span, without));
  const std::vector<Slot> slots = {slot("tag", term.name.text), slot("written", written),
                                   slot("without", "NOT " + written, "非 " + written)};
  if (means_not(term)) {
    return {"", "flag-takes-no-value+not", slots, {is_not, is}};
  }
  return {"", "flag-takes-no-value+write", slots, {is, is_not}};
}

[[nodiscard]] Bound bind_numbers(const Matched& matched, const Tree& term, const Tag& tag) {
  Bound bound;
  bound.span = term.span;
  bound.field = tag.field;
  const bool differs = term.comparison == Comparison::IsNot;
  if (matched.everything && differs) {
    return bound;
  }
  if (matched.everything) {
    bound.kind = BoundKind::Rows;
    bound.rows = {engine::kExistsRow};
  } else if (differs || !matched.intervals.empty()) {
    bound.kind = BoundKind::Numbers;
    bound.differs = differs;
    bound.intervals = matched.intervals;
  }
  return bound;
}

[[nodiscard]] NumberDomain domain_of(const Tree& term, const Tag& tag) {
  NumberDomain domain;
  domain.name = term.name.text;
  domain.scale = tag.scale;
  domain.fractions_allowed = tag.scale > 0;
  domain.min = tag.min;
  domain.max = tag.max;
  domain.unit = tag.unit;
  domain.is_age = tag.name == "age" || tag.name == "年龄";
  return domain;
}

}  // namespace

std::string after_sign(const Checking& checking, Span span, const std::string& text) {
  const std::u32string& whole = checking.scanned.text;
  const char32_t ahead = span.begin == 0 || span.begin > whole.size() ? 0 : whole[span.begin - 1];
  return ahead == U'-' || ahead == U'!' ? "(" + text + ")" : text;
}

std::string shown(const std::string& text) {
  return text.empty() ? "\"\"" : text;
}

Slot value_list(std::string_view name, const std::vector<Value>& values) {
  std::vector<std::string> list;
  std::vector<std::string> chinese;
  std::size_t left_out = 0;
  for (const Value& value : values) {
    if (is_keyword(decode(value.name))) {
      continue;  // reads as an operator of the sentence
    }
    if (list.size() < kListedMax) {
      list.push_back(value.name);
      chinese.emplace_back(chinese_name(value));
    } else {
      ++left_out;
    }
  }
  Slot filled = slot(name, slot("", list).value.en, slot("", chinese).value.zh);
  if (left_out > 0) {
    filled.value.en += " and " + with_separators(left_out) + " more";
    filled.value.zh += " 等 " + with_separators(list.size() + left_out) + " 个";
  }
  return filled;
}

std::string_view operator_text(Comparison comparison) {
  switch (comparison) {
    case Comparison::None:
      return "";
    case Comparison::Is:
      return ":";
    case Comparison::IsNot:
      return "!=";
    case Comparison::Greater:
      return ">";
    case Comparison::GreaterEqual:
      return ">=";
    case Comparison::Less:
      return "<";
    case Comparison::LessEqual:
      break;
  }
  return comparison == Comparison::Less ? "<" : "<=";
}

std::string example_value(const Checking& checking, const Tag& tag) {
  switch (tag.kind) {
    case TagKind::Number: {
      constexpr std::int64_t kUsual = 18;
      std::int64_t unit = 1;
      for (unsigned i = 0; i < std::min(tag.scale, 9U); ++i) {
        unit *= 10;
      }
      const std::int64_t low = tag.min.value_or(kNumberMin);
      const std::int64_t high = tag.max.value_or(kNumberMax);
      const bool fits = low <= kUsual * unit && kUsual * unit <= high;
      return fits ? std::to_string(kUsual) : unscale(low == kNumberMin ? high : low, tag.scale);
    }
    case TagKind::Date: {
      const std::chrono::year_month_day today(checking.options.as_of);
      return to_text(std::chrono::sys_days(today.year() / 1 / 1));
    }
    case TagKind::Category:
    case TagKind::Set: {
      const auto usable =
          std::find_if(tag.values.begin(), tag.values.end(),
                       [](const Value& value) { return !is_keyword(decode(value.name)); });
      return usable == tag.values.end() ? "" : write_value(usable->name);
    }
    case TagKind::Flag:
    case TagKind::Event:
      break;
  }
  return "";
}

Bound check_term(Checking& checking, const Tree& term) {
  Bound wrong;
  wrong.span = term.span;
  const Tag* tag = checking.names.tag(term.name.text);
  if (tag == nullptr) {
    if (const Event* event = checking.names.event(term.name.text)) {
      checking.report.error("event-not-condition", term.name.span,
                            [&term, event] { return event_alone(term, *event); });
    } else {
      checking.report.error("unknown-tag", term.name.span,
                            [&checking, &term] { return unknown_tag(checking, term); });
    }
    return wrong;
  }
  warn_deprecated(checking, *tag, term.name);
  if (tag->kind == TagKind::Flag && term.comparison == Comparison::None) {
    Bound flag;
    flag.kind = BoundKind::Rows;
    flag.span = term.span;
    flag.field = tag->field;
    flag.rows = {engine::kFlagRow};
    return flag;
  }
  if (tag->kind == TagKind::Flag) {
    checking.report.error("flag-takes-no-value", term.values.front().span,
                          [&checking, &term] { return flag_value(checking, term); });
    return wrong;
  }
  if (term.comparison == Comparison::None) {
    checking.report.error("needs-value", term.name.span,
                          [&checking, &term, tag] { return needs_value(checking, term, *tag); });
    return wrong;
  }
  if (tag->kind == TagKind::Category || tag->kind == TagKind::Set) {
    return check_names(checking, term, *tag);
  }
  const auto matched = tag->kind == TagKind::Number
                           ? read_numbers(checking, term, domain_of(term, *tag))
                           : read_dates(checking, term);
  if (!matched.has_value()) {
    return wrong;
  }
  Bound bound = bind_numbers(*matched, term, *tag);
  if (bound.kind == BoundKind::Nothing && matched->everything) {
    checking.report.warning("never-true", term.span, [&term] {
      return Wording{"never-true/not-any", "", {slot("tag", term.name.text)}, {}};
    });
  }
  return bound;
}

}  // namespace tagline::dsl
