// Tree: an expression as written, with a span on every node. Knows nothing of any catalogue; the
// checker (dsl/check.h) turns it into a Bound.
#pragma once

#include "dsl/diagnostic.h"
#include "dsl/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::dsl {

/// A name or a value as it stands in the text: folded (dsl/unicode.h) unless it was quoted, then
/// unescaped.
struct Word {
  std::string text;
  bool quoted = false;  ///< plain text: no range, no wildcard, no period, no keyword
  Span span;
};

/// What may follow `:` or a comparison: a word, or a period (`last 7d`, 上月).
struct TermValue {
  Word word;  ///< for a period: the text as typed
  std::optional<Period> period;
  Span span;
};

enum class Comparison : std::uint8_t {
  None,  ///< the name stands alone: `vip`
  Is,    ///< `:` `=` `==`; `city:(a, b)` is any of them
  IsNot,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
};

enum class TreeKind : std::uint8_t {
  And,       ///< two or more operands, none of them an And
  Or,        ///< two or more operands, none of them an Or
  Not,       ///< one operand, not a Not
  Everyone,  ///< `*`
  Segment,   ///< `@name`
  Term,      ///< `name`, `name:value`, `name >= value`
  Call,      ///< `name(operands)`; options are Terms
  Literal,   ///< a number, date or length; only directly under a Call
};

struct Tree {
  TreeKind kind = TreeKind::Everyone;
  Span span;               ///< without brackets around the whole node
  bool bracketed = false;  ///< brackets were written around it
  Word name;               ///< Segment, Term, Call; Literal: its text
  Comparison comparison = Comparison::None;
  Span comparison_span;           ///< the operator as typed
  std::vector<TermValue> values;  ///< Term: one or more unless comparison is None
  std::vector<Tree> operands;
};

}  // namespace tagline::dsl
