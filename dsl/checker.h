// The checker's parts, one a kind of thing: conditions, terms of each kind of tag, calls and their
// options. Each takes a tree that parsed, reports what is wrong with it, and gives the bound form
// (Nothing where it was wrong). Recursion is bounded by the brackets of the tree.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "dsl/check.h"
#include "dsl/check_segment.h"
#include "dsl/functions.h"
#include "dsl/names.h"
#include "dsl/number.h"
#include "dsl/report.h"
#include "dsl/scan.h"
#include "dsl/tree.h"
#include "dsl/word_meant.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

struct Checking {
  const Scanned& scanned;
  Names& names;
  const CheckOptions& options;
  Report& report;
  Segments& segments;
  std::uint32_t nesting = 0;         ///< texts of segments around this one: 1 in a definition
  std::uint64_t wildcard_tests = 0;  ///< so far, against the limit
  std::uint32_t lookalikes = 0;      ///< so far, against the limit

  /// The text of a span as typed.
  [[nodiscard]] std::string source(Span span) const;
};

[[nodiscard]] Bound check_condition(Checking& checking, const Tree& tree);
[[nodiscard]] Bound check_term(Checking& checking, const Tree& term);
[[nodiscard]] Bound check_call(Checking& checking, const Tree& call);
[[nodiscard]] Bound check_segment(Checking& checking, const Tree& reference);

/// Category and set tags.
[[nodiscard]] Bound check_names(Checking& checking, const Tree& term, const Tag& tag);
/// The values a wildcard stands for; `*` is any run of characters, any ASCII case.
[[nodiscard]] bool wildcard_matches(std::string_view pattern, std::string_view text);
/// The series of the keys that an event's term names: `view:beauty`, `view:(a, b)`, `view:b*`; for
/// `view:*` those of every key. Ascending. Empty when something was wrong, which has been reported.
[[nodiscard]] engine::SeriesSet check_keys(Checking& checking, const Tree& term,
                                           const Event& event);

/// What a number may be: a tag, or an option such as count.
struct NumberDomain {
  std::string name;
  unsigned scale = 0;
  bool fractions_allowed = false;
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> max;
  std::string unit;
  bool is_age = false;
  /// Of an option: the call with its window and no other option, "did(purchase, in:last 30d)";
  /// empty for a tag.
  std::string call;
  Span call_span;
  bool alone = false;  ///< of an option: the call measures nothing else
};
/// The values of a term as intervals of the real line; `everything`: `*` was among them.
struct Matched {
  std::vector<Interval> intervals;
  bool everything = false;
};
/// Empty when something was wrong and has been reported.
[[nodiscard]] std::optional<Matched> read_numbers(Checking& checking, const Tree& term,
                                                  const NumberDomain& domain);
[[nodiscard]] std::optional<Matched> read_dates(Checking& checking, const Tree& term);
/// 30且会员: `stuck` is the value taken apart.
[[nodiscard]] Wording words_for_stuck(const TermValue& value, const Stuck& stuck);
/// `last 3`: a period without its unit.
[[nodiscard]] Wording words_for_no_unit(const std::string& typed, Span span, std::uint32_t count);
/// Reports why `word` is not a number of the domain.
void report_not_a_number(Checking& checking, const TermValue& value, const NumberDomain& domain);

/// The event an argument names. Empty when something was wrong, which has been reported.
[[nodiscard]] std::optional<BoundEvent> check_event(Checking& checking, const Tree& argument,
                                                    const Function& function);

/// A call whose options are being read: they go into its bound form.
struct OptionPlace {
  const Tree& call;
  const Event* event = nullptr;  ///< of a did(...), when it is known
  Bound& bound;
};
/// Reads `option` as written in `term`. A window that takes in no day is left with its ends
/// reversed.
void check_option(Checking& checking, const Tree& term, const Option& option,
                  const OptionPlace& place);
/// `call` without its options, as typed: did(purchase).
[[nodiscard]] std::string bare_call(const Checking& checking, const Tree& call);

/// `text` begins with NOT: in brackets where, at `span`, a - or ! touches it.
[[nodiscard]] std::string after_sign(const Checking& checking, Span span, const std::string& text);

/// Findings that do not stop an expression. REQUIRES: `bound` is what `tree` was bound to, without
/// errors.
void warn(Checking& checking, const Tree& tree, const Bound& bound);

/// Calls `visit` with each operand and what it was bound to. Both are in the order of the text;
/// numbers and options of a call have no bound form, and what nobody wrote has no tree.
template <class Visit>
void for_each_operand(const Tree& tree, const Bound& bound, const Visit& visit) {
  auto operand = tree.operands.begin();
  for (const Bound& inner : bound.operands) {
    while (operand != tree.operands.end() && operand->span != inner.span) {
      ++operand;
    }
    if (operand == tree.operands.end()) {
      return;
    }
    visit(*operand++, inner);
  }
}

/// Of did and sequence: windows without days, windows that begin after today, more days asked for
/// than a window has.
void warn_days(Checking& checking, const Tree& call, const Bound& bound);
/// The first window in `tree` that begins after the data, `segment` being empty where it is not in
/// one that the tree names. REQUIRES: `bound` is what `tree` was bound to, without errors, and the
/// segments it names have been read.
[[nodiscard]] std::optional<AfterData> find_after_data(Checking& checking, const Tree& tree,
                                                       const Bound& bound);
/// Of a segment's rule: windows that begin after the data.
void warn_segment(Checking& checking, const Bound& segment);
/// `word` names `tag`.
void warn_deprecated(Checking& checking, const Tag& tag, const Word& word);

/// 数值, 日期, ...: what Chinese calls a literal of this kind.
[[nodiscard]] Slot kind_of_literal(std::string_view name, std::u32string_view word);
/// A text as a message shows it: an empty one as "".
[[nodiscard]] std::string shown(const std::string& text);
/// "tier1, tier2, ... and 12 more"; keywords are left out.
[[nodiscard]] Slot value_list(std::string_view name, const std::vector<Value>& values);
/// The comparison as it is written: ">=".
[[nodiscard]] std::string_view operator_text(Comparison comparison);
/// An example value of a tag, such as 18, 2024-01-01, tier1.
[[nodiscard]] std::string example_value(const Checking& checking, const Tag& tag);

}  // namespace tagline::dsl
