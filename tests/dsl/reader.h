// A second reader of the language, written by hand and as small as it can be: no tree, no spans, it
// answers with the canonical form or with nothing. It shares the scan and the classes of words with
// the product, and nothing of the grammar or the printer. Kept to disagree with.
#pragma once

#include "dsl/functions.h"
#include "dsl/limits.h"
#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/scan.h"
#include "dsl/unicode.h"
#include "dsl/units.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

class Reader {
 public:
  [[nodiscard]] static std::optional<std::string> read(std::string_view text) {
    const Limits limits;
    const Scanned scanned = scan(text, limits);
    if (scanned.fault.has_value()) {
      return std::nullopt;
    }
    Reader reader(scanned.text);
    const auto whole = reader.any();
    reader.blanks();
    if (!whole.has_value() || reader.at_ != scanned.text.size()) {
      return std::nullopt;
    }
    return whole->text();
  }

 private:
  enum class Shape { Leaf, Not, And, Or };
  struct Part {
    Shape shape = Shape::Leaf;
    std::vector<std::string> pieces;  // of And, Or: already bracketed as they must be
    [[nodiscard]] std::string text() const {
      std::string out = shape == Shape::Not ? "NOT " : "";
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        out += i == 0 ? "" : (shape == Shape::And ? " AND " : " OR ");
        out += pieces[i];
      }
      return out;
    }
    [[nodiscard]] std::string bracketed() const {
      return shape == Shape::And || shape == Shape::Or ? "(" + text() + ")" : text();
    }
  };
  using Answer = std::optional<Part>;

  explicit Reader(const std::u32string& text) : text_(text) {}

  [[nodiscard]] char32_t peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0;
  }
  void blanks() {
    while (peek() == U' ') {
      ++at_;
    }
  }
  [[nodiscard]] std::u32string word(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && is_word_char(text_[end])) {
      ++end;
    }
    return text_.substr(from, end - from);
  }
  bool take(std::u32string_view token) {
    blanks();
    if (text_.compare(at_, token.size(), token) != 0) {
      return false;
    }
    at_ += token.size();
    return true;
  }
  static std::u32string lower(std::u32string text) {
    for (char32_t& point : text) {
      point = ascii_lower(point);
    }
    return text;
  }
  bool take_word(std::u32string_view spelling) {
    blanks();
    if (lower(word(at_)) != spelling) {
      return false;
    }
    at_ += spelling.size();
    return true;
  }
  bool take_and() { return take_word(U"and") || take_word(U"且") || take(U"&&") || take(U"&"); }
  bool take_or() { return take_word(U"or") || take_word(U"或") || take(U"||") || take(U"|"); }
  bool take_not() {
    if (take_word(U"not") || take_word(U"非")) {
      return true;
    }
    if (peek() == U'!' && peek(1) != U'=') {
      ++at_;
      return true;
    }
    const char32_t next = peek(1);
    if (peek() == U'-' && (is_word_char(next) || next == U'(' || next == U'@' || next == U'!' ||
                           next == kQuoteOpen)) {
      ++at_;
      return true;
    }
    return false;
  }

  static Part join(Shape shape, const std::vector<Part>& parts) {
    if (parts.size() == 1) {
      return parts.front();
    }
    Part whole{shape, {}};
    for (const Part& part : parts) {
      if (part.shape == shape) {
        whole.pieces.insert(whole.pieces.end(), part.pieces.begin(), part.pieces.end());
      } else {
        whole.pieces.push_back(part.bracketed());
      }
    }
    return whole;
  }

  Answer any() {
    std::vector<Part> parts;
    do {
      auto part = all();
      if (!part.has_value()) {
        return std::nullopt;
      }
      parts.push_back(std::move(*part));
    } while (take_or());
    return join(Shape::Or, parts);
  }

  Answer all() {
    std::vector<Part> parts;
    do {
      auto part = negation();
      if (!part.has_value()) {
        return std::nullopt;
      }
      parts.push_back(std::move(*part));
    } while (take_and());
    return join(Shape::And, parts);
  }

  Answer negation() {
    bool odd = false;
    while (take_not()) {
      odd = !odd;
    }
    auto part = primary();
    if (!part.has_value() || !odd) {
      return part;
    }
    if (part->shape == Shape::Not) {
      return cancelled(*part);
    }
    return Part{Shape::Not, {part->bracketed()}};
  }

  // A Not holds its operand as text; read it again to have its shape back.
  static Answer cancelled(const Part& negated) {
    const std::u32string inner = scan(negated.pieces.front(), Limits{}).text;
    Reader reader(inner);
    return reader.any();
  }

  Answer primary() {
    blanks();
    if (take(U"(")) {
      auto inside = any();
      return inside.has_value() && take(U")") ? inside : std::nullopt;
    }
    if (word(at_) == U"*") {
      ++at_;
      return Part{Shape::Leaf, {"*"}};
    }
    if (take(U"@")) {
      return segment();
    }
    return named();
  }

  static Part leaf(std::string text) { return {Shape::Leaf, {std::move(text)}}; }

  Answer segment() {
    blanks();
    if (peek() == kQuoteOpen) {
      const std::string name = quoted();
      return leaf("@" + (is_keyword(decode(name)) ? name : write_name(name)));
    }
    const std::u32string name = word(at_);
    if (name.empty() || name.find(U'*') != std::u32string::npos) {
      return std::nullopt;
    }
    at_ += name.size();
    return leaf("@" + encode(name));
  }

  std::string quoted() {
    std::u32string content;
    for (++at_; peek() != kQuoteClose; ++at_) {
      if (peek() == U'\\') {
        ++at_;
      }
      content.push_back(peek());
    }
    ++at_;
    return encode(content);
  }

  Answer named(bool is_argument = false) {
    blanks();
    std::string name;
    bool option_text = false;
    if (peek() == kQuoteOpen) {
      const std::string text = quoted();
      name = write_name(text);
      option_text = is_argument && find_option(text) != nullptr && name.front() != '"';
    } else {
      const std::u32string text = word(at_);
      if (text.empty() || text.front() == U'-' || is_keyword(text) || is_literal(text) ||
          text.find(U'*') != std::u32string::npos) {
        return std::nullopt;
      }
      at_ += text.size();
      name = encode(text);
      if (peek() == U'(') {
        ++at_;
        return call(name);
      }
    }
    const std::size_t before = at_;
    auto values = comparison();
    if (!values.has_value()) {
      return std::nullopt;
    }
    if (at_ == before) {
      return leaf(name);
    }
    return leaf((option_text ? "\"" + name + "\"" : name) + *values);
  }

  /// Empty text: there was none. Nothing: it was wrong.
  std::optional<std::string> comparison() {
    const std::size_t start = at_;
    const bool colon = take(U":");
    blanks();
    if (take(U"=>") || take(U"=<")) {
      return std::nullopt;
    }
    for (const std::u32string_view token : {U"==", U"="}) {
      if (take(token)) {
        return set(":");
      }
    }
    for (const std::u32string_view token : {U"!=", U"<>", U"≠"}) {
      if (take(token)) {
        return set(" != ");
      }
    }
    for (const auto& [token, printed] : {std::pair<std::u32string_view, const char*>{U">=", " >= "},
                                         {U"≥", " >= "},
                                         {U">", " > "},
                                         {U"<=", " <= "},
                                         {U"≤", " <= "},
                                         {U"<", " < "}}) {
      if (take(token)) {
        const auto text = value();
        return text.has_value() ? std::optional<std::string>(printed + *text) : std::nullopt;
      }
    }
    if (colon) {
      return set(":");
    }
    at_ = start;
    return "";
  }

  std::optional<std::string> set(const std::string& printed) {
    if (!take(U"(")) {
      const auto text = value();
      return text.has_value() ? std::optional<std::string>(printed + *text) : std::nullopt;
    }
    std::string list;
    std::size_t count = 0;
    do {
      const auto text = value();
      if (!text.has_value()) {
        return std::nullopt;
      }
      list += (count++ == 0 ? "" : ", ") + *text;
    } while (take(U","));
    if (!take(U")")) {
      return std::nullopt;
    }
    return printed + (count == 1 ? list : "(" + list + ")");
  }

  std::optional<std::string> value() {
    blanks();
    if (peek() == kQuoteOpen) {
      return write_value(quoted());
    }
    if (auto text = period()) {
      return text;
    }
    const std::u32string text = word(at_);
    if (text.empty() || is_keyword(text)) {
      return std::nullopt;
    }
    at_ += text.size();
    return encode(text);
  }

  std::optional<std::string> period() {
    const std::u32string first = word(at_);
    for (const PeriodName& name : period_names()) {
      if (first == name.text) {
        at_ += first.size();
        return to_text(name.period);
      }
    }
    const std::size_t start = at_;
    for (const std::u32string_view last : {U"last", U"最近", U"近", U"过去"}) {
      if (lower(first).starts_with(last)) {
        at_ = start + last.size();
        blanks();
        std::u32string length = word(at_);
        std::size_t digits = 0;
        while (digits < length.size() && is_digit(length[digits])) {
          ++digits;
        }
        const std::size_t length_end = at_ + length.size();
        at_ += digits;
        if (digits > 0 && digits == length.size()) {
          blanks();
          length += word(at_);
          at_ += word(at_).size();
        } else {
          at_ = length_end;
        }
        if (const auto read = read_length(length)) {
          return to_text(Period{Period::Kind::Rolling, *read});
        }
        at_ = start;
      }
    }
    for (const auto& [spelling, kind] :
         {std::pair<std::u32string_view, Period::Kind>{U"last", Period::Kind::Previous},
          {U"this", Period::Kind::This}}) {
      if (lower(first) == spelling) {
        at_ = start + spelling.size();
        blanks();
        const std::u32string unit = word(at_);
        for (const Unit candidate :
             {Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year}) {
          if (encode(lower(unit)) == calendar_name(candidate)) {
            at_ += unit.size();
            return to_text(Period{kind, {0, candidate}});
          }
        }
        at_ = start;
      }
    }
    return std::nullopt;
  }

  Answer call(const std::string& name) {
    std::string out = name + "(";
    if (take(U")")) {
      return leaf(out + ")");
    }
    std::size_t count = 0;
    do {
      const auto text = argument();
      if (!text.has_value()) {
        return std::nullopt;
      }
      out += (count++ == 0 ? "" : ", ") + *text;
    } while (take(U","));
    return take(U")") ? Answer(leaf(out + ")")) : std::nullopt;
  }

  std::optional<std::string> argument() {
    blanks();
    const std::u32string text = word(at_);
    const std::size_t start = at_;
    if (is_literal(text)) {
      at_ += text.size();
      blanks();
      if (peek() == U',' || peek() == U')') {
        return encode(text);
      }
      at_ = start;
    }
    // A term that is the whole argument keeps the quotes of an option's name.
    if (auto term = named(true)) {
      blanks();
      if (peek() == U',' || peek() == U')') {
        return term->text();
      }
    }
    at_ = start;
    const auto condition = any();
    return condition.has_value() ? std::optional<std::string>(condition->text()) : std::nullopt;
  }

  const std::u32string& text_;
  std::size_t at_ = 0;
};

}  // namespace tagline::dsl
