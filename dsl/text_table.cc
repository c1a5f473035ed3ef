#include "dsl/text_table.h"

#include <array>

namespace tagline::dsl {

const TextRow& text_row(std::string_view key) {
  for (const auto& rows : {syntax_texts(), check_texts()}) {
    for (const TextRow& row : rows) {
      if (row.key == key) {
        return row;
      }
    }
  }
  static constexpr TextRow kNone{};
  return kNone;
}

std::span<const std::string_view> codes() {
  static constexpr std::array<std::string_view, 56> kCodes = {"too-long",
                                                              "bad-utf8",
                                                              "bad-char",
                                                              "unclosed-quote",
                                                              "bad-escape",
                                                              "too-deep",
                                                              "empty",
                                                              "expected-term",
                                                              "expected-value",
                                                              "expected-argument",
                                                              "expected-name",
                                                              "missing-operator",
                                                              "missing-comma",
                                                              "unexpected-char",
                                                              "unexpected-close",
                                                              "unclosed-paren",
                                                              "bad-operator",
                                                              "list-not-allowed",
                                                              "literal-not-condition",
                                                              "wildcard-in-name",
                                                              "too-many-terms",
                                                              "too-many-values",
                                                              "unknown-tag",
                                                              "unknown-value",
                                                              "unknown-event",
                                                              "unknown-segment",
                                                              "unknown-function",
                                                              "unknown-option",
                                                              "needs-value",
                                                              "flag-takes-no-value",
                                                              "event-not-condition",
                                                              "expected-event",
                                                              "type-mismatch",
                                                              "bad-number",
                                                              "bad-date",
                                                              "bad-duration",
                                                              "unit-error",
                                                              "bad-comparison",
                                                              "out-of-range",
                                                              "empty-range",
                                                              "arity",
                                                              "missing-option",
                                                              "duplicate-option",
                                                              "bad-option",
                                                              "no-amount",
                                                              "segment-cycle",
                                                              "segment-too-deep",
                                                              "segment-broken",
                                                              "mixed-and-or",
                                                              "never-true",
                                                              "always-true",
                                                              "includes-unknown",
                                                              "alone-not",
                                                              "duplicate",
                                                              "deprecated-tag",
                                                              "after-data"};
  return kCodes;
}

}  // namespace tagline::dsl
