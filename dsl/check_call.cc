// Calls: which function, how many arguments, which options. One branch a function; everything they share is in the
// table of functions.
#include <algorithm>

#include "dsl/checker.h"
#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

namespace tagline::dsl {
namespace {

/// Arguments apart from options.
struct Arguments {
  std::vector<const Tree*> positional;
  std::vector<std::pair<const Option*, const Tree*>> options;
  [[nodiscard]] bool has(OptionId id) const {
    return std::any_of(options.begin(), options.end(), [&](const auto& entry) { return entry.first->id == id; });
  }
};

class CallChecker {
 public:
  CallChecker(Checking& checking, const Tree& call, const Function& function)
      : checking_(checking), call_(call), function_(function) {}

  [[nodiscard]] Bound check() {
    sort_arguments();
    switch (function_.id) {
      case FunctionId::Did:
        did();
        break;
      case FunctionId::Sequence:
        sequence();
        break;
      case FunctionId::AtLeast:
        return at_least();
      case FunctionId::Top:
      case FunctionId::Bottom:
      case FunctionId::Sample:
      case FunctionId::Lookalike:
        subset();
        break;
    }
    not_available();
    Bound bound;
    bound.kind = BoundKind::Foreign;
    bound.span = call_.span;
    bound.text = print(call_);
    return bound;
  }

 private:
  [[nodiscard]] Slot function_slot() const { return slot("function", call_.name.text); }
  [[nodiscard]] bool takes_events() const {
    return function_.id == FunctionId::Did || function_.id == FunctionId::Sequence;
  }

  void not_available() {
    if (!checking_.names.catalogue().runnable) {
      return;
    }
    const bool events_missing = takes_events() && checking_.names.catalogue().events.empty();
    if (events_missing) {
      return;  // the unknown events have been reported, and say so
    }
    checking_.report.error("not-available", call_.name.span, [this_function = function_slot()] {
      return Wording{"", "not-available+check", {this_function}, {}};
    });
  }

  void sort_arguments() {
    for (const Tree& argument : call_.operands) {
      const bool named = argument.kind == TreeKind::Term;
      const bool is_option = named && argument.comparison != Comparison::None && !argument.name.quoted;
      const Option* option = is_option ? find_option(function_, argument.name.text) : nullptr;
      if (option != nullptr) {
        add_option(*option, argument);
      } else if (named && looks_like_option(argument)) {
        unknown_option(argument);
      } else if (named && lacks_value(argument)) {
        by_is_bare_ = by_is_bare_ || find_option(argument.name.text)->id == OptionId::By;
        checking_.report.error("bad-option", argument.name.span, [&argument] {
          return Wording{"bad-option/empty", "bad-option+empty", {slot("option", argument.name.text)}, {}};
        });
      } else {
        arguments_.positional.push_back(&argument);
      }
    }
  }

  void add_option(const Option& option, const Tree& argument) {
    if (arguments_.has(option.id)) {
      checking_.report.error("duplicate-option", argument.name.span, [&argument] {
        return Wording{"", argument.comparison == Comparison::Is ? "duplicate-option+one" : "duplicate-option+range", {slot("option", argument.name.text)}, {}};
      });
      return;
    }
    arguments_.options.emplace_back(&option, &argument);
  }

  /// `count` alone, where no tag is called so.
  [[nodiscard]] bool lacks_value(const Tree& argument) {
    return argument.comparison == Comparison::None && !argument.name.quoted && find_option(function_, argument.name.text) != nullptr &&
           checking_.names.tag(argument.name.text) == nullptr && checking_.names.event(argument.name.text) == nullptr;
  }

  [[nodiscard]] std::vector<Candidate> near_options(std::string_view name) const {
    std::vector<Candidate> all;
    for (const OptionId id : function_.options) {
      all.push_back({option(id).en, static_cast<std::size_t>(id)});
      all.push_back({option(id).zh, static_cast<std::size_t>(id)});
    }
    return closest(name, all, [](std::size_t) { return std::uint64_t{0}; });
  }

  /// `name:value` that is no option of this function: a misspelt one, or the condition or event it may be?
  [[nodiscard]] bool looks_like_option(const Tree& argument) {
    if (argument.comparison == Comparison::None || function_.options.empty()) {
      return false;
    }
    const std::string& name = argument.name.text;
    if (!takes_events()) {
      return checking_.names.tag(name) == nullptr && checking_.names.event(name) == nullptr &&
             (find_option(name) != nullptr || !near_options(name).empty());
    }
    if (checking_.names.event(name) != nullptr) {
      return false;
    }
    if (argument.comparison != Comparison::Is || find_option(name) != nullptr || !near_options(name).empty()) {
      return true;
    }
    const bool is_step = arguments_.positional.empty() ||
                         (function_.id == FunctionId::Sequence && !checking_.names.near_events(name).empty());
    return !is_step;
  }

  void unknown_option(const Tree& argument) {
    checking_.report.error("unknown-option", argument.name.span, [this_ = *this, &argument] {
      std::vector<std::string> en;
      std::vector<std::string> zh;
      for (const OptionId id : this_.function_.options) {
        en.emplace_back(option(id).en);
        zh.emplace_back(option(id).zh);
      }
      const Slot list_en = slot("list", en);
      const Slot list_zh = slot("list", zh);
      const std::string value = argument.values.empty() ? "" : argument.values.front().word.text;
      const bool is_count = this_.function_.id == FunctionId::Did && literal_kind(decode(value)) == LiteralKind::Number;
      const bool is_order = argument.comparison != Comparison::Is && argument.comparison != Comparison::IsNot;
      const std::string count = is_order ? "count " + std::string(operator_text(argument.comparison)) + " " + value : "count:" + value;
      Wording words{"", is_count ? "unknown-option+count" : "unknown-option+list",
                    {this_.function_slot(), slot("option", argument.name.text), slot("list", list_en.value.en, list_zh.value.zh), slot("count", count)}, {}};
      if (argument.name.quoted && find_option(this_.function_, argument.name.text) != nullptr) {
        words.hint = "unknown-option+unquote";
      } else if (const auto near = this_.near_options(argument.name.text); !near.empty() && near.front().text != ascii_lower(argument.name.text)) {
        words.hint = "+closest";
        words.slots.push_back(slot("closest", near.front().text));
        words.fixes = {change_to(argument.name.span, near.front().text)};
      }
      return words;
    });
  }

  void arity(std::string_view variant) {
    checking_.report.error("arity", call_.name.span, [f = &function_, call = &call_, key = "arity/" + std::string(variant), limit = checking_.options.limits.sequence_steps] {
      const bool zh = call->name.text == f->zh;
      return Wording{key, "arity+example", {slot("function", call->name.text), slot("example", zh ? f->example_zh : f->example_en), slot("limit", std::to_string(limit))}, {}};
    });
  }

  void check_options(const Event* event) {
    for (const auto& [option, term] : arguments_.options) {
      check_option(checking_, *term, *option, call_, event);
    }
  }

  void did() {
    const Event* event = nullptr;
    if (arguments_.positional.size() != 1) {
      arity("did");
    }
    if (!arguments_.positional.empty()) {
      const Tree& first = *arguments_.positional.front();
      check_event(checking_, first, function_);
      event = first.kind == TreeKind::Term ? checking_.names.event(first.name.text) : nullptr;
    }
    check_options(event);
  }

  void sequence() {
    const std::size_t steps = arguments_.positional.size();
    if (steps < 2) {
      arity("sequence");
    } else if (steps > checking_.options.limits.sequence_steps) {
      arity("sequence-long");
    }
    for (const Tree* step : arguments_.positional) {
      check_event(checking_, *step, function_);
    }
    check_options(nullptr);
  }

  /// Arguments after the number: each a condition.
  [[nodiscard]] std::vector<Bound> conditions(std::size_t from) {
    std::vector<Bound> bound;
    for (std::size_t i = from; i < arguments_.positional.size(); ++i) {
      bound.push_back(check_condition(checking_, *arguments_.positional[i]));
    }
    return bound;
  }

  [[nodiscard]] bool starts_with_literal() const {
    return !arguments_.positional.empty() && arguments_.positional.front()->kind == TreeKind::Literal;
  }

  void bad_count(const Tree& literal, std::string_view variant) {
    checking_.report.error("bad-number", literal.span, [&literal, key = "bad-number/" + std::string(variant), this_function = function_slot()] {
      return Wording{key, "bad-number+count", {slot("value", literal.name.text), this_function}, {}};
    });
  }

  void count_out_of_range(const Tree& literal, std::string_view variant, std::size_t of) {
    checking_.report.error("out-of-range", literal.span, [&literal, variant = std::string(variant), of] {
      return Wording{"out-of-range/" + variant, "out-of-range+" + variant, {slot("value", literal.name.text), slot("count", std::to_string(of))}, {}};
    });
  }

  /// The number a call begins with: whole, from 1 on. Empty when it is wrong, which has been reported.
  [[nodiscard]] std::optional<std::int64_t> leading_count(const Tree& literal, std::size_t of, std::string_view variant) {
    const auto number = read_decimal(literal.name.text);
    if (!number.has_value() || number->has_point) {
      bad_count(literal, "count");
      return std::nullopt;
    }
    const auto scaled = scale(*number, 0);
    const bool fits = scaled.has_value() && scaled->floor >= 1 && (of == 0 || scaled->floor <= static_cast<std::int64_t>(of));
    if (!fits) {
      const bool too_low = scaled.has_value() && scaled->floor < 1;
      count_out_of_range(literal, of != 0 && too_low ? "at-least-low" : variant, of);
      return std::nullopt;
    }
    return scaled->floor;
  }

  [[nodiscard]] Bound at_least() {
    const bool numbered = starts_with_literal();
    const std::size_t count = arguments_.positional.size() - (numbered ? 1 : 0);
    Bound bound;
    bound.span = call_.span;
    bound.operands = conditions(numbered ? 1 : 0);
    if (!numbered || count < 2) {
      arity("at-least");
      return bound;
    }
    if (const auto k = leading_count(*arguments_.positional.front(), count, "at-least")) {
      bound.kind = BoundKind::AtLeast;
      bound.threshold = *k;
    }
    return bound;
  }

  void sample_size(const Tree& literal) {
    const std::string& text = literal.name.text;
    if (literal_kind(decode(text)) != LiteralKind::Percentage) {
      static_cast<void>(leading_count(literal, 0, "people"));
      return;
    }
    const auto percentage = read_decimal(std::string_view(text).substr(0, text.size() - 1));
    const Decimal hundred{false, "100", "", false};
    if (percentage->negative || (percentage->whole.empty() && percentage->fraction.empty()) || compare(*percentage, hundred) > 0) {
      count_out_of_range(literal, "percentage", 0);
    }
  }

  /// top, bottom, sample, lookalike: a number, then a condition (or everyone).
  void subset() {
    const bool numbered = starts_with_literal();
    const std::size_t count = arguments_.positional.size() - (numbered ? 1 : 0);
    const bool needs_condition = function_.id == FunctionId::Lookalike;
    if (!numbered || count > 1 || (needs_condition && count == 0)) {
      arity(function_.id == FunctionId::Sample ? "sample" : (needs_condition ? "lookalike" : "top"));
    }
    if (numbered && function_.id == FunctionId::Sample) {
      sample_size(*arguments_.positional.front());
    } else if (numbered) {
      static_cast<void>(leading_count(*arguments_.positional.front(), 0, "people"));
    }
    static_cast<void>(conditions(numbered ? 1 : 0));
    check_options(nullptr);
    const bool needs_by = function_.id == FunctionId::Top || function_.id == FunctionId::Bottom;
    if (needs_by && !arguments_.has(OptionId::By) && !by_is_bare_ && numbered) {
      missing_by();
    }
  }

  void missing_by() {
    checking_.report.error("missing-option", call_.name.span, [&checking = checking_, call = &call_, this_function = function_slot()] {
      const auto& tags = checking.names.catalogue().tags;
      const auto is_number = [](const Tag& tag) { return tag.kind == engine::TagKind::Number; };
      // Money is what people rank by: a tag with decimals first.
      auto best = std::find_if(tags.begin(), tags.end(), [&](const Tag& tag) { return is_number(tag) && tag.scale > 0; });
      best = best == tags.end() ? std::find_if(tags.begin(), tags.end(), is_number) : best;
      if (best == tags.end()) {
        return Wording{"", "missing-option+no-number", {this_function}, {}};
      }
      const bool zh = has_wide_script(call->name.text);
      const std::string option = ", " + std::string(zh ? "按" : "by") + ":" + write_name(name_like(*best, call->name.text));
      const std::string whole = checking.source(call->span);
      const std::string better = whole.substr(0, whole.find_last_not_of(" )）") + 1) + option + ")";
      return Wording{"", "missing-option+by", {this_function, slot("better", better)}, {insert_at(call->span.end - 1, option)}};
    });
  }

  Checking& checking_;
  const Tree& call_;
  const Function& function_;
  Arguments arguments_;
  bool by_is_bare_ = false;  ///< `by` without a value: reported as such
};

[[nodiscard]] Wording unknown_function(Checking& checking, const Tree& call) {
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
  const auto near = closest(name, all, [](std::size_t) { return std::uint64_t{0}; });
  if (!near.empty()) {
    words.hint = "+closest";
    words.slots.push_back(slot("closest", near.front().text));
    words.fixes = {change_to(call.name.span, near.front().text)};
  } else if (checking.names.tag(name) != nullptr) {
    words.hint = "unknown-function+tag";
  } else if (const Event* event = checking.names.event(name)) {
    words.hint = "unknown-function+event";
    words.slots.push_back(slot("call", "did(" + write_name(event->name) + ")", "做过(" + write_name(chinese_name(*event)) + ")"));
  } else {
    words.hint = "unknown-function+list";
    words.slots.push_back(slot("list", names));
  }
  return words;
}

}  // namespace

Bound check_call(Checking& checking, const Tree& call) {
  const Function* function = find_function(call.name.text);
  if (function == nullptr) {
    checking.report.error("unknown-function", call.name.span, [&checking, &call] { return unknown_function(checking, call); });
    Bound wrong;
    wrong.span = call.span;
    return wrong;
  }
  return CallChecker(checking, call, *function).check();
}

}  // namespace tagline::dsl
