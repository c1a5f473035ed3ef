// Wordings of what the scan refuses: characters and quotes.
#include "dsl/literal.h"
#include "dsl/syntax_words.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

[[nodiscard]] std::string code_of(char32_t point) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string digits;
  for (; point != 0 || digits.size() < 4; point >>= 4U) {
    digits.insert(digits.begin(), kHex[point & 15U]);
  }
  return "U+" + digits;
}

/// [25 TO 34], [25, 34], [25..34]: Lucene's ranges.
[[nodiscard]] std::optional<std::string> bracket_range(std::u32string_view after) {
  const auto close = after.find_first_of(U"]})");
  std::u32string_view inside = after.substr(0, close);
  std::array<std::u32string, 2> numbers;
  std::size_t count = 0;
  while (!inside.empty()) {
    const auto begin = inside.find_first_not_of(U" ,.");
    if (begin == std::u32string_view::npos) {
      break;
    }
    inside.remove_prefix(begin);
    auto end = std::min(inside.find_first_of(U" ,"), inside.size());
    end = std::min(end, inside.find(U".."));
    std::u32string word(inside.substr(0, end));
    inside.remove_prefix(end);
    if (word == U"TO" || word == U"to") {
      continue;
    }
    if (count == 2 || literal_kind(word) != LiteralKind::Number) {
      return std::nullopt;
    }
    numbers.at(count++) = std::move(word);
  }
  if (count != 2) {
    return std::nullopt;
  }
  const bool has_sign = numbers[0].front() == U'-' || numbers[1].front() == U'-';
  return encode(numbers[0]) + (has_sign ? ".." : "-") + encode(numbers[1]);
}

[[nodiscard]] std::string_view hint_for(char32_t folded) {
  switch (folded) {
    case U'[':
    case U']':
    case U'{':
    case U'}':
      return "bad-char+brackets";
    case U';':
      return "bad-char+semicolon";
    case U'\\':
      return "bad-char+backslash";
    case U'?':
      return "bad-char+question";
    default:
      return "bad-char+quote";
  }
}

}  // namespace

Wording words_for_bad_char(const Scanned& scanned, Span fault) {
  const char32_t point = scanned.typed[fault.begin];
  Wording words;
  words.slots = {slot("code", code_of(point))};
  if (is_invisible(point) || is_control(point) || is_bidi_control(point) ||
      is_noncharacter(point)) {
    words.message = is_invisible(point) ? "bad-char/invisible" : "bad-char/control";
    words.hint = "+delete-it";
    words.fixes = {remove(fault)};
    return words;
  }
  std::string shown;
  append_utf8(shown, point);
  words.slots.push_back(slot("found", shown));
  const char32_t folded = fold(point);
  words.hint = hint_for(folded);
  if (folded == U'[' || folded == U'{') {
    const std::u32string_view after = std::u32string_view(scanned.typed).substr(fault.end);
    if (const auto range = bracket_range(after)) {
      const auto close = after.find_first_of(U"]})");
      words.hint = "bad-char+range";
      words.slots.push_back(slot("better", *range));
      if (close != std::u32string_view::npos) {
        words.fixes = {
            change_to({fault.begin, fault.end + static_cast<std::uint32_t>(close) + 1}, *range)};
      }
    }
  }
  return words;
}

Wording words_for_unclosed_quote(const Scanned& scanned, Span fault) {
  const std::u32string& typed = scanned.typed;
  const char32_t open = typed[fault.begin];
  constexpr std::u32string_view kOpen = U"“‘「";
  constexpr std::u32string_view kClose = U"”’」";
  const auto pair = kOpen.find(open);
  std::string closer;
  append_utf8(closer, pair == std::u32string_view::npos ? open : kClose[pair]);

  std::size_t end = fault.end;
  while (end < typed.size() && !is_line_break(typed[end])) {
    ++end;
  }
  while (end > fault.end && fold(typed[end - 1]) == U' ') {
    --end;
  }
  const std::u32string_view content = std::u32string_view(typed).substr(fault.end, end - fault.end);
  Wording words{"", "unclosed-quote+somewhere", {slot("close", closer)}, {}};

  // O'Brien: the quote was meant as a letter.
  std::size_t word = fault.begin;
  while (word > 0 && is_word_char(scanned.text[word - 1])) {
    --word;
  }
  if (word < fault.begin && closer == "'") {
    const auto rest = content.substr(0, std::min(content.find(U' '), content.size()));
    const std::string whole = "\"" +
                              encode(std::u32string_view(typed).substr(word, fault.end - word)) +
                              encode(rest) + "\"";
    words.hint = "unclosed-quote+apostrophe";
    words.slots.push_back(slot("better", whole));
    words.fixes = {change_to(
        {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(fault.end + rest.size())},
        whole)};
  } else if (!content.empty() && content.find(U' ') == std::u32string_view::npos) {
    words.hint = "unclosed-quote+add";
    words.slots.push_back(slot("text", encode(content)));
    words.fixes = {insert_at(static_cast<std::uint32_t>(end), closer)};
  }
  return words;
}

}  // namespace tagline::dsl
