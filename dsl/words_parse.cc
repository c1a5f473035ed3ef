// Wordings of faults of the grammar whose cure depends on what the words around them are.
#include "dsl/checker.h"
#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/syntax_words.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

constexpr std::uint32_t kQuotedMax = 60;  // code points of the user's text repeated in a hint

[[nodiscard]] bool is_short(Span span) {
  return span.end - span.begin <= kQuotedMax;
}

/// `ORvip`, 且会员: a keyword with a known name stuck to it.
[[nodiscard]] std::optional<std::size_t> glued_keyword(Names& names, std::u32string_view word) {
  for (const std::u32string_view keyword : {U"and", U"or", U"not", U"且", U"或", U"非"}) {
    if (word.size() > keyword.size() && is_keyword(word.substr(0, keyword.size())) &&
        names.tag(encode(word.substr(keyword.size()))) != nullptr) {
      return keyword.size();
    }
  }
  return std::nullopt;
}

/// Where the value of `name:value` begins; the end of the span when it has no colon.
[[nodiscard]] std::uint32_t value_begin(const Surroundings& around, Span term) {
  for (std::uint32_t i = term.end; i > term.begin; --i) {
    if (is_comparison_char(around.at(i - 1))) {
      return around.skip_blanks(i);
    }
  }
  return term.end;
}

/// `age:25 - 34`.
[[nodiscard]] std::optional<Wording> spaced_range(const Surroundings& around, Span before,
                                                  Span fault) {
  if (around.at(fault.begin) != U'-' || fault.end - fault.begin != 1) {
    return std::nullopt;
  }
  const Span low = {value_begin(around, before), before.end};
  const Span high = around.word_from(around.skip_blanks(fault.end));
  if (literal_kind(around.folded(low)) != LiteralKind::Number ||
      literal_kind(around.folded(high)) != LiteralKind::Number) {
    return std::nullopt;
  }
  const std::string better = around.typed(low) + "-" + around.typed(high);
  return Wording{"",
                 "missing-operator+range",
                 {slot("better", better)},
                 {change_to({low.begin, high.end}, better)}};
}

/// `city:New York`: two words that are one value.
[[nodiscard]] std::optional<Wording> spaced_value(const SyntaxFault& context,
                                                  const Surroundings& around, Span before,
                                                  Span fault) {
  const std::uint32_t begin = value_begin(around, before);
  const Span name = around.word_from(before.begin);
  const Tag* tag = begin < before.end ? context.names.tag(encode(around.folded(name))) : nullptr;
  const std::string whole = around.typed({begin, around.word_from(fault.begin).end});
  if (tag == nullptr || context.names.value(tag->values, whole) == nullptr) {
    return std::nullopt;
  }
  const std::string better = around.typed({before.begin, begin}) + "\"" + whole + "\"";
  return Wording{"",
                 "missing-operator+quote",
                 {slot("better", better)},
                 {change_to({before.begin, around.word_from(fault.begin).end}, better)}};
}

[[nodiscard]] Span operator_at(const Surroundings& around, std::uint32_t from) {
  std::uint32_t end = from;
  while (is_comparison_char(around.at(end)) || around.at(end) == U'!') {
    ++end;
  }
  return {from, end};
}

[[nodiscard]] std::string mirrored(std::u32string_view op) {
  std::string text;
  for (const char32_t point : op) {
    switch (point) {
      case U'<':
        text += ">";
        break;
      case U'>':
        text += "<";
        break;
      case U'≤':
        text += ">=";
        break;
      case U'≥':
        text += "<=";
        break;
      default:
        append_utf8(text, point);
    }
  }
  if (text == "><") {
    return "!=";
  }
  return text == "=" || text == "==" || text == ":" ? ":" : text;
}

[[nodiscard]] std::string term_text(const std::string& name, const std::string& op,
                                    const std::string& value) {
  return op == ":" ? name + ":" + value : name + " " + op + " " + value;
}

/// 城市:一线且性别:女: a keyword swallowed by the value before the fault.
[[nodiscard]] std::optional<Wording> swallowed_keyword(const Surroundings& around, Span before,
                                                       Span fault) {
  const std::uint32_t begin = value_begin(around, before);
  const std::u32string_view value = around.folded({begin, before.end});
  const auto at = value.find_first_of(U"且或");
  if (!is_comparison_char(around.at(fault.begin)) || begin >= before.end ||
      at == std::u32string_view::npos || at == 0 || at + 1 == value.size()) {
    return std::nullopt;
  }
  const auto middle = begin + static_cast<std::uint32_t>(at);
  const Span rest = around.condition_from(middle + 1);
  const std::string op = around.typed({middle, middle + 1});
  const std::string better =
      around.typed({before.begin, middle}) + " " + op + " " + around.typed(rest);
  return Wording{"",
                 "unexpected-char+keyword",
                 {slot("operator", op), slot("text", encode(value)), slot("better", better)},
                 {change_to({middle, middle + 1}, " " + op + " ")}};
}

/// `age:25,30`: a list without its brackets.
[[nodiscard]] Wording stray_comma(const Surroundings& around, Span before, Span fault) {
  const std::uint32_t begin = value_begin(around, before);
  const Span next = around.word_from(around.skip_blanks(fault.end));
  const std::string op = operator_before(around, begin);
  const bool is_colon = op == ":" || op == "：";
  const std::u32string_view digits = around.folded(next);
  const bool thousands = begin < before.end &&
                         literal_kind(around.folded({begin, before.end})) == LiteralKind::Number &&
                         digits.size() == 3 && literal_kind(digits) == LiteralKind::Number &&
                         next.begin == fault.end;
  if (thousands) {
    const std::string better = around.typed({begin, before.end}) + around.typed(next);
    return {"",
            "unexpected-char+thousands",
            {slot("better", better)},
            {change_to({begin, next.end}, better)}};
  }
  if (begin >= before.end || !is_colon) {
    return {"", "unexpected-char+comma", {}, {}};
  }
  std::string list = around.typed({begin, before.end});
  std::uint32_t end = before.end;
  while (around.at(around.skip_blanks(end)) == U',') {
    const Span value = around.word_from(around.skip_blanks(around.skip_blanks(end) + 1));
    if (value.begin == value.end) {
      break;
    }
    list += ", " + around.typed(value);
    end = value.end;
  }
  const std::string better = around.typed({before.begin, begin}) + "(" + list + ")";
  // A tag with its own operator behind the comma is no value: age:25-34, city:tier1.
  constexpr std::u32string_view kOperators = U":：=<>!≠≤≥";
  const bool is_condition =
      kOperators.find(around.at(around.skip_blanks(end))) != std::u32string_view::npos;
  if (is_condition || !is_short({before.begin, end})) {
    return {"", "unexpected-char+comma", {}, {}};
  }
  return {"",
          "unexpected-char+list",
          {slot("better", better)},
          {change_to({before.begin, end}, better)}};
}

[[nodiscard]] Slot char_slot(const std::string& found) {
  if (found == ":" || found == "：") {
    return slot("found", found, "冒号");
  }
  if (found == "," || found == "，" || found == "、") {
    return slot("found", found, found == "、" ? "顿号" : "逗号");
  }
  return slot("found", found, " " + found);
}

[[nodiscard]] Wording unexpected(const Surroundings& around, Span before, Span fault) {
  const char32_t point = around.at(fault.begin);
  if (auto words = swallowed_keyword(around, before, fault)) {
    return *words;
  }
  if (point == U',') {
    return stray_comma(around, before, fault);
  }
  const Span value = around.word_from(around.skip_blanks(fault.end));
  const std::string op = around.typed(fault);
  const bool has_value = value.begin < value.end;
  const bool after_call = before.end > before.begin && around.at(before.end - 1) == U')' &&
                          around.at(around.word_from(before.begin).end) == U'(';
  if (after_call && has_value && point != U':' && is_short({before.begin, value.end})) {
    const bool chinese = has_wide_script(around.typed(around.word_from(before.begin)));
    const std::string better = around.typed({before.begin, before.end - 1}) +
                               (chinese ? ", 次数 " : ", count ") + op + " " + around.typed(value) +
                               ")";
    return {"",
            "unexpected-char+count",
            {slot("better", better)},
            {change_to({before.begin, value.end}, better)}};
  }
  const std::uint32_t begin = value_begin(around, before);
  if (point == U':' && begin < before.end && has_value && is_short({before.begin, value.end})) {
    const std::string better =
        around.typed({before.begin, begin}) + "\"" + around.typed({begin, value.end}) + "\"";
    return {"",
            "unexpected-char+quote",
            {slot("better", better)},
            {change_to({before.begin, value.end}, better)}};
  }
  if (is_comparison_char(point) && begin < before.end && has_value &&
      is_short({before.begin, value.end})) {
    const std::string name = around.typed(around.word_from(before.begin));
    const std::string first = around.typed(before);
    const std::string second = name + " " + op + " " + around.typed(value);
    const std::string joint = has_wide_script(name) ? " 且 " : " AND ";
    return {"",
            "unexpected-char+both",
            {slot("better", first + " AND " + second, first + " 且 " + second)},
            {change_to({before.begin, value.end}, first + joint + second)}};
  }
  return {"", "unexpected-char+delete", {}, {}};
}

[[nodiscard]] Wording value_hint(const SyntaxFault& context, const std::string& name,
                                 const std::string& head) {
  const Tag* tag = context.names.tag(name);
  Wording words{"", "expected-value+add", {slot("head", head), slot("tag", name)}, {}};
  if (tag == nullptr) {
    return words;
  }
  switch (tag->kind) {
    case engine::TagKind::Flag:
    case engine::TagKind::Event:  // never a tag of the catalogue
      words.hint = "expected-value+flag";
      break;
    case engine::TagKind::Category:
    case engine::TagKind::Set:
      words.hint = tag->values.empty() ? "expected-value+add" : "expected-value+list";
      words.slots.push_back(value_list("list", tag->values));
      break;
    case engine::TagKind::Number:
      words.hint = "expected-value+number";
      break;
    case engine::TagKind::Date:
      words.hint = "expected-value+date";
      break;
  }
  return words;
}

/// The tag a number, range or date without one is most likely about: age, else the first of its
/// kind. Null for what is neither, or where no tag is of its kind.
[[nodiscard]] const Tag* tag_of_literal(const Catalogue& catalogue, std::u32string_view literal) {
  const LiteralKind kind = literal_kind(literal);
  const bool number = kind == LiteralKind::Number || kind == LiteralKind::Range;
  const bool fraction = literal.find(U'.') != std::u32string_view::npos &&
                        literal.find(U"..") == std::u32string_view::npos;
  if (!number && kind != LiteralKind::Date) {
    return nullptr;
  }
  const Tag* first = nullptr;
  for (const Tag& tag : catalogue.tags) {
    const bool fits = number ? tag.kind == engine::TagKind::Number && (!fraction || tag.scale > 0)
                             : tag.kind == engine::TagKind::Date;
    if (fits && number && !fraction && (tag.name == "age" || tag.name == "年龄")) {
      return &tag;
    }
    first = fits && first == nullptr ? &tag : first;
  }
  return first;
}

}  // namespace

bool is_comparison_char(char32_t point) {
  constexpr std::u32string_view kComparisons = U":=<>≥≤≠";
  return point != 0 && kComparisons.find(point) != std::u32string_view::npos;
}

std::optional<Span> head_of_value(const Surroundings& around, std::uint32_t at) {
  std::uint32_t end = around.back_over_blanks(at);
  const char32_t last = end == 0 ? 0 : around.at(end - 1);
  if (!is_comparison_char(last)) {  // within a list
    const auto open = around.enclosing_bracket(end);
    if (!open.has_value()) {
      return std::nullopt;
    }
    end = around.back_over_blanks(*open);
  }
  std::uint32_t begin = end;
  while (begin > 0 && (is_comparison_char(around.at(begin - 1)) || around.at(begin - 1) == U'!' ||
                       around.at(begin - 1) == U' ')) {
    --begin;
  }
  if (begin == end) {
    return std::nullopt;
  }
  if (begin > 0 && around.at(begin - 1) == kQuoteClose) {
    std::uint32_t open = begin - 1;
    while (open > 0 && around.at(open) != kQuoteOpen) {
      --open;
    }
    return Span{open, end};
  }
  return Span{around.word_to(begin).begin, end};
}

std::string operator_before(const Surroundings& around, std::uint32_t at) {
  const std::uint32_t end = around.back_over_blanks(at);
  std::uint32_t begin = end;
  while (begin > 0 && (is_comparison_char(around.at(begin - 1)) || around.at(begin - 1) == U'!')) {
    --begin;
  }
  const bool colon_first = end - begin > 1 && around.at(begin) == U':';  // `:>` is `>`
  return around.typed({begin + (colon_first ? 1 : 0), end});
}

Wording words_for_missing_value(const SyntaxFault& context, Span fault) {
  const Surroundings around(context.scanned);
  const Span head = head_of_value(around, fault.begin).value_or(Span{fault.begin, fault.begin});
  const Span name = around.at(head.begin) == kQuoteOpen ? Span{head.begin + 1, head.begin + 1}
                                                        : around.word_from(head.begin);
  const bool touches = fault.begin > 0 && around.at(fault.begin - 1) != U' ';
  if (is_keyword(around.folded(fault)) && touches) {
    const std::string better = "\"" + around.typed(fault) + "\"";
    return {"expected-value/keyword",
            "expected-value+quote",
            {slot("found", around.typed(fault)), slot("better", better)},
            {change_to(fault, better)}};
  }
  Wording words = value_hint(context, encode(around.folded(name)), around.typed(head));
  const std::uint32_t before = around.back_over_blanks(fault.begin);
  if (before > 0 && around.at(before - 1) == U',') {
    words.message = "expected-value/list";
  }
  return words;
}

Wording words_for_missing_operator(const SyntaxFault& context, Span fault) {
  const Surroundings around(context.scanned);
  const Span before = context.parsed.before;
  const std::string left = around.typed(before);
  const Span right_span = around.condition_from(fault.begin);
  const std::string right = around.typed(right_span);
  if (around.at(fault.begin) == U'(' && find_function(encode(around.folded(before))) != nullptr) {
    return {"",
            "missing-operator+touch",
            {slot("better", is_short(right_span) ? left + right : left + "(...)")},
            {remove({before.end, fault.begin})}};
  }
  if (auto words = spaced_range(around, before, fault)) {
    return *words;
  }
  if (auto words = words_for_one_thing(context, fault)) {
    return *words;
  }
  if (auto words = words_for_misspelt_operator(context, fault)) {
    return *words;
  }
  if (around.at(fault.begin) == U'!' && around.at(around.skip_blanks(fault.end)) == U'=') {
    return {"",
            "missing-operator+not-equal",
            {},
            {change_to({fault.begin, around.skip_blanks(fault.end) + 1}, "!=")}};
  }
  const std::u32string_view word = around.folded(around.word_from(fault.begin));
  if (const auto keyword = glued_keyword(context.names, word)) {
    const std::string op = encode(word.substr(0, *keyword));
    return {"",
            "missing-operator+space",
            {slot("operator", op), slot("better", op + " " + encode(word.substr(*keyword)))},
            {insert_at(fault.begin + static_cast<std::uint32_t>(*keyword), " ")}};
  }
  if (auto words = spaced_value(context, around, before, fault)) {
    return *words;
  }
  const std::uint32_t list = around.skip_blanks(fault.end);
  if ((word == U"in" || word == U"IN") && around.at(list) == U'(') {
    const Span group = around.condition_from(list);
    const std::string better = left + ":" + around.typed(group);
    return {"",
            is_short(group) ? "missing-operator+list" : "missing-operator+put",
            {slot("better", better)},
            {change_to({before.end, list}, ":")}};
  }
  if (!is_short(before) || !is_short(right_span)) {
    return {"", "missing-operator+put", {}, {}};
  }
  const bool chinese = has_han(context.scanned.typed);
  return {"",
          "missing-operator+both",
          {slot("right", right), slot("better", left + " AND " + right, left + " 且 " + right)},
          {insert_at(fault.begin, chinese ? "且 " : "AND "),
           insert_at(fault.begin, chinese ? "或 " : "OR ")}};
}

Wording words_for_unexpected(const SyntaxFault& context, Span fault) {
  const Surroundings around(context.scanned);
  Wording words = unexpected(around, context.parsed.before, fault);
  words.slots.push_back(char_slot(around.typed(fault)));
  return words;
}

Wording words_for_literal(const SyntaxFault& context, Span fault) {
  const Surroundings around(context.scanned);
  const std::string value = around.typed(fault);
  Wording words{"",
                "literal-not-condition+quote",
                {slot("value", value), kind_of_literal("kind", around.folded(fault))},
                {}};
  const Span op = operator_at(around, around.skip_blanks(fault.end));
  const Span name = around.word_from(around.skip_blanks(op.end));
  if (op.begin == op.end || name.begin == name.end || is_literal(around.folded(name))) {
    if (const Tag* tag = tag_of_literal(context.names.catalogue(), around.folded(fault))) {
      words.hint = "literal-not-condition+tag";
      words.slots.push_back(
          slot("better", tag->name + ":" + value, std::string(chinese_name(*tag)) + ":" + value));
      const bool chinese = has_han(context.scanned.typed);
      words.fixes = {
          insert_at(fault.begin, std::string(chinese ? chinese_name(*tag) : tag->name) + ":")};
    }
    return words;
  }
  std::string better = term_text(around.typed(name), mirrored(around.folded(op)), value);
  const Span second = operator_at(around, around.skip_blanks(name.end));
  const Span limit = around.word_from(around.skip_blanks(second.end));
  words.hint = "literal-not-condition+flip";
  std::uint32_t end = name.end;
  if (second.begin < second.end && limit.begin < limit.end) {  // 1 < age < 5
    better += (has_wide_script(around.typed(name)) ? " 且 " : " AND ") + around.typed(name) + " " +
              around.typed(second) + " " + around.typed(limit);
    words.hint = "literal-not-condition+both";
    end = limit.end;
  }
  words.slots.push_back(slot("better", better));
  words.fixes = {change_to({fault.begin, end}, better)};
  return words;
}

}  // namespace tagline::dsl
