#include "dsl/call_words.h"

#include "dsl/display.h"
#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/read_date.h"
#include "dsl/unicode.h"
#include "dsl/word_meant.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace tagline::dsl {
namespace {

[[nodiscard]] std::uint64_t nobody(std::size_t /*owner*/) {
  return 0;
}

/// `tms >= 3` as it would be with count.
[[nodiscard]] Slot as_count(const Tree& argument, const std::string& value) {
  const bool is_order =
      argument.comparison != Comparison::Is && argument.comparison != Comparison::IsNot;
  const std::string rest =
      is_order ? " " + std::string(operator_text(argument.comparison)) + " " + value : ":" + value;
  return slot("count", "count" + rest, "次数" + rest);
}

/// The tag people most likely rank by: money, that is, a number with decimals; else any number.
[[nodiscard]] const Tag* rank_tag(const Catalogue& catalogue) {
  const Tag* best = nullptr;
  for (const Tag& tag : catalogue.tags) {
    if (tag.kind == engine::TagKind::Number &&
        (best == nullptr || (best->scale == 0 && tag.scale > 0))) {
      best = &tag;
    }
  }
  return best;
}

/// The word without the first of these endings that it has.
[[nodiscard]] std::u32string_view without_ending(
    std::u32string_view word, std::initializer_list<std::u32string_view> endings) {
  for (const std::u32string_view ending : endings) {
    if (word.size() > ending.size() && word.ends_with(ending)) {
      return word.substr(0, word.size() - ending.size());
    }
  }
  return word;
}

/// did_not, not_did, 没做过, 没有做过: the function that is denied.
[[nodiscard]] const Function* denied_function(std::string_view name) {
  std::string word;
  for (const char c : ascii_lower(name)) {
    if (c != '_' && c != '-') {
      word += c;
    }
  }
  constexpr std::array<std::string_view, 13> kDenials = {
      "没有",   "从没",  "从未",     "并未",   "没",    "未",   "不",
      "didnot", "didnt", "neverdid", "notdid", "donot", "never"};
  for (const std::string_view denial : kDenials) {
    if (!std::string_view(word).starts_with(denial)) {
      continue;
    }
    const std::string rest = word.substr(denial.size());
    if (const Function* function = find_function(rest)) {
      return function;
    }
    if (rest.empty()) {
      return find_function("did");
    }
  }
  constexpr std::string_view kNot = "not";
  return word.starts_with(kNot) ? find_function(word.substr(kNot.size())) : nullptr;
}

}  // namespace

std::vector<Candidate> near_options(const Function& function, std::string_view name) {
  std::vector<Candidate> all;
  for (const OptionId id : function.options) {
    all.push_back({option(id).en, static_cast<std::size_t>(id)});
    all.push_back({option(id).zh, static_cast<std::size_t>(id)});
  }
  return closest(name, all, nobody);
}

Wording words_for_unknown_function(Checking& checking, const Tree& call) {
  const std::string& name = call.name.text;
  Wording words;
  words.slots = {slot("function", name)};
  std::vector<Candidate> all;
  std::vector<std::string> names;
  for (const Function& function : functions()) {
    all.push_back({function.en, all.size()});
    all.push_back({function.zh, all.size()});
    names.emplace_back(has_wide_script(name) ? function.zh : function.en);
  }
  if (const Function* denied = denied_function(name)) {
    const bool chinese = has_wide_script(name);
    const std::string better =
        chinese ? "非 " + std::string(denied->zh) : "NOT " + std::string(denied->en);
    const std::string arguments = checking.source({call.name.span.end, call.span.end});
    words.hint = "+write";
    words.slots.push_back(slot("better", better + arguments));
    words.fixes = {change_to(call.name.span, better)};
  } else if (const auto near = closest(name, all, nobody); !near.empty()) {
    words.hint = "+closest";
    words.slots.push_back(slot("closest", near.front().text));
    words.fixes = {change_to(call.name.span, near.front().text)};
  } else if (checking.names.tag(name) != nullptr) {
    words.hint = "unknown-function+tag";
  } else if (const Event* event = checking.names.event(name)) {
    words.hint = "unknown-function+event";
    words.slots.push_back(slot("call", "did(" + write_name(event->name) + ")",
                               "做过(" + write_name(chinese_name(*event)) + ")"));
  } else {
    words.hint = "unknown-function+list";
    words.slots.push_back(slot("list", names));
  }
  return words;
}

Wording words_for_unknown_option(const Function& function, const Tree& call, const Tree& argument,
                                 const Keyed& keyed) {
  const std::string& name = argument.name.text;
  std::vector<std::string> en;
  std::vector<std::string> zh;
  for (const OptionId id : function.options) {
    en.emplace_back(option(id).en);
    zh.emplace_back(option(id).zh);
  }
  const std::string value = argument.values.empty() ? "" : argument.values.front().word.text;
  const bool is_count =
      function.id == FunctionId::Did && literal_kind(decode(value)) == LiteralKind::Number;
  Wording words;
  words.hint = is_count ? "unknown-option+count" : "unknown-option+list";
  words.slots = {slot("function", call.name.text), slot("option", name),
                 slot("list", slot("", en).value.en, slot("", zh).value.zh),
                 as_count(argument, value)};
  if (argument.name.quoted && find_option(function, name) != nullptr) {
    words.hint = "unknown-option+unquote";
  } else if (const auto near = near_options(function, name);
             !near.empty() && near.front().text != ascii_lower(name)) {
    words.hint = "+closest";
    words.slots.push_back(slot("closest", near.front().text));
    words.fixes = {change_to(argument.name.span, near.front().text)};
  } else if (keyed.event != nullptr && !is_count && argument.comparison == Comparison::Is) {
    const Value& first = keyed.event->keys.front();
    const std::string event(keyed.event->name);
    const std::string event_zh(chinese_name(*keyed.event));
    const std::string key = write_value(keyed.is_key ? value : first.name);
    const std::string key_zh = write_value(keyed.is_key ? value : std::string(chinese_name(first)));
    words.hint = "unknown-option+key";
    words.slots.push_back(slot("better", "did(" + write_name(event) + ":" + key + ")",
                               "做过(" + write_name(event_zh) + ":" + key_zh + ")"));
    words.slots.push_back(value_list("keys", keyed.event->keys));
  }
  return words;
}

std::string meant_argument(const Checking& checking, const Tree& call, const Tree& argument) {
  const bool is_word = argument.kind == TreeKind::Literal ||
                       (argument.kind == TreeKind::Term && !argument.name.quoted &&
                        argument.comparison == Comparison::None);
  if (!is_word) {
    return "";
  }
  const bool chinese = has_wide_script(call.name.text);
  const std::string count = chinese ? "次数" : "count";
  const std::string in = chinese ? "时间:" : "in:";
  const std::string text = checking.source(argument.span);
  std::u32string word = decode(argument.name.text);
  if (const auto compared = comparison_inside(word); compared.has_value()) {
    const std::string option = encode(std::u32string_view(word).substr(0, compared->begin));
    const std::u32string_view rest = std::u32string_view(word).substr(compared->end);
    return find_option(option) == nullptr
               ? ""
               : option + (compared->op == ":" ? ":" : " " + std::string(compared->op) + " ") +
                     encode(without_ending(rest, {U"次", U"天"}));
  }
  std::string op = ">=";
  if (const auto compared = comparison_at(word); compared.has_value()) {
    op = compared->op;
    word.erase(0, compared->end);
  }
  const std::u32string_view times = without_ending(word, {U"次", U"回", U"times", U"x"});
  if (read_decimal(encode(times)).has_value()) {
    return count + " " + op + " " + encode(times);
  }
  const auto& options = checking.options;
  if (is_period_word(argument.name.text) ||
      read_date(argument.name.text, false, options.as_of).has_value()) {
    return in + text;
  }
  const auto length = read_length(without_ending(word, {U"以内", U"之内", U"内"}));
  const auto language = chinese ? Language::Chinese : Language::English;
  return length.has_value() && length->unit <= Unit::Year
             ? in + to_text(Period{Period::Kind::Rolling, *length}, language)
             : "";
}

Wording words_for_missing_by(const Checking& checking, const Tree& call, const Tree* bare) {
  const std::string& name = call.name.text;
  const Tag* tag = rank_tag(checking.names.catalogue());
  Wording words;
  words.slots = {slot("function", name)};
  if (tag == nullptr) {
    words.hint = "missing-option+no-number";
    return words;
  }
  const std::string option =
      std::string(has_wide_script(name) ? "按" : "by") + ":" + write_value(name_like(*tag, name));
  if (bare != nullptr) {
    words.hint = "missing-option+value";
    words.slots.push_back(slot("better", option));
    words.fixes = {change_to(bare->span, option)};
    return words;
  }
  const std::uint32_t close = call.span.end - 1;
  const std::string open = checking.source({call.span.begin, close});
  words.hint = "missing-option+by";
  words.slots.push_back(
      slot("better", open.substr(0, open.find_last_not_of(' ') + 1) + ", " + option + ")"));
  words.fixes = {insert_at(close, ", " + option)};
  return words;
}

}  // namespace tagline::dsl
