// Calls: which function, how many arguments, which options. One branch a function; everything they
// share is in the table of functions.
#include "dsl/call_words.h"
#include "dsl/checker.h"
#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/read_date.h"
#include "dsl/share.h"
#include "dsl/unicode.h"
#include "engine/plan.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

/// Arguments apart from options.
struct Arguments {
  std::vector<const Tree*> positional;
  std::vector<std::pair<const Option*, const Tree*>> options;
  [[nodiscard]] bool has(OptionId id) const {
    return std::any_of(options.begin(), options.end(),
                       [&](const auto& entry) { return entry.first->id == id; });
  }
};

/// Everything that is known of people besides what they did, ascending.
[[nodiscard]] std::vector<engine::RowKey> features_of(const Catalogue& catalogue) {
  std::vector<engine::RowKey> features;
  for (const Tag& tag : catalogue.tags) {
    switch (tag.kind) {
      case engine::TagKind::Flag:
        features.push_back({tag.field, engine::kFlagRow});
        break;
      case engine::TagKind::Category:
      case engine::TagKind::Set:
        for (const Value& value : tag.values) {
          features.push_back({tag.field, value.row});
        }
        break;
      case engine::TagKind::Number:
      case engine::TagKind::Date:
        features.push_back({tag.field, engine::kNumberFeature});
        break;
      case engine::TagKind::Event:  // never a tag of the catalogue
        break;
    }
  }
  std::sort(features.begin(), features.end());
  return features;
}

class CallChecker {
 public:
  CallChecker(Checking& checking, const Tree& call, const Function& function)
      : checking_(checking), call_(call), function_(function) {}

  /// Nothing where something was wrong.
  [[nodiscard]] Bound check() {
    bound_.span = call_.span;
    sort_arguments();
    switch (function_.id) {
      case FunctionId::Did:
        did();
        break;
      case FunctionId::Sequence:
        sequence();
        break;
      case FunctionId::AtLeast:
        at_least();
        break;
      case FunctionId::Top:
        subset(BoundKind::Top);
        break;
      case FunctionId::Bottom:
        subset(BoundKind::Bottom);
        break;
      case FunctionId::Sample:
        subset(BoundKind::SampleSize);
        break;
      case FunctionId::Lookalike:
        subset(BoundKind::Lookalike);
        break;
    }
    return std::move(bound_);
  }

 private:
  [[nodiscard]] Slot function_slot() const { return slot("function", call_.name.text); }
  [[nodiscard]] bool takes_events() const {
    return function_.id == FunctionId::Did || function_.id == FunctionId::Sequence;
  }

  void sort_arguments() {
    for (const Tree& argument : call_.operands) {
      const bool named = argument.kind == TreeKind::Term;
      const bool is_option =
          named && argument.comparison != Comparison::None && !argument.name.quoted;
      const Option* option = is_option ? find_option(function_, argument.name.text) : nullptr;
      if (option != nullptr) {
        add_option(*option, argument);
      } else if (named && looks_like_option(argument)) {
        unknown_option(argument);
      } else if (named && lacks_value(argument) &&
                 find_option(argument.name.text)->id == OptionId::By) {
        bare_by_ = &argument;
      } else {
        bare_option_ = named && lacks_value(argument) ? &argument : bare_option_;
        arguments_.positional.push_back(&argument);
      }
    }
  }

  void add_option(const Option& option, const Tree& argument) {
    if (arguments_.has(option.id)) {
      checking_.report.error("duplicate-option", argument.name.span, [&argument] {
        return Wording{"",
                       argument.comparison == Comparison::Is ? "duplicate-option+one"
                                                             : "duplicate-option+range",
                       {slot("option", argument.name.text)},
                       {}};
      });
      return;
    }
    arguments_.options.emplace_back(&option, &argument);
  }

  /// `count` alone, where no tag is called so.
  [[nodiscard]] bool lacks_value(const Tree& argument) {
    return argument.comparison == Comparison::None && !argument.name.quoted &&
           find_option(function_, argument.name.text) != nullptr &&
           checking_.names.tag(argument.name.text) == nullptr &&
           checking_.names.event(argument.name.text) == nullptr;
  }

  /// `name:value` that is no option of this function: a misspelt one, or the condition or event it
  /// may be?
  [[nodiscard]] bool looks_like_option(const Tree& argument) {
    if (argument.comparison == Comparison::None || function_.options.empty()) {
      return false;
    }
    const std::string& name = argument.name.text;
    if (!takes_events()) {
      return checking_.names.tag(name) == nullptr && checking_.names.event(name) == nullptr &&
             (find_option(name) != nullptr || !near_options(function_, name).empty());
    }
    if (checking_.names.event(name) != nullptr) {
      return false;
    }
    if (argument.comparison != Comparison::Is || find_option(name) != nullptr ||
        !near_options(function_, name).empty()) {
      return true;
    }
    const bool is_step =
        arguments_.positional.empty() ||
        (function_.id == FunctionId::Sequence && !checking_.names.near_events(name).empty());
    return !is_step;
  }

  void unknown_option(const Tree& argument) {
    checking_.report.error("unknown-option", argument.name.span,
                           [f = &function_, call = &call_, &argument, keyed = keyed(argument)] {
                             return words_for_unknown_option(*f, *call, argument, keyed);
                           });
  }

  /// did(purchase, category:shoe): a key that is written as an option.
  [[nodiscard]] Keyed keyed(const Tree& argument) const {
    const Tree& first = call_.operands.front();
    const bool may_be = function_.id == FunctionId::Did && first.kind == TreeKind::Term &&
                        first.comparison == Comparison::None;
    const Event* event = may_be ? checking_.names.event(first.name.text) : nullptr;
    if (event == nullptr || event->keys.empty() || argument.values.empty()) {
      return {};
    }
    const std::string& value = argument.values.front().word.text;
    return {event, checking_.names.value(event->keys, value) != nullptr};
  }

  /// did(purchase, 最近30天), did(purchase, view): what stands behind the event and is no option.
  void further_argument(const Tree& argument) {
    const bool is_event =
        argument.kind == TreeKind::Term && checking_.names.event(argument.name.text) != nullptr;
    const bool is_bare = &argument == bare_option_;
    checking_.report.error(
        "arity", argument.span,
        [call = &call_, &argument, is_event, is_bare,
         first = checking_.source(arguments_.positional.front()->span),
         found = checking_.source(argument.span),
         better = meant_argument(checking_, call_, argument)] {
          Wording words{"arity/did-more", "arity+options", {slot("function", call->name.text)}, {}};
          words.slots.push_back(slot("found", found));
          if (is_bare) {
            words.hint = "arity+option";
            words.slots.push_back(slot("option", argument.name.text));
          } else if (is_event) {
            words.hint = "arity+events";
            words.slots.push_back(slot("either", "did(" + first + ") OR did(" + found + ")",
                                       "做过(" + first + ") 或 做过(" + found + ")"));
            words.slots.push_back(slot("sequence", "sequence(" + first + ", " + found + ")",
                                       "依次做过(" + first + ", " + found + ")"));
          } else if (!better.empty()) {
            words.hint = "arity+meant";
            words.slots.push_back(slot("better", better));
            words.fixes = {change_to(argument.span, better)};
          }
          return words;
        });
  }

  void arity(std::string_view variant) {
    checking_.report.error(
        "arity", call_.name.span,
        [f = &function_, call = &call_, bare = bare_option_, key = "arity/" + std::string(variant),
         limit = checking_.options.limits.sequence_steps] {
          if (bare != nullptr) {
            return Wording{key,
                           "arity+option",
                           {slot("function", call->name.text), slot("option", bare->name.text),
                            slot("limit", std::to_string(limit))},
                           {}};
          }
          const bool zh = call->name.text == f->zh;
          return Wording{key,
                         "arity+example",
                         {slot("function", call->name.text),
                          slot("example", zh ? f->example_zh : f->example_en),
                          slot("limit", std::to_string(limit))},
                         {}};
        });
  }

  void check_options(const Event* event) {
    for (const auto& [option, term] : arguments_.options) {
      check_option(checking_, *term, *option, {call_, event, bound_});
    }
  }

  void add_step(const Tree& argument) {
    if (auto step = check_event(checking_, argument, function_)) {
      bound_.steps.push_back(std::move(*step));
    }
  }

  void did() {
    const Event* event = nullptr;
    for (std::size_t i = 1; i < arguments_.positional.size(); ++i) {
      further_argument(*arguments_.positional[i]);
    }
    if (arguments_.positional.empty()) {
      arity("did");
    } else {
      const Tree& first = *arguments_.positional.front();
      add_step(first);
      event = first.kind == TreeKind::Term ? checking_.names.event(first.name.text) : nullptr;
    }
    check_options(event);
    if (!bound_.steps.empty()) {
      bound_.kind = BoundKind::Did;
    }
  }

  void sequence() {
    const std::size_t steps = arguments_.positional.size();
    if (steps < 2) {
      arity("sequence");
    } else if (steps > checking_.options.limits.sequence_steps) {
      arity("sequence-long");
    }
    for (const Tree* step : arguments_.positional) {
      add_step(*step);
    }
    check_options(nullptr);
    if (bound_.steps.size() >= 2) {
      bound_.kind = BoundKind::Sequence;
    }
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
    return !arguments_.positional.empty() &&
           arguments_.positional.front()->kind == TreeKind::Literal;
  }

  /// `of`: so many conditions there are to meet; 0: it is people that are counted.
  void bad_count(const Tree& literal, std::size_t of) {
    checking_.report.error(
        "bad-number", literal.span, [&literal, of, this_function = function_slot()] {
          return Wording{
              "bad-number/count",
              of == 0 ? "bad-number+count" : "out-of-range+at-least",
              {slot("value", literal.name.text), this_function, slot("count", std::to_string(of))},
              {}};
        });
  }

  void count_out_of_range(const Tree& literal, std::string_view variant, std::size_t of) {
    checking_.report.error(
        "out-of-range", literal.span, [&literal, variant = std::string(variant), of] {
          return Wording{"out-of-range/" + variant,
                         "out-of-range+" + variant,
                         {slot("value", literal.name.text), slot("count", std::to_string(of))},
                         {}};
        });
  }

  /// The number a call begins with: whole, from 1 on. Empty when it is wrong, which has been
  /// reported.
  [[nodiscard]] std::optional<std::int64_t> leading_count(const Tree& literal, std::size_t of,
                                                          std::string_view variant) {
    const auto number = read_decimal(literal.name.text);
    if (!number.has_value() || number->has_point) {
      bad_count(literal, of);
      return std::nullopt;
    }
    const auto scaled = scale(*number, 0);
    const bool fits = scaled.has_value() && scaled->floor >= 1 &&
                      (of == 0 || scaled->floor <= static_cast<std::int64_t>(of));
    if (!fits) {
      const bool too_low = scaled.has_value() && scaled->floor < 1;
      count_out_of_range(literal, of != 0 && too_low ? "at-least-low" : variant, of);
      return std::nullopt;
    }
    return scaled->floor;
  }

  void at_least() {
    const bool numbered = starts_with_literal();
    const std::size_t count = arguments_.positional.size() - (numbered ? 1 : 0);
    bound_.operands = conditions(numbered ? 1 : 0);
    if (!numbered || count < 2) {
      arity("at-least");
      return;
    }
    if (const auto k = leading_count(*arguments_.positional.front(), count, "at-least")) {
      bound_.kind = BoundKind::AtLeast;
      bound_.threshold = *k;
    }
  }

  void read_share(const Tree& literal) {
    const std::string& text = literal.name.text;
    const auto percentage = read_decimal(std::string_view(text).substr(0, text.size() - 1));
    const Decimal hundred{false, "100", "", false};
    if (!percentage.has_value() || percentage->negative ||
        (percentage->whole.empty() && percentage->fraction.empty()) ||
        compare(*percentage, hundred) > 0) {
      count_out_of_range(literal, "percentage", 0);
      return;
    }
    bound_.kind = BoundKind::SampleShare;
    bound_.share = share_of(*percentage);
    bound_.share_text = text;
  }

  /// How many people the call chooses.
  void read_amount(const Tree& literal, BoundKind kind) {
    if (kind == BoundKind::SampleSize &&
        literal_kind(decode(literal.name.text)) == LiteralKind::Percentage) {
      read_share(literal);
    } else if (const auto amount = leading_count(literal, 0, "people")) {
      bound_.kind = kind;
      bound_.amount = static_cast<std::uint64_t>(*amount);
    }
  }

  [[nodiscard]] std::string_view subset_arity() const {
    return function_.id == FunctionId::Sample
               ? "sample"
               : (function_.id == FunctionId::Lookalike ? "lookalike" : "top");
  }

  /// top, bottom, sample, lookalike: a number, then a condition (or everyone).
  void subset(BoundKind kind) {
    const bool numbered = starts_with_literal();
    const std::size_t count = arguments_.positional.size() - (numbered ? 1 : 0);
    const bool needs_condition = kind == BoundKind::Lookalike;
    if (!numbered || count > 1 || (needs_condition && count == 0)) {
      arity(subset_arity());
    }
    if (numbered) {
      read_amount(*arguments_.positional.front(), kind);
    }
    bound_.operands = conditions(numbered ? 1 : 0);
    if (bound_.operands.empty()) {
      Bound& everyone = bound_.operands.emplace_back();
      everyone.kind = BoundKind::Everyone;
      everyone.span = {call_.span.end, call_.span.end};
    }
    check_options(nullptr);
    const bool needs_by = kind == BoundKind::Top || kind == BoundKind::Bottom;
    if (needs_by && !arguments_.has(OptionId::By) && numbered) {
      missing_by();
    }
    if (needs_condition) {
      count_lookalike();
    }
  }

  void count_lookalike() {
    const std::uint32_t limit = checking_.options.limits.lookalikes;
    if (++checking_.lookalikes > limit) {
      checking_.report.error("too-many-terms", call_.name.span, [limit, name = function_slot()] {
        return Wording{"too-many-terms/lookalikes",
                       "too-many-terms+segments",
                       {name, slot("limit", std::to_string(limit))},
                       {}};
      });
      return;
    }
    bound_.features = features_of(checking_.names.catalogue());
  }

  void missing_by() {
    checking_.report.error("missing-option", call_.name.span,
                           [&checking = checking_, call = &call_, bare = bare_by_] {
                             return words_for_missing_by(checking, *call, bare);
                           });
  }

  Checking& checking_;
  const Tree& call_;
  const Function& function_;
  Bound bound_;
  Arguments arguments_;
  const Tree* bare_by_ = nullptr;      ///< `by` without a value
  const Tree* bare_option_ = nullptr;  ///< another option without a value: taken for an argument
};

}  // namespace

Bound check_call(Checking& checking, const Tree& call) {
  const Function* function = find_function(call.name.text);
  if (function == nullptr) {
    checking.report.error("unknown-function", call.name.span, [&checking, &call] {
      return words_for_unknown_function(checking, call);
    });
    Bound wrong;
    wrong.span = call.span;
    return wrong;
  }
  return CallChecker(checking, call, *function).check();
}

}  // namespace tagline::dsl
