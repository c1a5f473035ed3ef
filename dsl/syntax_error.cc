#include "dsl/syntax_error.h"

#include "dsl/checker.h"
#include "dsl/literal.h"
#include "dsl/message.h"
#include "dsl/print.h"
#include "dsl/surroundings.h"
#include "dsl/syntax_words.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <functional>

namespace tagline::dsl {
namespace {

class Worder {
 public:
  explicit Worder(const SyntaxFault& context)
      : context_(context), around_(context.scanned), fault_(*context.parsed.fault) {}

  [[nodiscard]] Diagnostic diagnostic() {
    return compose(fault_.code, Severity::Error, fault_.span, words());
  }

 private:
  [[nodiscard]] Wording words() {
    struct Entry {
      std::string_view code;
      Wording (*words)(
          Worder&);  // not a member pointer: g++ 12 takes its virtual case for uninitialised
    };
    static constexpr Entry kEntries[] = {
        {"too-long", [](Worder& w) { return w.limit(); }},
        {"too-deep", [](Worder& w) { return w.limit(); }},
        {"too-many-terms", [](Worder& w) { return w.limit(); }},
        {"too-many-values", [](Worder& w) { return w.limit(); }},
        {"bad-utf8", [](Worder& w) { return w.bad_utf8(); }},
        {"bad-char", [](Worder& w) { return w.bad_char(); }},
        {"bad-escape", [](Worder& w) { return w.bad_escape(); }},
        {"unclosed-quote", [](Worder& w) { return w.unclosed_quote(); }},
        {"expected-term", [](Worder& w) { return w.expected_term(); }},
        {"expected-value", [](Worder& w) { return w.expected_value(); }},
        {"expected-argument", [](Worder& w) { return w.expected_argument(); }},
        {"expected-name", [](Worder& w) { return w.expected_name(); }},
        {"missing-operator", [](Worder& w) { return w.missing_operator(); }},
        {"missing-comma", [](Worder& w) { return w.missing_comma(); }},
        {"unexpected-char", [](Worder& w) { return w.unexpected_char(); }},
        {"unexpected-close", [](Worder& w) { return w.unexpected_close(); }},
        {"unclosed-paren", [](Worder& w) { return w.unclosed_paren(); }},
        {"bad-operator", [](Worder& w) { return w.bad_operator(); }},
        {"list-not-allowed", [](Worder& w) { return w.list_not_allowed(); }},
        {"literal-not-condition", [](Worder& w) { return w.literal(); }},
        {"wildcard-in-name", [](Worder& w) { return w.wildcard(); }}};
    for (const Entry& entry : kEntries) {
      if (entry.code == fault_.code) {
        return entry.words(*this);
      }
    }
    return {"", "empty+write", {}, {}};  // empty
  }

  [[nodiscard]] std::string found() const { return around_.typed(fault_.span); }
  [[nodiscard]] bool at_end() const { return fault_.span.begin >= around_.size(); }

  [[nodiscard]] Wording limit() {
    const Limits& limits = context_.options.limits;
    std::uint32_t value = limits.list_values;
    if (fault_.code == "too-long") {
      value = limits.code_points;
    } else if (fault_.code == "too-deep") {
      value = limits.depth;
    } else if (fault_.code == "too-many-terms") {
      value = limits.terms;
    }
    return {"",
            std::string(fault_.code) + "+less",
            {slot("limit", with_separators(value)), slot("count", with_separators(fault_.count))},
            {}};
  }

  [[nodiscard]] Wording bad_utf8() {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const std::string byte = {kHex[(fault_.count >> 4U) & 15U], kHex[fault_.count & 15U]};
    return {"", "bad-utf8+save", {slot("byte", byte)}, {}};
  }

  [[nodiscard]] Wording bad_char() { return words_for_bad_char(context_.scanned, fault_.span); }

  [[nodiscard]] Wording bad_escape() {
    return {"", "bad-escape+use", {slot("found", found())}, {}};
  }

  [[nodiscard]] Wording unclosed_quote() {
    return words_for_unclosed_quote(context_.scanned, fault_.span);
  }

  /// The operator or bracket before the fault, as typed; empty at the start.
  [[nodiscard]] Span token_before() const {
    const std::uint32_t end = around_.back_over_blanks(fault_.span.begin);
    if (end == 0) {
      return {0, 0};
    }
    const Span word = around_.word_to(end);
    if (word.begin < word.end) {
      return word;
    }
    const char32_t last = around_.at(end - 1);
    const bool doubled = end > 1 && (last == U'&' || last == U'|') && around_.at(end - 2) == last;
    return {end - (doubled ? 2 : 1), end};
  }

  [[nodiscard]] Wording expected_term() {
    const Span before = token_before();
    const std::string op = around_.typed(before);
    Wording words;
    words.slots = {slot("operator", op), slot("found", found())};
    const bool in_empty_brackets =
        around_.at(before.begin) == U'(' && around_.at(fault_.span.begin) == U')';
    if (at_end()) {
      words.message = "expected-term/end";
      words.hint = "expected-term+add";
      words.fixes = {remove(before)};
    } else if (in_empty_brackets) {
      words.message = "expected-term/brackets";
      words.hint = "expected-term+brackets";
      words.fixes = {remove({before.begin, fault_.span.end})};
    } else if (around_.at(fault_.span.begin) == U'-') {
      words.hint = "expected-term+dash";
    } else if (is_keyword(around_.folded(fault_.span))) {
      words.hint = before.end == 0 ? "expected-term+keyword" : "expected-term+twice";
      words.fixes = {remove(fault_.span)};
    } else {
      words.hint = before.end == 0 ? "expected-term+start" : "expected-term+add";
    }
    return words;
  }

  [[nodiscard]] Wording expected_value() { return words_for_missing_value(context_, fault_.span); }

  [[nodiscard]] std::string function_around() const {
    const auto open = around_.enclosing_bracket(fault_.span.begin);
    return open.has_value() ? around_.typed(around_.word_to(*open)) : "";
  }

  [[nodiscard]] Wording expected_argument() {
    const std::string name = function_around();
    const Function* function = find_function(name);
    const bool after_comma = around_.at(around_.back_over_blanks(fault_.span.begin) - 1) == U',';
    Wording words{"", "", {slot("function", name), slot("found", found())}, {}};
    if (after_comma && is_comparison_char(around_.at(fault_.span.begin)) && function != nullptr &&
        function->id == FunctionId::Did) {
      const bool chinese = function->zh == name;
      const std::string count = chinese ? "次数" : "count";
      const bool touches = around_.at(fault_.span.begin) == U':';
      const std::string rest =
          (touches ? "" : " ") +
          around_.typed({fault_.span.begin,
                         around_.condition_from(around_.skip_blanks(fault_.span.end)).end});
      words.message = "expected-argument/compared";
      words.hint = "expected-argument+count";
      words.slots.push_back(slot("better", "count" + rest, "次数" + rest));
      words.fixes = {insert_at(fault_.span.begin, count + (touches ? "" : " "))};
    } else if (after_comma) {
      const std::uint32_t comma = around_.back_over_blanks(fault_.span.begin) - 1;
      words.hint = "expected-argument+comma";
      words.fixes = {remove({comma, comma + 1})};
    } else if (function != nullptr) {
      words.hint = "arity+example";
      words.slots.push_back(
          slot("example", function->zh == name ? function->example_zh : function->example_en));
    } else {
      words.hint = "expected-argument+close";
    }
    return words;
  }

  [[nodiscard]] Wording expected_name() {
    return {
        "",
        context_.names.catalogue().segments.empty() ? "expected-name+write" : "expected-name+list",
        {slot("list", first_segments())},
        {}};
  }

  [[nodiscard]] std::vector<std::string> first_segments() const {
    constexpr std::size_t kListedMax = 6;
    std::vector<std::string> list;
    for (const Segment& segment : context_.names.catalogue().segments) {
      if (list.size() < kListedMax) {
        list.push_back("@" + write_name(segment.name));
      }
    }
    return list;
  }

  [[nodiscard]] Wording missing_operator() {
    return words_for_missing_operator(context_, fault_.span);
  }

  [[nodiscard]] Wording missing_comma() {
    if (auto words = words_for_one_thing(context_, fault_.span)) {
      return *words;
    }
    const auto open = around_.enclosing_bracket(fault_.span.begin);
    const bool in_call = open.has_value() && *open > 0 && around_.word_to(*open).begin < *open;
    const bool keyword = is_keyword(around_.folded(fault_.span));
    return {in_call ? "missing-comma/argument" : "",
            keyword ? "missing-comma+keyword" : "missing-comma+put",
            {slot("right", found())},
            {keyword ? change_to(fault_.span, ",")
                     : insert_at(around_.back_over_blanks(fault_.span.begin), ",")}};
  }

  [[nodiscard]] Wording unexpected_char() { return words_for_unexpected(context_, fault_.span); }

  [[nodiscard]] Wording unexpected_close() { return {"", "+delete-it", {}, {remove(fault_.span)}}; }

  [[nodiscard]] Wording unclosed_paren() {
    return {
        "", "unclosed-paren+add", {}, {insert_at(around_.back_over_blanks(around_.size()), ")")}};
  }

  [[nodiscard]] Wording bad_operator() {
    const std::string better = around_.at(fault_.span.begin + 1) == U'<' ? "<=" : ">=";
    return {"",
            "+write",
            {slot("found", found()), slot("better", better)},
            {change_to(fault_.span, better)}};
  }

  [[nodiscard]] Wording list_not_allowed() {
    const Span head = head_of_value(around_, fault_.span.begin).value_or(Span{0, 0});
    const Span name = around_.word_from(head.begin);
    return {"",
            "list-not-allowed+is",
            {slot("operator", operator_before(around_, fault_.span.begin)),
             slot("better", around_.typed(name) + ":" +
                                around_.typed(around_.condition_from(fault_.span.begin)))},
            {}};
  }

  [[nodiscard]] Wording literal() { return words_for_literal(context_, fault_.span); }

  [[nodiscard]] Wording wildcard() { return {"", "wildcard-in-name+write", {}, {}}; }

  const SyntaxFault& context_;
  Surroundings around_;
  const Fault& fault_;
};

}  // namespace

Diagnostic syntax_error(const SyntaxFault& fault) {
  Worder worder(fault);
  return worder.diagnostic();
}

}  // namespace tagline::dsl
