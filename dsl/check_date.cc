// Dates: a date is a range of days, and the comparison picks its edge: `> 2024-01` is after January
// ends. Periods are resolved against `as_of` here, once.
#include "dsl/checker.h"
#include "dsl/display.h"
#include "dsl/read_date.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <chrono>

namespace tagline::dsl {
namespace {

using Kind = DateProblem::Kind;

[[nodiscard]] std::int64_t number_of(Day day) {
  return day.time_since_epoch().count();
}

[[nodiscard]] bool is_any(const TermValue& value) {
  return !value.word.quoted && !value.period.has_value() && value.word.text == "*";
}

/// "7 days" and "7 天".
[[nodiscard]] Slot length_words(std::string_view name, const Length& length) {
  struct Words {
    std::string_view en;
    std::string_view zh;
  };
  constexpr std::array<Words, 8> kWords = {{{"day", " 天"},
                                            {"week", " 周"},
                                            {"month", " 个月"},
                                            {"quarter", " 个季度"},
                                            {"year", " 年"},
                                            {"hour", " 小时"},
                                            {"minute", " 分钟"},
                                            {"second", " 秒"}}};
  const Words& words = kWords.at(static_cast<std::size_t>(length.unit));
  const std::string count = std::to_string(length.count);
  return slot(name, count + " " + std::string(words.en) + (length.count == 1 ? "" : "s"),
              count + std::string(words.zh));
}

[[nodiscard]] std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

[[nodiscard]] Slot period_words(std::string_view name, const Period& period) {
  if (period.kind == Period::Kind::Rolling) {
    const Slot length = length_words(name, period.length);
    return slot(name, "the last " + length.value.en, "最近 " + length.value.zh);
  }
  struct Words {
    std::string_view current;
    std::string_view previous;
  };
  constexpr std::array<Words, 5> kWords = {{{"今天", "昨天"},
                                            {"本周", "上周"},
                                            {"本月", "上月"},
                                            {"本季度", "上季度"},
                                            {"今年", "去年"}}};
  const Words& words = kWords.at(static_cast<std::size_t>(period.length.unit));
  return slot(name, to_text(period),
              period.kind == Period::Kind::This ? words.current : words.previous);
}

/// The day a comparison with a period most likely meant, as it would be written.
[[nodiscard]] std::string edge_of(const Period& period, const DayRange& days, Comparison comparison,
                                  Language language) {
  const bool start = comparison == Comparison::Less || comparison == Comparison::GreaterEqual;
  if (period.kind != Period::Kind::Rolling) {
    return to_text(start ? days.first : days.last);
  }
  const bool chinese = language == Language::Chinese;
  const std::string today = chinese ? "今天" : "today";
  const auto back = (days.last - days.first).count();
  return !start || back == 0 ? today : today + "-" + std::to_string(back) + (chinese ? "天" : "d");
}

[[nodiscard]] std::string_view edge_hint(Comparison comparison) {
  switch (comparison) {
    case Comparison::Less:
      return "bad-comparison+before";
    case Comparison::LessEqual:
      return "bad-comparison+until";
    case Comparison::GreaterEqual:
      return "bad-comparison+since";
    case Comparison::Greater:
    case Comparison::None:
    case Comparison::Is:
    case Comparison::IsNot:
      break;
  }
  return "bad-comparison+after";
}

void report_period_compared(Checking& checking, const Tree& term, const TermValue& value,
                            const DayRange& days) {
  checking.report.error("bad-comparison", value.span, [&term, &value, days] {
    const std::string en = edge_of(*value.period, days, term.comparison, Language::English);
    const std::string zh = edge_of(*value.period, days, term.comparison, Language::Chinese);
    const std::string head =
        term.name.text + " " + std::string(operator_text(term.comparison)) + " ";
    return Wording{
        "",
        std::string(edge_hint(term.comparison)),
        {slot("value", value.word.text), slot("operator", operator_text(term.comparison)),
         period_words("period", *value.period), slot("better", head + en, head + zh)},
        {change_to(value.span, has_wide_script(value.word.text) ? zh : en)}};
  });
}

void report_hours(Checking& checking, const TermValue& value) {
  checking.report.error("unit-error", value.span, [&value] {
    return Wording{
        "unit-error/hours",
        "unit-error+days",
        {slot("value", value.word.text)},
        {change_to(value.span, has_wide_script(value.word.text) ? "最近1天" : "last 1d")}};
  });
}

[[nodiscard]] std::string_view month_name(unsigned month) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  return kMonths.at((month + 11) % 12);
}

[[nodiscard]] Wording bad_date(const TermValue& value, const DateProblem& problem, Day as_of) {
  Wording words;
  words.slots = {slot("value", problem.text), slot("better", problem.better)};
  if (!problem.better.empty()) {
    const std::string& word = value.word.text;
    const auto at = word.find(problem.text);
    std::string whole = word;
    whole.replace(at == std::string::npos ? 0 : at,
                  at == std::string::npos ? word.size() : problem.text.size(), problem.better);
    words.fixes = {change_to(value.span, whole)};
  }
  switch (problem.kind) {
    case Kind::NoSuchDay:
      words.message = "bad-date/day";
      words.hint = "bad-date+last-day";
      words.slots.push_back(
          slot("month", std::string(month_name(problem.month)) + " " + std::to_string(problem.year),
               std::to_string(problem.year) + " 年 " + std::to_string(problem.month) + " 月"));
      words.slots.push_back(slot("days", std::to_string(problem.last_day)));
      return words;
    case Kind::NoSuchMonth:
      words.message = "bad-date/month";
      words.hint = "bad-date+month";
      return words;
    case Kind::OtherStyle:
      words.message = "bad-date/style";
      words.hint = "+write";
      return words;
    case Kind::IsLength: {
      words.message = "bad-date/length";
      words.hint = "bad-date+period";
      const Slot length = length_words("length", problem.length);
      words.slots.push_back(length);
      const std::string last = "last " + to_text(problem.length);
      const std::string recent = "最近" + without_blanks(length.value.zh);
      words.slots.push_back(slot("recent", last, recent));
      words.slots.push_back(slot("last", last));
      words.fixes = {change_to(value.span, has_wide_script(value.word.text) ? recent : last)};
      return words;
    }
    case Kind::Wildcard:
      words.message = "bad-date/wildcard";
      words.hint = problem.better.empty() ? "bad-date+example" : "+write";
      break;
    case Kind::NotADate:
    case Kind::HasHours:
    case Kind::TooFar:
    case Kind::Reversed:
      words.hint = "bad-date+example";
      break;
  }
  words.slots.push_back(slot("today", to_text(as_of)));
  return words;
}

/// What a word that is no date was meant to be, when it was no date that was meant.
[[nodiscard]] std::optional<Wording> other_meaning(const TermValue& value, Day as_of) {
  const std::string& text = value.word.text;
  const std::u32string word = decode(text);
  if (value.word.quoted) {
    return std::nullopt;
  }
  if (const auto stuck = split_keyword(word);
      stuck.has_value() && read_date(stuck->head, false, as_of).has_value()) {
    return words_for_stuck(value, *stuck);
  }
  if (const auto days = future_word(text, as_of)) {
    return Wording{"bad-date/future",
                   "+write",
                   {slot("value", text), slot("better", to_text(*days))},
                   {change_to(value.span, to_text(*days))}};
  }
  const auto digits = std::min(word.find_first_of(U"0123456789"), word.size());
  const std::u32string_view number = std::u32string_view(word).substr(digits);
  const bool is_count = !number.empty() && std::all_of(number.begin(), number.end(), is_digit);
  return is_count && is_last_word(std::u32string_view(word).substr(0, digits))
             ? std::optional(words_for_no_unit(text, value.span, count_of(number)))
             : std::nullopt;
}

void report_problem(Checking& checking, const TermValue& value, const DateProblem& problem) {
  switch (problem.kind) {
    case Kind::HasHours:
      report_hours(checking, value);
      return;
    case Kind::TooFar:
      checking.report.error("out-of-range", value.span, [&value] {
        return Wording{
            "out-of-range/far", "out-of-range+far", {slot("value", value.word.text)}, {}};
      });
      return;
    case Kind::Reversed:
      checking.report.error("empty-range", value.span, [&value, problem] {
        const auto dots = problem.better.find("..");
        return Wording{
            "empty-range/date",
            "empty-range+swap",
            {slot("high", problem.better.substr(0, dots)),
             slot("low", problem.better.substr(dots + 2)), slot("better", problem.better)},
            {change_to(value.span, problem.better)}};
      });
      return;
    case Kind::NotADate:
    case Kind::NoSuchMonth:
    case Kind::NoSuchDay:
    case Kind::OtherStyle:
    case Kind::IsLength:
    case Kind::Wildcard:
      break;
  }
  checking.report.error("bad-date", value.span, [&value, problem, as_of = checking.options.as_of] {
    const auto other = other_meaning(value, as_of);
    return other.has_value() ? *other : bad_date(value, problem, as_of);
  });
}

[[nodiscard]] bool is_order(Comparison comparison) {
  return comparison != Comparison::Is && comparison != Comparison::IsNot;
}

/// Empty: something was wrong.
[[nodiscard]] std::optional<DateWord> read_value(Checking& checking, const Tree& term,
                                                 const TermValue& value) {
  if (value.period.has_value()) {
    if (value.period->length.unit > Unit::Year) {
      report_hours(checking, value);
      return std::nullopt;
    }
    const auto days = resolve(*value.period, checking.options.as_of);
    if (!days.has_value()) {
      checking.report.error("out-of-range", value.span, [&value] {
        const bool none = value.period->length.count == 0;
        return Wording{none ? "out-of-range/zero" : "out-of-range/far",
                       none ? "out-of-range+check" : "out-of-range+far",
                       {slot("value", value.word.text)},
                       {}};
      });
      return std::nullopt;
    }
    if (is_order(term.comparison)) {
      report_period_compared(checking, term, value, *days);
      return std::nullopt;
    }
    return DateWord{days->first, days->last, false};
  }
  const auto date = read_date(value.word.text, value.word.quoted, checking.options.as_of);
  if (!date.has_value()) {
    report_problem(checking, value, date.error());
    return std::nullopt;
  }
  if (date->is_range && is_order(term.comparison)) {
    checking.report.error("bad-comparison", value.span, [&term, &value] {
      return Wording{
          "bad-comparison/range",
          "bad-comparison+is",
          {slot("value", value.word.text), slot("operator", operator_text(term.comparison)),
           slot("better", term.name.text + ":" + value.word.text)},
          {}};
    });
    return std::nullopt;
  }
  return *date;
}

[[nodiscard]] Interval interval_of(const DateWord& date, Comparison comparison) {
  const std::int64_t first = date.first.has_value() ? number_of(*date.first) : kNumberMin;
  const std::int64_t last = date.last.has_value() ? number_of(*date.last) : kNumberMax;
  switch (comparison) {
    case Comparison::Greater:
      return {last + 1, kNumberMax};
    case Comparison::GreaterEqual:
      return {first, kNumberMax};
    case Comparison::Less:
      return {kNumberMin, first - 1};
    case Comparison::LessEqual:
      return {kNumberMin, last};
    case Comparison::None:
    case Comparison::Is:
    case Comparison::IsNot:
      break;
  }
  return {first, last};
}

}  // namespace

std::optional<Matched> read_dates(Checking& checking, const Tree& term) {
  Matched matched;
  bool sound = true;
  for (const TermValue& value : term.values) {
    if (is_any(value)) {
      matched.everything = true;
      if (is_order(term.comparison)) {
        sound = false;
        checking.report.error("bad-comparison", value.span, [&term] {
          return Wording{"bad-comparison/any",
                         "bad-comparison+is",
                         {slot("value", "*"), slot("operator", operator_text(term.comparison)),
                          slot("better", term.name.text + ":*")},
                         {}};
        });
      }
      continue;
    }
    const auto date = read_value(checking, term, value);
    sound = sound && date.has_value();
    if (date.has_value()) {
      matched.intervals.push_back(interval_of(*date, term.comparison));
    }
  }
  if (!sound) {
    return std::nullopt;
  }
  matched.intervals = merged(std::move(matched.intervals));
  return matched;
}

}  // namespace tagline::dsl
