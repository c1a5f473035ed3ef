#include "dsl/display.h"

#include "dsl/functions.h"
#include "dsl/literal.h"
#include "dsl/names.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

using engine::TagKind;

/// What the values of a term are, which decides how their words may be respelt.
enum class ValueKind { Names, Dates, Lengths, TagName, AsTyped };

[[nodiscard]] std::string_view chinese_unit(Unit unit) {
  switch (unit) {
    case Unit::Week:
      return "周";
    case Unit::Month:
      return "个月";
    case Unit::Quarter:
      return "个季度";
    case Unit::Year:
      return "年";
    case Unit::Day:
    case Unit::Hour:
    case Unit::Minute:
    case Unit::Second:
      break;
  }
  return "天";
}

struct PeriodWords {
  std::string_view current;
  std::string_view previous;
};

[[nodiscard]] PeriodWords chinese_period(Unit unit) {
  switch (unit) {
    case Unit::Week:
      return {"本周", "上周"};
    case Unit::Month:
      return {"本月", "上月"};
    case Unit::Quarter:
      return {"本季度", "上季度"};
    case Unit::Year:
      return {"今年", "去年"};
    case Unit::Day:
    case Unit::Hour:
    case Unit::Minute:
    case Unit::Second:
      break;
  }
  return {"今天", "昨天"};
}

[[nodiscard]] std::string quoted(std::string_view name) {
  std::string text = write_name(name);
  return text.starts_with('"') ? text : "\"" + text + "\"";
}

/// A word that may be spelt in two languages.
struct TwoWords {
  std::string_view en;
  std::string_view zh;
  [[nodiscard]] std::string_view in(Language language) const {
    return language == Language::Chinese ? zh : en;
  }
};

class Display {
 public:
  Display(const Catalogue& catalogue, Language language) : names_(catalogue), language_(language) {}

  void condition(const Tree& tree) {
    switch (tree.kind) {
      case TreeKind::And:
      case TreeKind::Or:
        for (std::size_t i = 0; i < tree.operands.size(); ++i) {
          const TwoWords joint =
              tree.kind == TreeKind::And ? TwoWords{" AND ", " 且 "} : TwoWords{" OR ", " 或 "};
          out_ += i == 0 ? std::string_view() : joint.in(language_);
          bracketed(tree.operands[i]);
        }
        return;
      case TreeKind::Not:
        out_ += TwoWords{"NOT ", "非 "}.in(language_);
        bracketed(tree.operands.front());
        return;
      case TreeKind::Everyone:
      case TreeKind::Segment:
      case TreeKind::Literal:
        out_ += print(tree);
        return;
      case TreeKind::Term:
        term(tree, false);
        return;
      case TreeKind::Call:
        call(tree);
        return;
    }
  }

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void bracketed(const Tree& tree) {
    const bool brackets = tree.kind == TreeKind::And || tree.kind == TreeKind::Or;
    out_ += brackets ? "(" : "";
    condition(tree);
    out_ += brackets ? ")" : "";
  }

  void call(const Tree& tree) {
    const Function* function = find_function(tree.name.text);
    out_ += function == nullptr ? std::string_view(tree.name.text)
                                : TwoWords{function->en, function->zh}.in(language_);
    out_ += "(";
    const bool takes_events = function != nullptr && (function->id == FunctionId::Did ||
                                                      function->id == FunctionId::Sequence);
    for (std::size_t i = 0; i < tree.operands.size(); ++i) {
      const Tree& operand = tree.operands[i];
      out_ += i == 0 ? "" : ", ";
      if (operand.kind != TreeKind::Term) {
        condition(operand);
      } else if (const Option* option = option_of(function, operand)) {
        this->option(operand, *option);
      } else if (const Event* event = takes_events ? names_.event(operand.name.text) : nullptr) {
        name(operand, spelling(*event, operand.name.text), true);
        values(operand, ValueKind::Names, &event->keys);
      } else {
        term(operand, true);
      }
    }
    out_ += ")";
  }

  /// As the checker decides it.
  [[nodiscard]] static const Option* option_of(const Function* function, const Tree& term) {
    const bool may_be =
        function != nullptr && term.comparison != Comparison::None && !term.name.quoted;
    return may_be ? find_option(*function, term.name.text) : nullptr;
  }

  void option(const Tree& term, const Option& option) {
    out_ += TwoWords{option.en, option.zh}.in(language_);
    switch (option.id) {
      case OptionId::In:
        values(term, ValueKind::Dates, nullptr);
        return;
      case OptionId::Within:
        values(term, ValueKind::Lengths, nullptr);
        return;
      case OptionId::By:
        values(term, ValueKind::TagName, nullptr);
        return;
      case OptionId::Count:
      case OptionId::Days:
      case OptionId::Streak:
      case OptionId::Sum:
      case OptionId::Seed:
        break;
    }
    values(term, ValueKind::AsTyped, nullptr);
  }

  void term(const Tree& tree, bool is_argument) {
    const Tag* tag = names_.tag(tree.name.text);
    if (tag == nullptr) {
      name(tree, tree.name.text, is_argument);
      values(tree, ValueKind::AsTyped, nullptr);
      return;
    }
    name(tree, spelling(*tag, tree.name.text), is_argument);
    const bool has_names = tag->kind == TagKind::Category || tag->kind == TagKind::Set;
    const ValueKind kind = has_names                    ? ValueKind::Names
                           : tag->kind == TagKind::Date ? ValueKind::Dates
                                                        : ValueKind::AsTyped;
    values(tree, kind, has_names ? &tag->values : nullptr);
  }

  /// A tag or event that shares its spelling with an option is quoted where an option may stand.
  void name(const Tree& term, std::string_view text, bool is_argument) {
    if (is_argument && find_option(text) != nullptr &&
        (term.name.quoted || text != term.name.text)) {
      out_ += quoted(text);
    } else if (text == term.name.text && !term.name.quoted) {
      out_ += text;
    } else {
      out_ += write_name(text);
    }
  }

  void values(const Tree& term, ValueKind kind, const std::vector<Value>* among) {
    switch (term.comparison) {
      case Comparison::None:
        return;
      case Comparison::Is:
        out_ += ":";
        break;
      case Comparison::IsNot:
        out_ += " != ";
        break;
      case Comparison::Greater:
        out_ += " > ";
        break;
      case Comparison::GreaterEqual:
        out_ += " >= ";
        break;
      case Comparison::Less:
        out_ += " < ";
        break;
      case Comparison::LessEqual:
        out_ += " <= ";
        break;
    }
    const bool is_list = term.values.size() > 1;
    for (std::size_t i = 0; i < term.values.size(); ++i) {
      out_ += i == 0 ? (is_list ? "(" : "") : ", ";
      value(term.values[i], kind, among);
    }
    out_ += is_list ? ")" : "";
  }

  void value(const TermValue& value, ValueKind kind, const std::vector<Value>* among) {
    const Word& word = value.word;
    if (value.period.has_value()) {
      out_ += to_text(*value.period, language_);
    } else if (kind == ValueKind::Names) {
      named_value(word, *among);
    } else if (kind == ValueKind::TagName) {
      const Tag* tag = names_.tag(word.text);
      out_ += tag == nullptr ? as_typed(word) : write_value(spelling(*tag, word.text));
    } else if (kind == ValueKind::Dates && !word.quoted) {
      out_ += range_of(word.text, &Display::date);
    } else if (kind == ValueKind::Lengths && !word.quoted) {
      out_ += range_of(word.text, &Display::length);
    } else {
      out_ += as_typed(word);
    }
  }

  void named_value(const Word& word, const std::vector<Value>& among) {
    const bool is_wildcard = !word.quoted && word.text.find('*') != std::string::npos;
    const Value* found = is_wildcard ? nullptr : names_.value(among, word.text);
    std::string_view better = word.text;
    if (found != nullptr) {
      better = name_in(*found, language_);
      better = names_.value(among, better) == found ? better : std::string_view(word.text);
    }
    if (better == word.text) {
      out_ += as_typed(word);
      return;
    }
    // An age band 25-34 is no range: where names are expected, literals need no quotes.
    const std::u32string points = decode(better);
    const bool is_bare = is_literal(points) && points.find(U'*') == std::u32string::npos &&
                         std::all_of(points.begin(), points.end(), [](char32_t point) {
                           return is_word_char(point) && fold(point) == point;
                         });
    out_ += is_bare ? std::string(better) : write_value(better);
  }

  [[nodiscard]] static std::string as_typed(const Word& word) {
    return word.quoted ? write_value(word.text) : word.text;
  }

  using Respell = std::string (Display::*)(std::string_view) const;
  /// `a..b`: each end by itself.
  [[nodiscard]] std::string range_of(std::string_view text, Respell respell) const {
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) {
      return (this->*respell)(text);
    }
    return (this->*respell)(text.substr(0, dots)) + ".." + (this->*respell)(text.substr(dots + 2));
  }

  [[nodiscard]] std::string length(std::string_view text) const {
    const auto read = read_length(decode(text));
    // Nothing that would be refused is made to look better; no count is rewritten that saturated.
    const bool sound = read.has_value() && read->unit <= Unit::Year && read->count < kCountMax;
    return sound ? to_text(*read, language_) : std::string(text);
  }

  /// today-30d, 2024-01-31+1w: the day by its name, the length in the units of the language.
  [[nodiscard]] std::string date(std::string_view text) const {
    constexpr std::array<TwoWords, 2> kDays = {{{"today", "今天"}, {"yesterday", "昨天"}}};
    constexpr std::size_t kDateBytes = 10;
    const std::string lower = ascii_lower(text);
    std::string head(text.substr(0, kDateBytes));
    std::string_view rest = text.substr(head.size());
    for (const TwoWords& day : kDays) {
      for (const std::string_view spelling : {day.en, day.zh}) {
        if (lower.starts_with(spelling)) {
          head = day.in(language_);
          rest = text.substr(spelling.size());
        }
      }
    }
    if (rest.size() < 2 || (rest.front() != '-' && rest.front() != '+')) {
      return head + std::string(rest);
    }
    return head + rest.front() + length(rest.substr(1));
  }

  /// The spelling in the language, unless another entry answers to it.
  [[nodiscard]] std::string_view spelling(const Tag& tag, std::string_view typed) {
    const std::string_view better = name_in(tag, language_);
    return names_.tag(better) == &tag ? better : typed;
  }
  [[nodiscard]] std::string_view spelling(const Event& event, std::string_view typed) {
    const std::string_view better = name_in(event, language_);
    return names_.event(better) == &event ? better : typed;
  }

  Names names_;
  Language language_;
  std::string out_;
};

}  // namespace

template <class Entry>
std::string_view name_in(const Entry& entry, Language language) {
  if (language == Language::Chinese) {
    return chinese_name(entry);
  }
  if (!has_wide_script(entry.name)) {
    return entry.name;
  }
  const auto found = std::find_if(entry.aliases.begin(), entry.aliases.end(),
                                  [](const std::string& alias) { return !has_wide_script(alias); });
  return found == entry.aliases.end() ? std::string_view(entry.name) : std::string_view(*found);
}
template std::string_view name_in(const Tag&, Language);
template std::string_view name_in(const Event&, Language);
template std::string_view name_in(const Value&, Language);

std::string to_text(const Length& length, Language language) {
  return language == Language::English
             ? to_text(length)
             : std::to_string(length.count) + std::string(chinese_unit(length.unit));
}

std::string to_text(const Period& period, Language language) {
  if (language == Language::English) {
    return to_text(period);
  }
  const PeriodWords words = chinese_period(period.length.unit);
  switch (period.kind) {
    case Period::Kind::Rolling:
      return "最近" + to_text(period.length, language);
    case Period::Kind::This:
      return std::string(words.current);
    case Period::Kind::Previous:
      break;
  }
  return std::string(words.previous);
}

std::string display(const Tree& tree, const Catalogue& catalogue, Language language) {
  Display text(catalogue, language);
  text.condition(tree);
  return std::move(text).take();
}

}  // namespace tagline::dsl
