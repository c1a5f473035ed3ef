#include "dsl/complete_place.h"

#include "dsl/grammar.h"
#include "dsl/literal.h"
#include "dsl/scan.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

constexpr std::u32string_view kOperatorChars = U":=<>!≥≤≠";

[[nodiscard]] bool is_operator(char32_t point) {
  return kOperatorChars.find(point) != std::u32string_view::npos;
}
[[nodiscard]] std::size_t back_over_blanks(std::u32string_view text, std::size_t to) {
  while (to > 0 && text[to - 1] == U' ') {
    --to;
  }
  return to;
}
[[nodiscard]] std::size_t word_begin(std::u32string_view text, std::size_t to) {
  while (to > 0 && is_word_char(text[to - 1])) {
    --to;
  }
  return to;
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

/// A word or a quoted text.
struct Token {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool quoted = false;
  [[nodiscard]] bool empty() const { return begin == end; }
};
[[nodiscard]] Token token_before(std::u32string_view text, std::size_t to) {
  if (to > 0 && text[to - 1] == kQuoteClose) {
    const auto open = text.rfind(kQuoteOpen, to - 1);
    return {open == std::u32string_view::npos ? to : open, to, true};
  }
  return {word_begin(text, to), to, false};
}
[[nodiscard]] Token token_at(std::u32string_view text, std::size_t from) {
  if (from < text.size() && text[from] == kQuoteOpen) {
    const auto close = text.find(kQuoteClose, from);
    return {from, close == std::u32string_view::npos ? text.size() : close + 1, true};
  }
  return {from, word_end(text, from), false};
}
[[nodiscard]] std::string text_of(std::u32string_view text, const Token& token) {
  if (!token.quoted) {
    return encode(text.substr(token.begin, token.end - token.begin));
  }
  std::u32string content;
  for (std::size_t i = token.begin + 1; i + 1 < token.end; ++i) {
    if (text[i] == U'\\' && i + 2 < token.end) {
      ++i;
    }
    content.push_back(text[i]);
  }
  return encode(content);
}

[[nodiscard]] Comparison comparison_of(std::u32string_view typed) {
  std::u32string op;
  for (const char32_t point : typed) {
    if (point != U' ' && point != U':') {
      op.push_back(point);
    }
  }
  struct Spelling {
    std::u32string_view text;
    Comparison comparison;
  };
  constexpr std::array<Spelling, 9> kSpellings = {{{U"!=", Comparison::IsNot},
                                                   {U"<>", Comparison::IsNot},
                                                   {U"≠", Comparison::IsNot},
                                                   {U">", Comparison::Greater},
                                                   {U">=", Comparison::GreaterEqual},
                                                   {U"≥", Comparison::GreaterEqual},
                                                   {U"<", Comparison::Less},
                                                   {U"<=", Comparison::LessEqual},
                                                   {U"≤", Comparison::LessEqual}}};
  const auto found = std::find_if(kSpellings.begin(), kSpellings.end(),
                                  [&](const Spelling& entry) { return entry.text == op; });
  return found == kSpellings.end() ? Comparison::Is : found->comparison;
}

/// Everything before the word that is being typed.
class Ahead {
 public:
  Ahead(const Scanned& scanned, std::size_t size, const Limits& limits) : limits_(&limits) {
    probe_.typed = scanned.typed.substr(0, size);
    probe_.text = scanned.text.substr(0, size);
    std::copy_if(scanned.unclosed.begin(), scanned.unclosed.end(),
                 std::back_inserter(probe_.unclosed),
                 [size](std::uint32_t at) { return at < size; });
  }

  [[nodiscard]] const std::u32string& text() const { return probe_.text; }

  /// What the parser expects at the end.
  [[nodiscard]] PlaceKind expected() {
    const Parsed parsed = parse(probe_, *limits_);
    leaf_ = parsed.before;
    if (!parsed.fault.has_value()) {
      return PlaceKind::After;
    }
    const Fault& fault = *parsed.fault;
    if (fault.code == "empty") {
      return PlaceKind::Condition;
    }
    if (fault.code == "unclosed-paren") {
      return PlaceKind::After;
    }
    if (fault.span.begin != probe_.text.size()) {
      return PlaceKind::None;
    }
    struct Expectation {
      std::string_view code;
      PlaceKind kind;
    };
    constexpr std::array<Expectation, 4> kExpectations = {
        {{"expected-term", PlaceKind::Condition},
         {"expected-argument", PlaceKind::Argument},
         {"expected-value", PlaceKind::Value},
         {"expected-name", PlaceKind::Segment}}};
    const auto found =
        std::find_if(kExpectations.begin(), kExpectations.end(),
                     [&](const Expectation& entry) { return entry.code == fault.code; });
    return found == kExpectations.end() ? PlaceKind::None : found->kind;
  }

  [[nodiscard]] BracketKind kind_of(std::size_t bracket) const {
    const std::u32string_view text = probe_.text;
    if (bracket > 0 && is_word_char(text[bracket - 1])) {
      const std::size_t begin = word_begin(text, bracket);
      return is_keyword(text.substr(begin, bracket - begin)) ? BracketKind::Group
                                                             : BracketKind::Call;
    }
    const std::size_t before = back_over_blanks(text, bracket);
    return before > 0 && is_operator(text[before - 1]) && text[before - 1] != U'!'
               ? BracketKind::List
               : BracketKind::Group;
  }

  void describe(Place& place) const {
    const std::u32string_view text = probe_.text;
    auto open = probe_.unclosed.rbegin();
    std::size_t end = text.size();
    if (open != probe_.unclosed.rend()) {
      place.bracket = kind_of(*open);
      if (place.bracket == BracketKind::List) {
        end = *open;
        place.listed = values_between(end + 1, text.size());
        ++open;
      }
    }
    if (open != probe_.unclosed.rend() && kind_of(*open) == BracketKind::Call) {
      place.call = call_at(*open);
    }
    if (place.kind == PlaceKind::Value) {
      describe_term(place, end);
    } else if (place.kind == PlaceKind::After) {
      place.name = bare_name();
    }
    if (place.call.has_value()) {
      const std::size_t start = skip_blanks(text, last_argument_);
      const Token first = token_at(text, start);
      place.call->in_literal = !first.quoted && !first.empty() &&
                               is_literal(text.substr(first.begin, first.end - first.begin)) &&
                               back_over_blanks(text, text.size()) == first.end;
      place.call->in_option = option_at(*place.call, start) != nullptr;
      const bool is_bare = !first.quoted && !first.empty() && place.call->function != nullptr &&
                           back_over_blanks(text, text.size()) == first.end;
      const Option* option =
          is_bare ? find_option(*place.call->function, text_of(text, first)) : nullptr;
      if (option != nullptr && place.call->positional > 0) {
        place.call->bare = option->id;
      }
    }
  }

  /// Of the nearest word ahead that has letters.
  [[nodiscard]] bool is_chinese() const {
    for (std::size_t to = probe_.text.size(); to > 0; --to) {
      const char32_t point = probe_.text[to - 1];
      if (point > 0x7F && point != kQuoteOpen && point != kQuoteClose && !is_operator(point)) {
        return true;
      }
      if (ascii_lower(point) >= U'a' && ascii_lower(point) <= U'z') {
        return false;
      }
    }
    return false;
  }

 private:
  [[nodiscard]] std::vector<std::string> values_between(std::size_t from, std::size_t to) const {
    const std::u32string_view text = std::u32string_view(probe_.text).substr(0, to);
    std::vector<std::string> values;
    while ((from = skip_blanks(text, from)) < to) {
      const Token token = token_at(text, from);
      if (!token.empty()) {
        values.push_back(text_of(text, token));
      }
      from = std::max(token.end, from + 1);
    }
    return values;
  }

  /// `name` and operator of the value that ends at `end`.
  void describe_term(Place& place, std::size_t end) const {
    const std::u32string_view text = probe_.text;
    std::size_t begin = end;
    while (begin > 0 && (text[begin - 1] == U' ' || is_operator(text[begin - 1]))) {
      --begin;
    }
    const Token name = token_before(text, begin);
    place.name = text_of(text, name);
    place.comparison = comparison_of(text.substr(begin, end - begin));
    const bool is_argument =
        place.call.has_value() && skip_blanks(text, last_argument_) == name.begin;
    place.is_option = is_argument && !name.quoted && place.call->function != nullptr &&
                      find_option(*place.call->function, place.name) != nullptr;
  }

  /// The last condition, when it is a name and nothing else.
  [[nodiscard]] std::string bare_name() const {
    const std::u32string_view text = probe_.text;
    if (back_over_blanks(text, text.size()) != leaf_.end || leaf_.end <= leaf_.begin) {
      return "";
    }
    const Token token = token_at(text, leaf_.begin);
    return token.end == leaf_.end ? text_of(text, token) : "";
  }

  [[nodiscard]] const Option* option_at(const OpenCall& call, std::size_t start) const {
    const std::u32string_view text = probe_.text;
    const Token name = token_at(text, start);
    const std::size_t after = skip_blanks(text, name.end);
    const bool compared = !name.quoted && after < text.size() && is_operator(text[after]);
    return compared && call.function != nullptr ? find_option(*call.function, text_of(text, name))
                                                : nullptr;
  }

  /// Arguments as commas part them, brackets and quotes kept whole.
  [[nodiscard]] OpenCall call_at(std::size_t bracket) const {
    const std::u32string_view text = probe_.text;
    OpenCall call;
    const std::size_t name = word_begin(text, bracket);
    call.function = find_function(encode(text.substr(name, bracket - name)));
    call.first = text_of(text, token_at(text, skip_blanks(text, bracket + 1)));
    last_argument_ = bracket + 1;
    int depth = 0;
    for (std::size_t at = bracket + 1; at < text.size(); ++at) {
      const char32_t point = text[at];
      if (point == kQuoteOpen) {
        at = std::min(text.find(kQuoteClose, at), text.size());
      } else if (point == U'(') {
        ++depth;
      } else if (point == U')') {
        --depth;
      } else if (point == U',' && depth == 0) {
        if (const Option* option = option_at(call, skip_blanks(text, last_argument_))) {
          call.used.push_back(option->id);
        } else {
          ++call.positional;
        }
        last_argument_ = at + 1;
      }
    }
    return call;
  }

  const Limits* limits_;
  Scanned probe_;
  Span leaf_{};
  mutable std::size_t last_argument_ = 0;  ///< where the argument at the cursor begins
};

[[nodiscard]] bool in_comment(const Scanned& scanned) {
  for (std::size_t at = scanned.text.size(); at > 0 && !is_line_break(scanned.typed[at - 1]);
       --at) {
    if (fold(scanned.typed[at - 1]) == U'#' && scanned.text[at - 1] == U' ') {
      return true;
    }
  }
  return false;
}

/// Where the text typed between an open quote and the cursor ends: behind its closing quote, when
/// that is near enough to be its own.
[[nodiscard]] std::size_t quoted_end(std::string_view text, std::size_t open, std::size_t cursor,
                                     const Limits& limits) {
  const Scanned whole = scan(text, limits);
  const auto close = whole.text.find(kQuoteClose, open);
  if (close == std::u32string::npos || close < cursor) {
    return cursor;
  }
  const std::u32string_view between =
      std::u32string_view(whole.text).substr(cursor, close - cursor);
  return between.find_first_of(U"():,=<>") == std::u32string_view::npos ? close + 1 : cursor;
}

/// `last 30` before `d`, `this` before `month`: a period has blanks in it. Where it began, if what
/// is expected there is a value.
[[nodiscard]] std::size_t period_begin(const Scanned& scanned, std::size_t begin,
                                       const Limits& limits) {
  const std::u32string_view text = scanned.text;
  std::size_t at = begin;
  for (int words = 0; words < 2; ++words) {
    const std::size_t end = back_over_blanks(text, at);
    const std::size_t from = word_begin(text, end);
    if (end == at || from == end) {
      return begin;
    }
    const std::string word = ascii_lower(encode(text.substr(from, end - from)));
    for (const std::string_view opener : {"last", "this", "最近", "近", "过去"}) {
      if (word == opener && Ahead(scanned, from, limits).expected() == PlaceKind::Value) {
        return from;
      }
    }
    if (word.find_first_not_of("0123456789") != std::string::npos) {
      return begin;
    }
    at = from;
  }
  return begin;
}

void look_behind(Place& place, std::u32string_view points, std::size_t begin, std::size_t end) {
  const auto is_blank = [&](std::size_t at) {
    return is_line_break(points[at]) || fold(points[at]) == U' ';
  };
  place.replace = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  place.blank_before = begin == 0 || is_blank(begin - 1);
  place.blank_after = end < points.size() && is_blank(end);
  while (end < points.size() && is_blank(end)) {
    ++end;
  }
  place.next = end < points.size() ? fold(points[end]) : 0;
}

}  // namespace

Place find_place(std::string_view text, std::uint32_t cursor_at, const Limits& limits) {
  Place place;
  constexpr std::size_t kBytesPerPoint = 4;
  const bool too_long = text.size() > kBytesPerPoint * limits.code_points;
  const std::u32string points = too_long ? std::u32string() : decode(text);
  const std::size_t cursor = std::min<std::size_t>(cursor_at, points.size());
  place.replace = {static_cast<std::uint32_t>(cursor), static_cast<std::uint32_t>(cursor)};
  if (too_long) {
    return place;
  }
  Scanned scanned = scan(encode(std::u32string_view(points).substr(0, cursor)), limits);
  std::size_t begin = cursor;
  std::size_t end = cursor;
  if (scanned.fault.has_value()) {
    const std::size_t open = scanned.fault->span.begin;
    const auto inside = std::u32string_view(points).substr(open, cursor - open);
    if (scanned.fault->code != "unclosed-quote" ||
        std::any_of(inside.begin(), inside.end(), is_line_break)) {
      return place;
    }
    begin = open;
    end = quoted_end(text, open, cursor, limits);
    place.typed = encode(inside.substr(1));
    scanned.fault.reset();
  } else if (in_comment(scanned)) {
    return place;
  } else {
    begin = word_begin(scanned.text, cursor);
    while (end < points.size() && is_word_char(fold(points[end]))) {
      ++end;
    }
    place.typed = encode(std::u32string_view(scanned.text).substr(begin));
  }
  Ahead ahead(scanned, begin, limits);
  place.kind = ahead.expected();
  if (place.kind == PlaceKind::After || place.kind == PlaceKind::None) {
    const std::size_t from = period_begin(scanned, begin, limits);
    if (from != begin) {
      begin = from;
      place.typed = encode(std::u32string_view(scanned.text)
                               .substr(begin, back_over_blanks(scanned.text, cursor) - begin));
      ahead = Ahead(scanned, begin, limits);
      place.kind = ahead.expected();
    }
  }
  if (place.kind == PlaceKind::Condition || place.kind == PlaceKind::Argument) {
    while (!place.typed.empty() && place.typed.front() == '-') {  // -vip is NOT vip
      place.typed.erase(0, 1);
      ++begin;
    }
  }
  if (place.kind == PlaceKind::After && place.typed.empty()) {
    end = cursor;  // what begins here stays: something goes between
  }
  ahead.describe(place);
  look_behind(place, points, begin, end);
  const bool has_letters = std::any_of(place.typed.begin(), place.typed.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  place.chinese = has_wide_script(place.typed) || (!has_letters && ahead.is_chinese());
  return place;
}

}  // namespace tagline::dsl
