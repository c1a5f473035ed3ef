// Options of calls. They read as terms of tags do: count as a whole number, in as a date, by as a
// name.
#include "dsl/checker.h"
#include "dsl/display.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

[[nodiscard]] bool is_chinese(const Tree& call) {
  return has_wide_script(call.name.text);
}

void report_bad_option(Checking& checking, const Tree& term, std::string_view variant) {
  checking.report.error("bad-option", term.span, [&term, key = std::string(variant)] {
    return Wording{"bad-option/" + key, "bad-option+" + key, {slot("option", term.name.text)}, {}};
  });
}

/// `name:value`, one value: what in, within, by and seed take. Reports otherwise.
[[nodiscard]] bool is_single(Checking& checking, const Tree& term, std::string_view variant) {
  if (term.comparison == Comparison::Is && term.values.size() == 1) {
    return true;
  }
  report_bad_option(checking, term, variant);
  return false;
}

/// What lies in `all` and in none of `intervals`. REQUIRES: they are merged.
[[nodiscard]] std::vector<Interval> without(const Interval& all,
                                            const std::vector<Interval>& intervals) {
  std::vector<Interval> rest;
  std::int64_t from = all.low;
  for (const Interval& interval : intervals) {
    if (interval.low > from) {
      rest.push_back({from, interval.low - 1});
    }
    if (interval.high == kNumberMax) {
      return rest;
    }
    from = std::max(from, interval.high + 1);
  }
  rest.push_back({from, all.high});
  return rest;
}

[[nodiscard]] std::vector<Interval> clamped(std::vector<Interval> intervals, const Interval& all) {
  std::vector<Interval> inside;
  for (Interval interval : intervals) {
    interval = {std::max(interval.low, all.low), std::min(interval.high, all.high)};
    if (interval.low <= interval.high) {
      inside.push_back(interval);
    }
  }
  return inside;
}

/// Adds what a measure must come to, of the numbers it can come to.
void add_measure(Checking& checking, const Tree& term, Bound& bound,
                 const std::pair<Measure, const NumberDomain*>& what) {
  const auto& [measure, domain] = what;
  const auto matched = read_numbers(checking, term, *domain);
  if (!matched.has_value()) {
    return;
  }
  const Interval all{domain->min.value_or(kNumberMin), kNumberMax};
  MeasureTest test{measure, clamped(matched->intervals, all)};
  const bool differs = term.comparison == Comparison::IsNot;
  if (matched->everything) {
    test.intervals = {all};
  }
  if (differs) {
    test.intervals = matched->everything ? std::vector<Interval>{} : without(all, test.intervals);
  }
  if (differs && matched->everything) {
    checking.report.warning("never-true", term.span, [&term] {
      return Wording{"never-true/not-any", "", {slot("tag", term.name.text)}, {}};
    });
  }
  bound.measures.push_back(std::move(test));
}

[[nodiscard]] const Option* option_of(const Tree& argument) {
  const bool compared = argument.kind == TreeKind::Term && !argument.name.quoted &&
                        argument.comparison != Comparison::None;
  return compared ? find_option(argument.name.text) : nullptr;
}

/// did(purchase, in:last 30d): `call` with its window and no other option, as typed.
[[nodiscard]] std::string call_in_window(const Checking& checking, const Tree& call) {
  std::string text = bare_call(checking, call);
  for (const Tree& argument : call.operands) {
    const Option* option = option_of(argument);
    if (option != nullptr && option->id == OptionId::In) {
      text.insert(text.size() - 1, ", " + checking.source(argument.span));
      break;
    }
  }
  return text;
}

[[nodiscard]] std::ptrdiff_t measures_of(const Tree& call) {
  return std::count_if(call.operands.begin(), call.operands.end(), [](const Tree& argument) {
    const Option* option = option_of(argument);
    return option != nullptr && option->id != OptionId::In;
  });
}

void check_count(Checking& checking, const Tree& term, Measure measure, const OptionPlace& place) {
  NumberDomain domain;
  domain.name = term.name.text;
  domain.min = 1;
  domain.call = call_in_window(checking, place.call);
  domain.call_span = place.call.span;
  domain.alone = measures_of(place.call) == 1;
  add_measure(checking, term, place.bound, {measure, &domain});
}

void check_sum(Checking& checking, const Tree& term, const OptionPlace& place) {
  const Tree& call = place.call;
  const Event* event = place.event;
  if (event != nullptr && !event->has_amount) {
    checking.report.error("no-amount", term.name.span, [&checking, &term, &call, event] {
      std::vector<std::string> others;
      for (const Event& other : checking.names.catalogue().events) {
        if (other.has_amount) {
          others.emplace_back(is_chinese(call) ? chinese_name(other)
                                               : std::string_view(other.name));
        }
      }
      const std::string rest = checking.source({term.comparison_span.begin, term.span.end});
      const bool touches = term.comparison == Comparison::Is;
      const std::string count = (touches ? "" : " ") + rest;
      return Wording{
          "",
          others.empty() ? "no-amount+count" : "no-amount+count-or",
          {slot("event", is_chinese(call) ? chinese_name(*event) : std::string_view(event->name)),
           slot("option", term.name.text), slot("count", "count" + count, "次数" + count),
           slot("others", others)},
          {}};
    });
    return;
  }
  NumberDomain domain;
  domain.name = term.name.text;
  domain.scale = event == nullptr ? 0 : event->scale;
  domain.fractions_allowed = true;  // whole amounts too: a total above 99.5 is one of 100 or more
  domain.unit = event == nullptr ? "" : event->unit;
  add_measure(checking, term, place.bound, {Measure::Sum, &domain});
}

void check_in(Checking& checking, const Tree& term, Bound& bound) {
  if (term.comparison == Comparison::IsNot || term.values.size() != 1) {
    report_bad_option(checking, term, "in");
    return;
  }
  const auto matched = read_dates(checking, term);
  if (!matched.has_value()) {
    return;
  }
  bound.windowed = true;
  if (matched->everything) {
    return;
  }
  // One value, one interval; it may lie outside the days that can be written (in > 9999-12-31).
  const Interval days = matched->intervals.front();
  const auto day = [](std::int64_t number, std::int64_t low, std::int64_t high) {
    return static_cast<engine::Day>(std::clamp(number, low, high));
  };
  bound.window.first = day(days.low, engine::kFirstDay, std::int64_t{engine::kLastDay} + 1);
  bound.window.last = day(days.high, std::int64_t{engine::kFirstDay} - 1, engine::kLastDay);
}

/// A length as the engine counts it. Empty when it is longer than all days that can be written.
[[nodiscard]] std::optional<engine::DayGap> gap_of(const Length& length) {
  constexpr std::array<std::uint64_t, 5> kOfUnit = {1, 7, 1, 3, 12};
  constexpr std::uint64_t kDaysMax = engine::kLastDay - engine::kFirstDay;
  constexpr std::uint64_t kMonthsMax = 12 * 9999;
  const std::uint64_t count = length.count * kOfUnit.at(static_cast<std::size_t>(length.unit));
  const bool is_days = length.unit == Unit::Day || length.unit == Unit::Week;
  if (count > (is_days ? kDaysMax : kMonthsMax)) {
    return std::nullopt;
  }
  const auto whole = static_cast<std::int32_t>(count);
  return is_days ? engine::DayGap{0, whole} : engine::DayGap{whole, 0};
}

/// The fewest and the most days a gap may be, within a few: 400 years have 4,800 months and 146,097
/// days.
[[nodiscard]] Interval days_of(const engine::DayGap& gap) {
  if (gap.months == 0) {
    return {gap.days, gap.days};
  }
  constexpr std::int64_t kUneven = 4;
  const std::int64_t about = std::int64_t{gap.months} * 146'097 / 4'800;
  return {about - kUneven, about + kUneven};
}

void report_duration(Checking& checking, const Tree& term, std::string_view code) {
  const TermValue& value = term.values.front();
  checking.report.error(code, value.span, [&term, &value, code] {
    Wording words;
    words.slots = {slot("option", term.name.text), slot("value", value.word.text)};
    if (code == "unit-error") {
      words.message = "unit-error/hours";
      words.hint = "unit-error+length";
      return words;
    }
    words.hint = "bad-duration+example";
    if (value.period.has_value() && value.period->kind == Period::Kind::Rolling) {
      const std::string en = to_text(value.period->length);
      const std::string zh = to_text(value.period->length, Language::Chinese);
      words.hint = "bad-duration+period";
      words.slots.push_back(slot("better", en, zh));
      words.fixes = {change_to(value.span, has_wide_script(term.name.text) ? zh : en)};
    }
    return words;
  });
}

void check_within(Checking& checking, const Tree& term, Bound& bound) {
  if (!is_single(checking, term, "within")) {
    return;
  }
  const TermValue& value = term.values.front();
  if (value.period.has_value() || value.word.quoted) {
    report_duration(checking, term, "bad-duration");
    return;
  }
  const std::u32string word = decode(value.word.text);
  const auto dots = word.find(U"..");
  const auto low = read_length(std::u32string_view(word).substr(0, dots));
  const auto high =
      dots == std::u32string::npos ? low : read_length(std::u32string_view(word).substr(dots + 2));
  if (!low.has_value() || !high.has_value()) {
    report_duration(checking, term, "bad-duration");
    return;
  }
  if (low->unit > Unit::Year || high->unit > Unit::Year) {
    report_duration(checking, term, "unit-error");
    return;
  }
  const auto least = gap_of(*low);
  const auto most = gap_of(*high);
  if (!least.has_value() || !most.has_value()) {
    checking.report.error("out-of-range", value.span, [&value] {
      return Wording{"out-of-range/far", "out-of-range+long", {slot("value", value.word.text)}, {}};
    });
  } else if (days_of(*least).low > days_of(*most).high) {
    checking.report.error(
        "empty-range", value.span, [&value, low = to_text(*low), high = to_text(*high)] {
          return Wording{"",
                         "empty-range+swap",
                         {slot("low", low), slot("high", high), slot("better", high + ".." + low)},
                         {change_to(value.span, high + ".." + low)}};
        });
  } else {
    bound.gap_min = dots == std::u32string::npos ? engine::DayGap{} : *least;
    bound.gap_max = *most;
  }
}

void check_by(Checking& checking, const Tree& term, Bound& bound) {
  if (!is_single(checking, term, "by")) {
    return;
  }
  const TermValue& value = term.values.front();
  if (value.period.has_value()) {
    report_bad_option(checking, term, "by");
    return;
  }
  const Tag* tag = checking.names.tag(value.word.text);
  if (tag == nullptr) {
    checking.report.error("unknown-tag", value.span, [&checking, &value] {
      if (checking.names.event(value.word.text) != nullptr) {
        return Wording{"unknown-tag/event", "unknown-tag+by", {slot("name", value.word.text)}, {}};
      }
      const auto near = checking.names.near_tags(value.word.text);
      Wording words{
          "",
          near.empty() ? "unknown-tag+by" : (near.size() == 1 ? "+closest" : "+closest-some"),
          {slot("name", value.word.text), slot("closest", near)},
          {}};
      for (const std::string& better : near) {
        words.fixes.push_back(change_to(value.span, write_value(better)));
      }
      return words;
    });
  } else if (tag->kind != engine::TagKind::Number && tag->kind != engine::TagKind::Date) {
    checking.report.error("type-mismatch", value.span, [&value] {
      return Wording{"type-mismatch/by", "type-mismatch+by", {slot("tag", value.word.text)}, {}};
    });
  } else {
    warn_deprecated(checking, *tag, value.word);
    bound.field = tag->field;
  }
}

void check_seed(Checking& checking, const Tree& term, Bound& bound) {
  if (!is_single(checking, term, "seed")) {
    return;
  }
  const TermValue& value = term.values.front();
  if (value.period.has_value() || value.word.text.empty()) {
    report_bad_option(checking, term, "seed");
    return;
  }
  bound.seed = value.word.text;
}

}  // namespace

std::string bare_call(const Checking& checking, const Tree& call) {
  std::string text = call.name.text + "(";
  bool first = true;
  for (const Tree& argument : call.operands) {
    if (option_of(argument) == nullptr) {
      text += (first ? "" : ", ") + checking.source(argument.span);
      first = false;
    }
  }
  return text + ")";
}

void check_option(Checking& checking, const Tree& term, const Option& option,
                  const OptionPlace& place) {
  switch (option.id) {
    case OptionId::Count:
      check_count(checking, term, Measure::Count, place);
      return;
    case OptionId::Days:
      check_count(checking, term, Measure::Days, place);
      return;
    case OptionId::Streak:
      check_count(checking, term, Measure::Streak, place);
      return;
    case OptionId::Sum:
      check_sum(checking, term, place);
      return;
    case OptionId::In:
      check_in(checking, term, place.bound);
      return;
    case OptionId::Within:
      check_within(checking, term, place.bound);
      return;
    case OptionId::By:
      check_by(checking, term, place.bound);
      return;
    case OptionId::Seed:
      check_seed(checking, term, place.bound);
      return;
  }
}

}  // namespace tagline::dsl
