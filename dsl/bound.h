// Bound: an expression whose names are resolved to fields and rows, whose numbers are scaled and
// whose dates are days. A value; it can be lowered as a whole or node by node (dsl/lower.h), so
// that explain may count every node.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/layout.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tagline::dsl {

/// Both ends included, as in the language.
struct Interval {
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Sorted, with what touches or overlaps joined.
[[nodiscard]] std::vector<Interval> merged(std::vector<Interval> intervals);

/// The widest interval a stored number can fall into: |value| < 2^63 (engine/layout.h).
inline constexpr std::int64_t kNumberMax = INT64_MAX;
inline constexpr std::int64_t kNumberMin = -INT64_MAX;

enum class BoundKind : std::uint8_t {
  Nothing,  ///< can match nobody
  Everyone,
  Rows,     ///< in any of `rows` of `field`
  Numbers,  ///< the number of `field` lies in any of `intervals` (scaled; dates: days since 1970)
  And,
  Or,
  Not,
  AtLeast,  ///< in at least `threshold` of the operands
  Foreign,  ///< a function over events, or a segment: this version checks it and cannot run it.
            ///< Only from a catalogue that is not runnable.
};

struct Bound {
  BoundKind kind = BoundKind::Nothing;
  Span span;  ///< of the text this node came from
  engine::FieldId field = 0;
  bool differs = false;             ///< Rows, Numbers: `!=`: has a value, and none of these
  std::vector<engine::RowId> rows;  ///< ascending, no repeats
  std::vector<Interval> intervals;  ///< ascending by low, none touches or overlaps the next
  std::int64_t threshold = 0;
  std::string text;  ///< Foreign: canonical text
  std::vector<Bound> operands;
};

/// The same condition, wherever it was written (spans do not count).
[[nodiscard]] bool same_condition(const Bound& a, const Bound& b);

}  // namespace tagline::dsl
