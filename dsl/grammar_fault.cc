#include "dsl/grammar_fault.h"

#include "dsl/literal.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

/// Past the end reads as 0, which is no character of a scanned text.
[[nodiscard]] char32_t at(std::u32string_view text, std::size_t position) {
  return position < text.size() ? text[position] : 0;
}

[[nodiscard]] std::size_t skip_blanks(std::u32string_view text, std::size_t from) {
  return std::min(text.find_first_not_of(U' ', from), text.size());
}

[[nodiscard]] std::size_t word_end(std::u32string_view text, std::size_t from) {
  while (from < text.size() && is_word_char(text[from])) {
    ++from;
  }
  return from;
}

[[nodiscard]] bool starts_condition(std::u32string_view text, std::size_t position) {
  const char32_t point = at(text, position);
  if (point == U'!') {
    return at(text, position + 1) != U'=';
  }
  return point != 0 &&
         (is_word_char(point) || point == kQuoteOpen || point == U'(' || point == U'@');
}

/// What stands at a place, for the caret: a word, a quoted text, an operator.
[[nodiscard]] std::size_t token_end(std::u32string_view text, std::size_t begin) {
  const char32_t first = at(text, begin);
  if (first == 0) {
    return begin;
  }
  if (first == U'@' || is_word_char(first)) {
    return word_end(text, begin + 1);
  }
  if (first == kQuoteOpen) {
    return std::min(text.find(kQuoteClose, begin), text.size() - 1) + 1;
  }
  const char32_t second = at(text, begin + 1);
  for (const std::u32string_view pair :
       {U">=", U"<=", U"!=", U"==", U"=>", U"=<", U"<>", U"&&", U"||"}) {
    if (pair[0] == first && pair[1] == second) {
      return begin + 2;
    }
  }
  return begin + 1;
}

}  // namespace

Fault fault_at(const Scanned& scanned, std::uint32_t where, std::string_view expected) {
  const std::u32string_view text = scanned.text;
  const std::size_t begin = skip_blanks(text, where);
  const Span span = {static_cast<std::uint32_t>(begin),
                     static_cast<std::uint32_t>(token_end(text, begin))};
  if (!expected.starts_with("close-") && expected != "end") {
    for (const std::string_view code : {"expected-value", "expected-name", "expected-argument"}) {
      if (expected == code) {
        return {code, span};
      }
    }
    return {"expected-term", span};
  }
  // What was read is complete; something is missing behind it, or too much.
  if (begin == text.size() && !scanned.unclosed.empty()) {
    const std::uint32_t open = scanned.unclosed.back();
    return {"unclosed-paren", {open, open + 1}};
  }
  if (at(text, begin) == U')') {
    return {"unexpected-close", span};
  }
  if (!starts_condition(text, begin)) {
    return {"unexpected-char", span};
  }
  const bool in_list = expected == "close-list" || expected == "close-call";
  return {in_list ? "missing-comma" : "missing-operator", span};
}

bool makes_condition(std::u32string_view text, std::size_t end_of_word) {
  if (at(text, end_of_word) == U'(') {
    return true;
  }
  const std::size_t next = skip_blanks(text, end_of_word);
  const char32_t point = at(text, next);
  if (point == U'!') {
    return at(text, next + 1) == U'=';
  }
  constexpr std::u32string_view kOperators = U":=<>≥≤≠&|";
  const std::u32string_view word = text.substr(next, word_end(text, next) - next);
  const bool is_not = word == U"非" || (word.size() == 3 && ascii_lower(word[0]) == U'n');
  return (point != 0 && kOperators.find(point) != std::u32string_view::npos) ||
         (is_keyword(word) && !is_not);
}

}  // namespace tagline::dsl
