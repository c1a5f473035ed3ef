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
constexpr std::array<Spelling, 28> kChinese = {
    {{U"大于等于", ">="}, {U"大于或等于", ">="}, {U"小于等于", "<="}, {U"小于或等于", "<="},
     {U"不等于", "!="},   {U"不大于", "<="},     {U"不小于", ">="},   {U"不高于", "<="},
     {U"不低于", ">="},   {U"不超过", "<="},     {U"不少于", ">="},   {U"不多于", "<="},
     {U"不早于", ">="},   {U"不晚于", "<="},     {U"大于", ">"},      {U"小于", "<"},
     {U"等于", ":"},      {U"高于", ">"},        {U"低于", "<"},      {U"超过", ">"},
     {U"多于", ">"},      {U"少于", "<"},        {U"早于", "<"},      {U"晚于", ">"},
     {U"至少", ">="},     {U"至多", "<="},       {U"不是", "!="},     {U"是", ":"}}};
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
  // 并且 and 或者 are these words too.
  constexpr std::u32string_view kAhead = U"并而";
  constexpr std::u32string_view kBehind = U"者是";
  const bool is_led = word[at] == U'且' && kAhead.find(word[at - 1]) != std::u32string_view::npos;
  const bool is_followed = word[at] == U'或' && at + 1 < word.size() &&
                           kBehind.find(word[at + 1]) != std::u32string_view::npos;
  const std::size_t head = at - (is_led && at > 1 ? 1 : 0);
  return Stuck{encode(word.substr(0, head)), encode(word.substr(at, 1)),
               encode(word.substr(at + (is_followed ? 2 : 1)))};
}

std::optional<std::string_view> operator_in_words(std::string_view word) {
  struct Named {
    std::string_view text;
    std::string_view op;
  };
  constexpr std::array<Named, 30> kNamed = {{{"并且", "且"},
                                             {"而且", "且"},
                                             {"且是", "且"},
                                             {"和", "且"},
                                             {"与", "且"},
                                             {"及", "且"},
                                             {"以及", "且"},
                                             {"同时", "且"},
                                             {"并", "且"},
                                             {"但", "且"},
                                             {"但是", "且"},
                                             {"加", "且"},
                                             {"或者", "或"},
                                             {"或是", "或"},
                                             {"还是", "或"},
                                             {"要么", "或"},
                                             {"排除", "且 非"},
                                             {"除了", "且 非"},
                                             {"除去", "且 非"},
                                             {"不含", "且 非"},
                                             {"但不", "且 非"},
                                             {"不", "且 非"},
                                             {"不是", "且 非"},
                                             {"plus", "AND"},
                                             {"but", "AND"},
                                             {"with", "AND"},
                                             {"except", "AND NOT"},
                                             {"without", "AND NOT"},
                                             {"excluding", "AND NOT"},
                                             {"minus", "AND NOT"}}};
  const std::string lower = ascii_lower(word);
  const auto found = std::find_if(kNamed.begin(), kNamed.end(),
                                  [&](const Named& entry) { return entry.text == lower; });
  return found == kNamed.end() ? std::nullopt : std::optional(found->op);
}

std::string plain_range(std::u32string_view word) {
  for (const std::u32string_view opener : {U"在", U"介于"}) {
    if (word.starts_with(opener)) {
      word.remove_prefix(opener.size());
    }
  }
  for (const std::u32string_view ending : {U"之间", U"岁", U"元", U"天"}) {
    if (word.size() > ending.size() && word.ends_with(ending)) {
      word.remove_suffix(ending.size());
    }
  }
  const auto at = word.find_first_of(U"到至~～—–");
  if (at != std::u32string_view::npos && at > 0 && at + 1 < word.size()) {
    const std::string low = encode(word.substr(0, at));
    const std::string high = encode(word.substr(at + 1));
    const bool are_numbers = literal_kind(decode(low)) == LiteralKind::Number &&
                             literal_kind(decode(high)) == LiteralKind::Number;
    return are_numbers ? low + "-" + high : "";
  }
  return is_literal(word) ? encode(word) : "";
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
