#include "dsl/surroundings.h"

#include "dsl/literal.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {

std::string Surroundings::typed(Span span) const {
  const std::size_t begin = std::min<std::size_t>(span.begin, typed_.size());
  const std::size_t end = std::clamp<std::size_t>(span.end, begin, typed_.size());
  std::u32string line;
  bool in_comment = false;
  for (std::size_t i = begin; i < end; ++i) {
    const bool is_blank = i < text_.size() && text_[i] == U' ';
    const bool is_break = typed_[i] == U'\n' || typed_[i] == U'\r';
    in_comment = is_blank && !is_break && (in_comment || typed_[i] == U'#');
    if (!in_comment && !(is_blank && is_break)) {
      line += typed_[i];
    } else if (!line.empty() && line.back() != U' ') {
      line += U' ';
    }
  }
  return encode(line);
}

std::u32string_view Surroundings::folded(Span span) const {
  const std::size_t begin = std::min<std::size_t>(span.begin, text_.size());
  const std::size_t end = std::clamp<std::size_t>(span.end, begin, text_.size());
  return std::u32string_view(text_).substr(begin, end - begin);
}

std::uint32_t Surroundings::skip_blanks(std::uint32_t from) const {
  while (at(from) == U' ') {
    ++from;
  }
  return from;
}

std::uint32_t Surroundings::back_over_blanks(std::uint32_t from) const {
  from = std::min(from, size());
  while (from > 0 && text_[from - 1] == U' ') {
    --from;
  }
  return from;
}

Span Surroundings::word_from(std::uint32_t from) const {
  std::uint32_t end = from;
  while (end < size() && is_word_char(text_[end])) {
    ++end;
  }
  return {from, end};
}

Span Surroundings::word_to(std::uint32_t to) const {
  std::uint32_t begin = std::min(to, size());
  const std::uint32_t end = begin;
  while (begin > 0 && is_word_char(text_[begin - 1])) {
    --begin;
  }
  return {begin, end};
}

/// Past the bracket or quote that opens at `from`, to its partner or the end.
std::uint32_t Surroundings::past_group(std::uint32_t from) const {
  std::uint32_t depth = 0;
  bool quoted = false;
  std::uint32_t position = from;
  while (position < size()) {
    const char32_t point = text_[position++];
    if (quoted || point == kQuoteOpen) {
      quoted = point != kQuoteClose;
    } else if (point == U'(') {
      ++depth;
    } else if (point == U')') {
      depth -= depth > 0 ? 1 : 0;
    }
    if (depth == 0 && !quoted) {
      break;
    }
  }
  return position;
}

Span Surroundings::condition_from(std::uint32_t from) const {
  std::uint32_t end = from;
  if (at(end) == U'!') {
    end = skip_blanks(end + 1);
  } else if (const Span word = word_from(end); is_keyword(folded(word))) {
    end = skip_blanks(word.end);
  }
  while (end < size() && at(end) != U' ' && at(end) != U',' && at(end) != U')') {
    end = at(end) == U'(' || at(end) == kQuoteOpen ? past_group(end) : end + 1;
  }
  return {from, end};
}

std::optional<std::uint32_t> Surroundings::enclosing_bracket(std::uint32_t at) const {
  std::uint32_t depth = 0;
  bool quoted = false;
  for (std::uint32_t position = std::min(at, size()); position > 0; --position) {
    const char32_t point = text_[position - 1];
    if (quoted || point == kQuoteClose) {
      quoted = point != kQuoteOpen;
    } else if (point == U')') {
      ++depth;
    } else if (point == U'(') {
      if (depth == 0) {
        return position - 1;
      }
      --depth;
    }
  }
  return std::nullopt;
}

}  // namespace tagline::dsl
