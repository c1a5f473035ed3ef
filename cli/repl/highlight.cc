#include "cli/repl/highlight.h"

#include "dsl/limits.h"
#include "dsl/scan.h"

#include <algorithm>
#include <array>
#include <string>

namespace tagline::cli {
namespace {

constexpr std::u32string_view kSigns = U"()=:<>!&|,≥≤≠";
constexpr std::u32string_view kComparisons = U":=<>!≥≤≠";
constexpr std::array<std::u32string_view, 15> kOperators = {
    U"and",  U"or", U"not", U"to", U"in", U"且", U"并且", U"或",
    U"或者", U"非", U"不",  U"和", U"与", U"到", U"至"};

bool is_in(std::u32string_view set, char32_t point) {
  return set.find(point) != std::u32string_view::npos;
}

bool is_operator(std::u32string_view word) {
  std::u32string lower(word);
  for (char32_t& point : lower) {
    point += point >= U'A' && point <= U'Z' ? U'a' - U'A' : 0;
  }
  return std::find(kOperators.begin(), kOperators.end(), lower) != kOperators.end();
}

/// Walks the scanned text, of which every code point is one of the typed text.
class Walk {
 public:
  Walk(const dsl::Scanned& scanned, std::string_view bytes) : scanned_(scanned) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if ((static_cast<unsigned char>(bytes[i]) & 0xC0U) != 0x80U) {
        offsets_.push_back(i);
      }
    }
    offsets_.push_back(bytes.size());
  }

  [[nodiscard]] std::size_t byte_at(std::size_t point) const {
    return offsets_[std::min(point, offsets_.size() - 1)];
  }

  std::vector<HighlightedPart> parts() {
    const std::u32string& text = scanned_.text;
    std::size_t at = 0;
    while (at < text.size()) {
      const char32_t point = text[at];
      if (point == U' ') {
        at = blank(at);
      } else if (is_in(kSigns, point)) {
        add(at, at + 1, Part::Operator);
        if (is_in(kComparisons, point)) {
          values_ = true;
        } else if (point == U'(') {
          list_ = values_ ? list_ + 1 : 0;
        } else if (point == U')' && list_ > 0) {
          values_ = --list_ > 0;
        } else if (point != U',' || list_ == 0) {
          values_ = false;
        }
        ++at;
      } else {
        at = word(at);
      }
    }
    return std::move(parts_);
  }

 private:
  void add(std::size_t begin, std::size_t end, Part part) {
    parts_.push_back({byte_at(begin), byte_at(end), part});
  }
  /// Blanks, or a comment, which is blank in the scanned text.
  std::size_t blank(std::size_t at) {
    const std::size_t begin = at;
    std::size_t comment = scanned_.text.size();
    for (; at < scanned_.text.size() && scanned_.text[at] == U' '; ++at) {
      if (scanned_.typed[at] == U'#') {
        comment = std::min(comment, at);
      }
    }
    if (comment >= begin && comment < at) {
      add(comment, at, Part::Comment);
    }
    return at;
  }
  std::size_t word(std::size_t at) {
    const std::u32string& text = scanned_.text;
    const std::size_t begin = at;
    const bool quoted = text[at] == dsl::kQuoteOpen;
    if (text[at] == U'@') {
      ++at;
    }
    if (at < text.size() && text[at] == dsl::kQuoteOpen) {
      at = std::min(text.find(dsl::kQuoteClose, at), text.size() - 1) + 1;
    } else {
      while (at < text.size() && text[at] != U' ' && !is_in(kSigns, text[at]) &&
             text[at] != dsl::kQuoteOpen) {
        ++at;
      }
    }
    const std::size_t next = std::min(text.find_first_not_of(U' ', at), text.size());
    const char32_t follows = next < text.size() ? text[next] : U' ';
    const std::u32string_view word = std::u32string_view(text).substr(begin, at - begin);
    if (text[begin] == U'@') {
      add(begin, at, Part::Segment);
      values_ = false;
    } else if (!quoted && is_operator(word)) {
      add(begin, at, Part::Operator);
      values_ = values_ && list_ > 0;
    } else if (follows == U'(' && !values_) {
      add(begin, at, Part::Function);
    } else if (is_in(kComparisons, follows)) {
      add(begin, at, Part::Tag);
      list_ = 0;
    } else {
      const bool number = text[begin] >= U'0' && text[begin] <= U'9';
      add(begin, at, values_ || number ? Part::Value : Part::Tag);
    }
    return std::max(at, begin + 1);
  }

  const dsl::Scanned& scanned_;
  std::vector<std::size_t> offsets_;  ///< bytes before each code point
  std::vector<HighlightedPart> parts_;
  bool values_ = false;   ///< behind a comparison
  std::size_t list_ = 0;  ///< brackets of its list that are open
};

}  // namespace

std::vector<HighlightedPart> highlight(std::string_view text, std::span<const dsl::Span> faults) {
  if (text.starts_with('\\')) {
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    return {{0, end, Part::Command}};
  }
  const dsl::Scanned scanned = dsl::scan(text, dsl::Limits{});
  Walk walk(scanned, text);
  std::vector<HighlightedPart> parts = walk.parts();
  for (const dsl::Span& fault : faults) {
    parts.push_back({walk.byte_at(fault.begin), walk.byte_at(fault.end), Part::Fault});
  }
  return parts;
}

}  // namespace tagline::cli
