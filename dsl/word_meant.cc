#include "dsl/word_meant.h"

#include "dsl/literal.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

struct Spelling {
  std::u32string_view text;
  std::string_view op;
};
// Longest first, where one begins another.
constexpr std::array<Spelling, 26> kChinese = {
    {{U"大于等于", ">="}, {U"大于或等于", ">="}, {U"小于等于", "<="}, {U"小于或等于", "<="},
     {U"不等于", "!="},   {U"不大于", "<="},     {U"不小于", ">="},   {U"不高于", "<="},
     {U"不低于", ">="},   {U"不超过", "<="},     {U"不少于", ">="},   {U"不多于", "<="},
     {U"不早于", ">="},   {U"不晚于", "<="},     {U"大于", ">"},      {U"小于", "<"},
     {U"等于", ":"},      {U"高于", ">"},        {U"低于", "<"},      {U"超过", ">"},
     {U"多于", ">"},      {U"少于", "<"},        {U"早于", "<"},      {U"晚于", ">"},
     {U"不是", "!="},     {U"是", ":"}}};
constexpr std::array<Spelling, 22> kEnglish = {{{U"greater than or equal to", ">="},
                                                {U"less than or equal to", "<="},
                                                {U"not equal to", "!="},
                                                {U"no more than", "<="},
                                                {U"no less than", ">="},
                                                {U"greater than", ">"},
                                                {U"more than", ">"},
                                                {U"less than", "<"},
                                                {U"fewer than", "<"},
                                                {U"equal to", ":"},
                                                {U"at least", ">="},
                                                {U"at most", "<="},
                                                {U"is not", "!="},
                                                {U"equals", ":"},
                                                {U"is", ":"},
                                                {U"over", ">"},
                                                {U"above", ">"},
                                                {U"under", "<"},
                                                {U"below", "<"},
                                                {U"before", "<"},
                                                {U"after", ">"},
                                                {U"since", ">="}}};

[[nodiscard]] bool starts_with(std::u32string_view text, std::u32string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char32_t a, char32_t b) { return a == ascii_lower(b); });
}

/// The keyword a word of ASCII letters ends with or, behind a number, goes on with.
[[nodiscard]] std::optional<Stuck> split_english(std::u32string_view word) {
  const auto digits = std::min(word.find_first_not_of(U"0123456789.-"), word.size());
  for (const std::u32string_view keyword : {U"and", U"or", U"not"}) {
    const std::size_t size = keyword.size();
    if (digits > 0 && starts_with(word.substr(digits), keyword)) {
      return Stuck{encode(word.substr(0, digits)), encode(word.substr(digits, size)),
                   encode(word.substr(digits + size))};
    }
    if (word.size() > size && starts_with(word.substr(word.size() - size), keyword)) {
      return Stuck{encode(word.substr(0, word.size() - size)),
                   encode(word.substr(word.size() - size)), ""};
    }
  }
  return std::nullopt;
}

[[nodiscard]] std::optional<DayRange> after(Unit unit, Day as_of) {
  const auto later = shift(as_of, {1, unit}, true);
  return later.has_value() ? resolve({Period::Kind::This, {0, unit}}, *later) : std::nullopt;
}

}  // namespace

std::optional<SpelledComparison> comparison_at(std::u32string_view text) {
  for (const Spelling& entry : kChinese) {
    if (text.starts_with(entry.text)) {
      return SpelledComparison{0, entry.text.size(), entry.op};
    }
  }
  for (const Spelling& entry : kEnglish) {
    const std::size_t end = entry.text.size();
    if (starts_with(text, entry.text) && (text.size() == end || !is_word_char(text[end]))) {
      return SpelledComparison{0, end, entry.op};
    }
  }
  return std::nullopt;
}

std::optional<SpelledComparison> comparison_inside(std::u32string_view word) {
  for (std::size_t at = 1; at < word.size(); ++at) {
    for (const Spelling& entry : kChinese) {
      if (word.substr(at).starts_with(entry.text)) {
        return SpelledComparison{at, at + entry.text.size(), entry.op};
      }
    }
  }
  return std::nullopt;
}

std::optional<Stuck> split_keyword(std::u32string_view word) {
  const auto at = word.find_first_of(U"且或非");
  if (at == 0) {
    return std::nullopt;
  }
  if (at == std::u32string_view::npos) {
    return split_english(word);
  }
  return Stuck{encode(word.substr(0, at)), encode(word.substr(at, 1)), encode(word.substr(at + 1))};
}

std::string spaced(const Stuck& stuck) {
  std::string text = stuck.head;
  // A NOT alone joins nothing.
  if (stuck.keyword == "非") {
    text += " 且";
  } else if (ascii_lower(stuck.keyword) == "not") {
    text += " AND";
  }
  text += " " + stuck.keyword;
  constexpr std::string_view kNot = "非";
  if (stuck.rest.size() > kNot.size() && stuck.rest.starts_with(kNot)) {
    return text + " " + std::string(kNot) + " " + stuck.rest.substr(kNot.size());
  }
  return stuck.rest.empty() ? text : text + " " + stuck.rest;
}

bool is_last_word(std::u32string_view word) {
  return word == U"最近" || word == U"近" || word == U"过去" ||
         (word.size() == 4 && starts_with(word, U"last"));
}

std::optional<DayRange> next_period(std::string_view unit, Day as_of) {
  const std::string lower = ascii_lower(unit);
  for (const Unit known : {Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year}) {
    if (calendar_name(known) == lower) {
      return after(known, as_of);
    }
  }
  return std::nullopt;
}

std::optional<DayRange> future_word(std::string_view word, Day as_of) {
  struct Named {
    std::string_view text;
    Unit unit;
  };
  constexpr std::array<Named, 12> kNamed = {{{"tomorrow", Unit::Day},
                                             {"明天", Unit::Day},
                                             {"下周", Unit::Week},
                                             {"下个星期", Unit::Week},
                                             {"下星期", Unit::Week},
                                             {"下月", Unit::Month},
                                             {"下个月", Unit::Month},
                                             {"下季度", Unit::Quarter},
                                             {"下个季度", Unit::Quarter},
                                             {"明年", Unit::Year},
                                             {"下年", Unit::Year},
                                             {"来年", Unit::Year}}};
  const std::string lower = ascii_lower(word);
  const auto found = std::find_if(kNamed.begin(), kNamed.end(),
                                  [&](const Named& entry) { return entry.text == lower; });
  return found == kNamed.end() ? std::nullopt : after(found->unit, as_of);
}

std::string to_text(const DayRange& days) {
  return days.first == days.last ? to_text(days.first)
                                 : to_text(days.first) + ".." + to_text(days.last);
}

}  // namespace tagline::dsl
