// Numbers: values are exact decimals, ranges of them, or `*`. What is not a number is told apart
// from what was meant.
#include "dsl/checker.h"
#include "dsl/literal.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tagline::dsl {
namespace {

/// A value as typed; an end that is empty is open.
struct NumberWord {
  std::optional<Decimal> low;
  std::optional<Decimal> high;
  bool is_range = false;
  std::string low_text;
  std::string high_text;
  std::string separator;
};

[[nodiscard]] std::optional<NumberWord> split_range(std::string_view text, std::size_t at,
                                                    std::size_t width) {
  NumberWord range;
  range.is_range = true;
  range.low_text = text.substr(0, at);
  range.separator = text.substr(at, width);
  range.high_text = text.substr(at + width);
  range.low = read_decimal(range.low_text);
  range.high = read_decimal(range.high_text);
  const bool open_allowed = width == 2;
  const bool low_ok = range.low.has_value() || (open_allowed && range.low_text.empty());
  const bool high_ok = range.high.has_value() || (open_allowed && range.high_text.empty());
  const bool some = range.low.has_value() || range.high.has_value();
  return low_ok && high_ok && some ? std::optional<NumberWord>(std::move(range)) : std::nullopt;
}

[[nodiscard]] std::optional<NumberWord> read_number_word(const Word& word) {
  const std::string& text = word.text;
  if (const auto number = read_decimal(text)) {
    return NumberWord{number, number, false, text, text, ""};
  }
  if (word.quoted) {
    return std::nullopt;
  }
  if (const auto dots = text.find(".."); dots != std::string::npos) {
    return split_range(text, dots, 2);
  }
  if (const auto wave = text.find('~'); wave != std::string::npos) {
    return split_range(text, wave, 1);
  }
  // 25-34, both ends without a sign: after a sign the dash could be either.
  const auto dash = text.find('-');
  if (dash == std::string::npos || dash == 0 || text.find('-', dash + 1) != std::string::npos) {
    return std::nullopt;
  }
  return split_range(text, dash, 1);
}

[[nodiscard]] bool is_any(const TermValue& value) {
  return !value.word.quoted && !value.period.has_value() && value.word.text == "*";
}

struct Reading {
  Checking& checking;
  const Tree& term;
  const NumberDomain& domain;
};

void report_out_of_range(const Reading& reading, const TermValue& value, const NumberWord& word,
                         bool above) {
  reading.checking.report.error(
      "out-of-range", value.span,
      [&checking = reading.checking, &value, word, above, domain = reading.domain,
       comparison = reading.term.comparison] {
        const std::string low = domain.min.has_value() ? unscale(*domain.min, domain.scale) : "";
        const std::string high = domain.max.has_value() ? unscale(*domain.max, domain.scale) : "";
        std::vector<Slot> slots = {slot("tag", domain.name), slot("value", value.word.text),
                                   slot("min", low), slot("max", high), slot("call", domain.call)};
        if (!domain.call.empty()) {
          const std::string not_did = (has_wide_script(domain.name) ? "非 " : "NOT ") + domain.call;
          return Wording{
              domain.call.starts_with("did") || domain.call.starts_with("做过")
                  ? "out-of-range/did"
                  : "out-of-range/option",
              "out-of-range+did",
              slots,
              {change_to(domain.call_span, after_sign(checking, domain.call_span, not_did))}};
        }
        const bool negative = comparison == Comparison::Is && !word.is_range && word.low->negative;
        if (negative && domain.min.has_value() && *domain.min >= 0) {
          const std::string plain = value.word.text.substr(1);
          slots.push_back(slot("plain", plain));
          slots.push_back(slot("words", in_words(plain)));
          return Wording{"out-of-range/minus",
                         "out-of-range+up-to",
                         slots,
                         {change_to(value.span, ".." + plain)}};
        }
        if (!domain.max.has_value()) {
          return Wording{"out-of-range/below", "out-of-range+check", slots, {}};
        }
        if (!domain.min.has_value()) {
          return Wording{"out-of-range/above", "out-of-range+check", slots, {}};
        }
        return Wording{domain.is_age && above ? "out-of-range/age" : "out-of-range/tag",
                       "out-of-range+check",
                       slots,
                       {}};
      });
}

void report_reversed(const Reading& reading, const TermValue& value, const NumberWord& word) {
  reading.checking.report.error("empty-range", value.span, [&value, word] {
    const std::string better = word.high_text + word.separator + word.low_text;
    return Wording{
        "",
        "empty-range+swap",
        {slot("low", word.low_text), slot("high", word.high_text), slot("better", better)},
        {change_to(value.span, better)}};
  });
}

void report_fraction(const Reading& reading, const TermValue& value, const Decimal& number) {
  reading.checking.report.error(
      "bad-number", value.span, [&value, number, name = reading.domain.name] {
        const std::string whole =
            (number.negative ? "-" : "") + (number.whole.empty() ? "0" : number.whole);
        return Wording{"bad-number/whole",
                       "bad-number+whole",
                       {slot("tag", name), slot("value", value.word.text), slot("better", whole)},
                       {}};
      });
}

/// A number as typed, among those that can be stored.
struct Place {
  enum class Side : std::uint8_t { Below, Among, Above };  ///< Below, Above: of all of them
  Side side = Side::Among;
  Scaled number;
};

[[nodiscard]] Place place_of(const Decimal& number, unsigned digits) {
  if (const auto scaled = scale(number, digits)) {
    return {Place::Side::Among, *scaled};
  }
  return {number.negative ? Place::Side::Below : Place::Side::Above, {}};
}

/// The least storable number that is above the place, or on it when `included`. Empty: there is
/// none.
[[nodiscard]] std::optional<std::int64_t> least_from(const Place& place, bool included) {
  switch (place.side) {
    case Place::Side::Below:
      return kNumberMin;
    case Place::Side::Above:
      return std::nullopt;
    case Place::Side::Among:
      break;
  }
  if (included && place.number.exact) {
    return place.number.floor;
  }
  return place.number.floor == kNumberMax ? std::nullopt : std::optional(place.number.floor + 1);
}

/// The greatest storable number that is below the place, or on it when `included`. Empty: there is
/// none.
[[nodiscard]] std::optional<std::int64_t> greatest_to(const Place& place, bool included) {
  switch (place.side) {
    case Place::Side::Below:
      return std::nullopt;
    case Place::Side::Above:
      return kNumberMax;
    case Place::Side::Among:
      break;
  }
  const std::int64_t step = included || !place.number.exact ? 0 : 1;
  return place.number.floor - step < kNumberMin ? std::nullopt
                                                : std::optional(place.number.floor - step);
}

/// The ends of what a value and its comparison stand for. Empty: no number that can be stored is
/// that large or that small.
[[nodiscard]] std::optional<Interval> storable(Comparison comparison, const NumberWord& word,
                                               unsigned digits) {
  std::optional<std::int64_t> low = kNumberMin;
  std::optional<std::int64_t> high = kNumberMax;
  const bool greater = comparison == Comparison::Greater || comparison == Comparison::GreaterEqual;
  const bool less = comparison == Comparison::Less || comparison == Comparison::LessEqual;
  if (word.low.has_value() && !less) {
    low = least_from(place_of(*word.low, digits), comparison != Comparison::Greater);
  }
  if (word.high.has_value() && !greater) {
    high = greatest_to(place_of(*word.high, digits), comparison != Comparison::Less);
  }
  return low.has_value() && high.has_value() ? std::optional(Interval{*low, *high}) : std::nullopt;
}

/// The interval a value and its comparison stand for. Empty: something was wrong. An interval whose
/// low is above its high: no number of this scale lies there.
[[nodiscard]] std::optional<Interval> interval_of(const Reading& reading, const TermValue& value,
                                                  const NumberWord& word) {
  const NumberDomain& domain = reading.domain;
  for (const auto* number : {&word.low, &word.high}) {
    if (number->has_value() && (*number)->has_point && !domain.fractions_allowed) {
      report_fraction(reading, value, **number);
      return std::nullopt;
    }
  }
  if (word.low.has_value() && word.high.has_value() && compare(*word.low, *word.high) > 0) {
    report_reversed(reading, value, word);
    return std::nullopt;
  }
  const auto interval = storable(reading.term.comparison, word, domain.scale);
  if (!interval.has_value() && reading.term.comparison == Comparison::IsNot) {
    return Interval{kNumberMax, kNumberMin};  // differs from every number there is
  }
  if (!interval.has_value()) {
    reading.checking.report.error("out-of-range", value.span, [&value] {
      return Wording{
          "out-of-range/huge", "out-of-range+check", {slot("value", value.word.text)}, {}};
    });
  }
  return interval;
}

/// Reports a value that is no single number where a comparison needs one.
[[nodiscard]] bool comparison_takes(const Reading& reading, const TermValue& value, bool is_range) {
  const Comparison comparison = reading.term.comparison;
  if (comparison == Comparison::Is || comparison == Comparison::IsNot ||
      (!is_range && !is_any(value))) {
    return true;
  }
  reading.checking.report.error(
      "bad-comparison", value.span, [&value, comparison, is_range, name = reading.domain.name] {
        const std::string better = name + ":" + value.word.text;
        return Wording{is_range ? "bad-comparison/range" : "bad-comparison/any",
                       "bad-comparison+is",
                       {slot("value", value.word.text), slot("operator", operator_text(comparison)),
                        slot("better", better)},
                       {}};
      });
  return false;
}

void warn_never(const Reading& reading, const TermValue& value) {
  reading.checking.report.warning("never-true", value.span, [&value, domain = reading.domain] {
    return Wording{"never-true/scale",
                   "never-true+scale",
                   {slot("tag", domain.name), slot("value", value.word.text),
                    slot("digits", std::to_string(domain.scale))},
                   {}};
  });
}

/// "did(purchase, in:last 30d, count <= 2)".
[[nodiscard]] std::string with_option(const std::string& call, const std::string& option) {
  return call.substr(0, call.size() - 1) + ", " + option + ")";
}

/// count:0..2, count >= 0: whoever did it never is not among those who did.
[[nodiscard]] Wording takes_in_none(const Reading& reading, const TermValue& value,
                                    const Interval& interval) {
  const NumberDomain& domain = reading.domain;
  Wording words{"out-of-range/none",
                "out-of-range+once",
                {slot("value", reading.checking.source(reading.term.span))},
                {}};
  if (interval.high == kNumberMax) {
    const std::string once = domain.name + " >= 1";
    words.slots.push_back(slot("once", once));
    words.fixes = {change_to(reading.term.span, once)};
    return words;
  }
  const std::string high = std::to_string(interval.high);
  const std::string once = interval.high == 1 ? "1" : "1.." + high;
  words.slots.push_back(slot("once", domain.name + ":" + once));
  const bool single = reading.term.values.size() == 1;
  if (domain.alone && single) {
    const std::string most = with_option(domain.call, domain.name + " <= " + high);
    const std::string en = "NOT " + domain.call + " OR " + most;
    const std::string zh = "非 " + domain.call + " 或 " + most;
    words.hint = "out-of-range+none";
    words.slots.push_back(slot("both", en, zh));
    words.fixes.push_back(
        change_to(domain.call_span, "(" + (has_wide_script(domain.name) ? zh : en) + ")"));
  }
  words.fixes.push_back(single ? change_to(reading.term.span, domain.name + ":" + once)
                               : change_to(value.span, once));
  return words;
}

/// Adds what one value stands for. False: something was wrong.
[[nodiscard]] bool add_value(const Reading& reading, const TermValue& value, Matched& matched) {
  if (value.period.has_value()) {
    reading.checking.report.error(
        "type-mismatch", value.span, [&value, name = reading.domain.name] {
          return Wording{"type-mismatch/period-number",
                         "type-mismatch+number",
                         {slot("value", value.word.text), slot("tag", name)},
                         {}};
        });
    return false;
  }
  if (is_any(value)) {
    matched.everything = true;
    return comparison_takes(reading, value, false);
  }
  const auto word = read_number_word(value.word);
  if (!word.has_value()) {
    report_not_a_number(reading.checking, value, reading.domain);
    return false;
  }
  if (!comparison_takes(reading, value, word->is_range)) {
    return false;
  }
  const auto interval = interval_of(reading, value, *word);
  if (!interval.has_value()) {
    return false;
  }
  const NumberDomain& domain = reading.domain;
  const bool outside = interval->high < domain.min.value_or(kNumberMin) ||
                       interval->low > domain.max.value_or(kNumberMax);
  const bool differs = reading.term.comparison == Comparison::IsNot;
  if (outside && !differs) {
    report_out_of_range(reading, value, *word, interval->low > domain.max.value_or(kNumberMax));
    return false;
  }
  // What was written to be taken in, not what a comparison merely leaves open: count < 3.
  const bool written_low = word->low.has_value() && reading.term.comparison != Comparison::Less &&
                           reading.term.comparison != Comparison::LessEqual;
  if (!domain.call.empty() && !differs && written_low &&
      interval->low < domain.min.value_or(kNumberMin)) {
    reading.checking.report.error(
        "out-of-range", value.span,
        [&checking = reading.checking, &term = reading.term, domain, &value, interval] {
          return takes_in_none({checking, term, domain}, value, *interval);
        });
    return false;
  }
  if (interval->low <= interval->high) {
    matched.intervals.push_back(*interval);
  } else if (!differs) {
    warn_never(reading, value);
  }
  return true;
}

}  // namespace

std::optional<Matched> read_numbers(Checking& checking, const Tree& term,
                                    const NumberDomain& domain) {
  const Reading reading{checking, term, domain};
  Matched matched;
  bool sound = true;
  for (const TermValue& value : term.values) {
    sound = add_value(reading, value, matched) && sound;
  }
  if (!sound) {
    return std::nullopt;
  }
  matched.intervals = merged(std::move(matched.intervals));
  return matched;
}

}  // namespace tagline::dsl
