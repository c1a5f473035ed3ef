// What a word that should be a number was meant to be: an amount with its currency, 1万, 10k, a
// range with a minus sign. Where the number can be told, the hint gives it.
#include "dsl/checker.h"
#include "dsl/literal.h"
#include "dsl/unicode.h"
#include "dsl/word_meant.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

struct Multiplier {
  std::string_view suffix;
  unsigned zeros;
};
// Longest first. `w` is 万 (and weeks, which is why it is refused and not read).
constexpr std::array<Multiplier, 16> kMultipliers = {{{"百万", 6},
                                                      {"千万", 7},
                                                      {"十万", 5},
                                                      {"万亿", 12},
                                                      {"亿", 8},
                                                      {"万", 4},
                                                      {"千", 3},
                                                      {"百", 2},
                                                      {"十", 1},
                                                      {"k", 3},
                                                      {"K", 3},
                                                      {"w", 4},
                                                      {"W", 4},
                                                      {"m", 6},
                                                      {"M", 6},
                                                      {"b", 9}}};
constexpr std::array<std::string_view, 8> kCurrencies = {"¥", "￥",  "$",   "€",
                                                         "£", "RMB", "CNY", "USD"};
constexpr std::array<std::string_view, 9> kMoneyWords = {"元",  "块",   "块钱", "圆", "人民币",
                                                         "rmb", "yuan", "RMB",  "CNY"};

/// value * 10^zeros as text, exactly.
[[nodiscard]] std::string times_ten(const Decimal& value, unsigned zeros) {
  std::string digits = value.whole + value.fraction;
  std::string fraction;
  if (value.fraction.size() > zeros) {
    fraction = digits.substr(value.whole.size() + zeros);
    digits.resize(value.whole.size() + zeros);
  } else {
    digits.append(zeros - value.fraction.size(), '0');
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return (value.negative ? "-" : "") + (digits.empty() ? "0" : digits) +
         (fraction.empty() ? "" : "." + fraction);
}

struct Amount {
  std::string number;     ///< what it comes to
  bool is_money = false;  ///< a currency stood beside it
  bool has_unit = false;  ///< the tag's unit stood behind it
};

/// Digits, then a multiplier, then a unit, either of which may be missing; a currency in front.
[[nodiscard]] std::optional<Amount> read_amount(std::string_view text, const std::string& unit) {
  Amount amount;
  for (const std::string_view currency : kCurrencies) {
    if (text.starts_with(currency)) {
      text.remove_prefix(currency.size());
      amount.is_money = true;
      break;
    }
  }
  const auto digits_end = std::min(text.find_first_not_of("-.0123456789"), text.size());
  const auto number = read_decimal(text.substr(0, digits_end));
  std::string_view rest = text.substr(digits_end);
  const bool has_more_digits =
      std::any_of(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number.has_value() || has_more_digits || rest.find('*') != std::string_view::npos ||
      (rest.empty() && !amount.is_money)) {
    return std::nullopt;
  }
  unsigned zeros = 0;
  for (const Multiplier& multiplier : kMultipliers) {
    if (rest.starts_with(multiplier.suffix)) {
      zeros = multiplier.zeros;
      rest.remove_prefix(multiplier.suffix.size());
      break;
    }
  }
  amount.is_money = amount.is_money ||
                    std::find(kMoneyWords.begin(), kMoneyWords.end(), rest) != kMoneyWords.end();
  amount.has_unit = !amount.is_money && !unit.empty() && rest == unit;
  const bool is_unit = rest.empty() || amount.is_money || amount.has_unit || rest == "%" ||
                       has_wide_script(rest) ||
                       read_length(decode("1" + std::string(rest))).has_value();
  if (!is_unit) {
    return std::nullopt;
  }
  amount.number = times_ten(*number, zeros);
  return amount;
}

/// -20-5 and the like: a range whose dash could be a sign.
[[nodiscard]] std::optional<std::string> signed_range(std::string_view text) {
  const auto dash = text.find('-', 1);
  if (dash == std::string_view::npos || !read_decimal(text.substr(0, dash)).has_value() ||
      !read_decimal(text.substr(dash + 1)).has_value()) {
    return std::nullopt;
  }
  return std::string(text.substr(0, dash)) + ".." + std::string(text.substr(dash + 1));
}

/// .5, 5., +5: numbers but for one sign.
[[nodiscard]] std::optional<std::string> repaired(std::string_view text) {
  for (const std::string& candidate :
       {"0" + std::string(text), std::string(text.substr(0, text.size() - 1)),
        std::string(text.substr(1))}) {
    const bool is_repair = text.starts_with('.') || text.ends_with('.') || text.starts_with('+');
    if (is_repair && read_decimal(candidate).has_value()) {
      return candidate;
    }
  }
  return std::nullopt;
}

[[nodiscard]] std::string example_of(const NumberDomain& domain) {
  constexpr std::int64_t kUsual = 18;
  if (domain.scale == 0 && domain.min.value_or(kUsual) > kUsual) {
    return std::to_string(*domain.min);
  }
  return std::to_string(kUsual);
}

[[nodiscard]] std::string_view message_of(const Amount& amount, const std::string& unit) {
  if (amount.has_unit) {
    return "unit-error/unit";
  }
  if (!amount.is_money) {
    return "unit-error";
  }
  return unit.empty() ? "unit-error/currency" : "unit-error/currency-of";
}

/// 30且会员: a number and the keyword that was meant to end it.
[[nodiscard]] std::optional<Stuck> stuck_keyword(const Word& word) {
  const auto stuck = word.quoted ? std::nullopt : split_keyword(decode(word.text));
  return stuck.has_value() && is_literal(decode(stuck->head)) ? stuck : std::nullopt;
}

}  // namespace

Wording words_for_stuck(const TermValue& value, const Stuck& stuck) {
  const std::string better = spaced(stuck);
  return {"unit-error/keyword",
          "unknown-tag+keyword",
          {slot("value", value.word.text), slot("operator", stuck.keyword), slot("better", better)},
          {change_to(value.span, better)}};
}

void report_not_a_number(Checking& checking, const TermValue& value, const NumberDomain& domain) {
  const std::string& text = value.word.text;
  if (const auto stuck = stuck_keyword(value.word)) {
    checking.report.error("unit-error", value.span,
                          [&value, stuck = *stuck] { return words_for_stuck(value, stuck); });
    return;
  }
  if (const auto amount = text.empty() ? std::nullopt : read_amount(text, domain.unit)) {
    checking.report.error("unit-error", value.span, [&value, amount = *amount, domain] {
      return Wording{std::string(message_of(amount, domain.unit)),
                     "+write",
                     {slot("value", value.word.text), slot("tag", domain.name),
                      slot("unit", domain.unit), slot("better", amount.number)},
                     {change_to(value.span, amount.number)}};
    });
    return;
  }
  checking.report.error("bad-number", value.span, [&value, domain] {
    const std::string& word = value.word.text;
    Wording words;
    words.slots = {slot("value", shown(word)), slot("tag", domain.name),
                   slot("example", example_of(domain))};
    std::optional<std::string> better;
    if (word.find('*') != std::string::npos && !value.word.quoted) {
      words.hint = "bad-number+wildcard";
    } else if (value.word.quoted && literal_kind(decode(word)) == LiteralKind::Range) {
      words.hint = "bad-number+unquote";
    } else if ((better = word.empty() ? std::nullopt : signed_range(word))) {
      words.hint = "bad-number+signed-range";
    } else if ((better = word.empty() ? std::nullopt : repaired(word))) {
      words.hint = "+write";
    } else {
      words.hint = "bad-number+example";
    }
    if (better.has_value()) {
      words.slots.push_back(slot("better", *better));
      words.fixes = {change_to(value.span, *better)};
    }
    return words;
  });
}

}  // namespace tagline::dsl
