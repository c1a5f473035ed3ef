// Examples of values: what people most often compare dates, numbers and lengths with.
#include "dsl/complete_offers.h"
#include "dsl/dates.h"
#include "dsl/display.h"
#include "dsl/number.h"
#include "dsl/unicode.h"
#include "dsl/units.h"
#include "dsl/word_meant.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace tagline::dsl {
namespace {

const Text kHasValue = {"has a value", "有取值"};

[[nodiscard]] std::vector<ValueWords> snippets(std::initializer_list<std::string_view> texts) {
  std::vector<ValueWords> words;
  for (const std::string_view text : texts) {
    words.push_back({std::string(text), CompletionKind::Snippet, {}});
  }
  return words;
}

/// `last 3`: with every unit; 本: every word that begins so.
[[nodiscard]] std::vector<std::string> other_periods(std::string_view typed, bool chinese) {
  std::vector<std::string> periods;
  const std::u32string points = decode(typed);
  const auto digits = std::min(points.find_first_of(U"0123456789"), points.size());
  const auto number = std::u32string_view(points).substr(digits);
  const bool is_count = !number.empty() && std::all_of(number.begin(), number.end(), is_digit);
  std::string opener = encode(std::u32string_view(points).substr(0, digits));
  while (opener.ends_with(' ')) {
    opener.pop_back();
  }
  const Language language = chinese ? Language::Chinese : Language::English;
  if (is_count && is_last_word(decode(opener))) {
    const std::string head = opener + (chinese ? "" : " ");
    for (const Unit unit : {Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year}) {
      periods.push_back(head + to_text(Length{count_of(number), unit}, language));
    }
  }
  if (chinese && !typed.empty()) {
    for (const std::string_view last : {"近", "过去"}) {
      for (const std::uint32_t count : {7U, 30U, 90U}) {
        periods.push_back(std::string(last) + to_text(Length{count, Unit::Day}, language));
      }
    }
    for (const PeriodName& name : period_names()) {
      periods.push_back(encode(name.text));
    }
  } else if (!typed.empty()) {
    for (const std::string_view day : {"this day", "last day"}) {
      periods.emplace_back(day);
    }
  }
  return periods;
}

}  // namespace

std::vector<ValueWords> date_words(const DatePlace& place) {
  const auto& [as_of, chinese, ordered, typed] = place;
  const Language language = chinese ? Language::Chinese : Language::English;
  std::vector<ValueWords> words;
  const auto add = [&words](std::string text, CompletionKind kind, Text detail = {}) {
    words.push_back({std::move(text), kind, std::move(detail)});
  };
  const Day today = std::clamp(as_of, earliest_day(), latest_day());
  const std::string date = to_text(today);
  const std::string year_start = date.substr(0, 4) + "-01-01";
  if (!ordered) {
    constexpr std::array<Period, 11> kPeriods = {{{Period::Kind::Rolling, {7, Unit::Day}},
                                                  {Period::Kind::Rolling, {30, Unit::Day}},
                                                  {Period::Kind::Rolling, {90, Unit::Day}},
                                                  {Period::Kind::This, {0, Unit::Week}},
                                                  {Period::Kind::This, {0, Unit::Month}},
                                                  {Period::Kind::This, {0, Unit::Quarter}},
                                                  {Period::Kind::This, {0, Unit::Year}},
                                                  {Period::Kind::Previous, {0, Unit::Week}},
                                                  {Period::Kind::Previous, {0, Unit::Month}},
                                                  {Period::Kind::Previous, {0, Unit::Quarter}},
                                                  {Period::Kind::Previous, {0, Unit::Year}}}};
    for (const Period& period : kPeriods) {
      const auto days = resolve(period, today);
      const std::string range =
          days.has_value() ? to_text(days->first) + ".." + to_text(days->last) : "";
      add(to_text(period, language), CompletionKind::Period, {range, range});
    }
    for (std::string& period : other_periods(typed, chinese)) {
      const bool is_new = std::none_of(words.begin(), words.end(),
                                       [&](const ValueWords& word) { return word.text == period; });
      if (is_new) {
        add(std::move(period), CompletionKind::Period);
      }
    }
  }
  add(chinese ? "今天" : "today", CompletionKind::Period, {date, date});
  add(chinese ? "昨天" : "yesterday", CompletionKind::Period);
  if (ordered) {
    add(chinese ? "今天-30天" : "today-30d", CompletionKind::Period);
    add(date, CompletionKind::Snippet);
    add(year_start, CompletionKind::Snippet);
    return words;
  }
  add(date.substr(0, 7), CompletionKind::Snippet, {"a month", "某个月"});
  add(date, CompletionKind::Snippet, {"a day", "某一天"});
  add(year_start + ".." + date, CompletionKind::Snippet, {"a range of days", "日期区间"});
  add(">= " + year_start, CompletionKind::Snippet, {"from a day on", "从某天起"});
  add("*", CompletionKind::Snippet, kHasValue);
  return words;
}

std::vector<ValueWords> length_words(bool chinese) {
  const Language language = chinese ? Language::Chinese : Language::English;
  std::vector<ValueWords> words;
  for (const Length& length : {Length{1, Unit::Day}, Length{3, Unit::Day}, Length{7, Unit::Day},
                               Length{14, Unit::Day}, Length{30, Unit::Day}}) {
    words.push_back({to_text(length, language), CompletionKind::Period, {}});
  }
  words.push_back(
      {to_text(Length{1, Unit::Day}, language) + ".." + to_text(Length{3, Unit::Day}, language),
       CompletionKind::Period,
       {"a later day, at most 3 days on", "次日起 3 天内"}});
  return words;
}

std::vector<ValueWords> number_words(const Tag& tag, bool ordered) {
  std::int64_t unit = 1;
  constexpr unsigned kScaleMax = 9;
  for (unsigned i = 0; i < std::min(tag.scale, kScaleMax); ++i) {
    unit *= 10;
  }
  const auto fits = [&](std::int64_t value) {
    return value * unit >= tag.min.value_or(value * unit) &&
           value * unit <= tag.max.value_or(value * unit);
  };
  // 25-34 where that is within the bounds; else the bounds themselves.
  constexpr std::int64_t kLow = 25;
  constexpr std::int64_t kHigh = 34;
  const bool usual = fits(kLow) && fits(kHigh);
  const std::string low =
      usual ? std::to_string(kLow) : unscale(tag.min.value_or(tag.max.value_or(0)), tag.scale);
  const std::string high =
      usual ? std::to_string(kHigh) : unscale(tag.max.value_or(tag.min.value_or(0)), tag.scale);
  if (ordered) {
    return snippets({low, high});
  }
  std::vector<ValueWords> words;
  words.push_back({usual ? low + "-" + high : low + ".." + high,
                   CompletionKind::Snippet,
                   {"from, to, both included", "区间，含两端"}});
  words.push_back({">= " + low, CompletionKind::Snippet, {"at least", "至少"}});
  words.push_back({"<= " + high, CompletionKind::Snippet, {"at most", "最多"}});
  words.push_back({low, CompletionKind::Snippet, {"exactly", "正好"}});
  words.push_back({"*", CompletionKind::Snippet, kHasValue});
  return words;
}

std::vector<ValueWords> count_words(bool ordered) {
  return ordered ? snippets({"2", "3", "5", "10"}) : snippets({">= 3", "1", "2-5"});
}

std::vector<ValueWords> sum_words(bool ordered) {
  return ordered ? snippets({"100", "500", "1000"}) : snippets({">= 500", "100..500"});
}

std::vector<ValueWords> leading_words(FunctionId function) {
  switch (function) {
    case FunctionId::AtLeast:
      return snippets({"2", "3"});
    case FunctionId::Top:
    case FunctionId::Bottom:
      return snippets({"1000", "100"});
    case FunctionId::Sample:
      return snippets({"10%", "1000"});
    case FunctionId::Lookalike:
      return snippets({"20000", "1000"});
    case FunctionId::Did:
    case FunctionId::Sequence:
      break;
  }
  return {};
}

}  // namespace tagline::dsl
