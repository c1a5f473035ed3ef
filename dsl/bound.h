// Bound: an expression whose names are resolved to fields and rows, whose numbers are scaled and
// whose dates are days. A value; it can be lowered as a whole or node by node (dsl/lower.h), so
// that explain may count every node.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/events.h"
#include "engine/interval.h"
#include "engine/layout.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tagline::dsl {

/// Both ends included, as in the language.
using engine::Interval;

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
  Did,      ///< steps[0] in `window`, and all `measures`
  Sequence,
  Top,  ///< operand 0: among whom; the `amount` users with the largest number of `field`
  Bottom,
  SampleShare,  ///< operand 0: among whom; `share` of 2^64 of them
  SampleSize,   ///< `amount` of them
  Lookalike,    ///< the `amount` people most like operand 0 and outside it
  Segment,      ///< `@name`: `rule` is what the segment's own text says; its spans are of that text
  List,         ///< `@name` of a static list: row {field, kFlagRow}
  Foreign,      ///< a segment of a catalogue file that gives its name only: nothing to run
};

/// What a did(...) measures over its window, and what it must come to.
enum class Measure : std::uint8_t { Count, Days, Streak, Sum };
struct MeasureTest {
  Measure measure = Measure::Count;
  std::vector<Interval> intervals;  ///< as Bound::intervals; Sum: scaled by the event's scale
  friend bool operator==(const MeasureTest&, const MeasureTest&) = default;
};

/// An event as written in did and sequence, resolved.
struct BoundEvent {
  engine::FieldId event = 0;  ///< the event's own field
  engine::SeriesSet series;   ///< the event's field, or the fields of the keys
  friend bool operator==(const BoundEvent&, const BoundEvent&) = default;
};

struct Bound {
  BoundKind kind = BoundKind::Nothing;
  Span span;  ///< of the text this node came from
  engine::FieldId field = 0;
  bool differs = false;             ///< Rows, Numbers: `!=`: has a value, and none of these
  std::vector<engine::RowId> rows;  ///< ascending, no repeats
  std::vector<Interval> intervals;  ///< ascending by low, none touches or overlaps the next
  std::int64_t threshold = 0;
  std::string text;  ///< Foreign: canonical text; Segment, List: the name as stored
  /// Segment. Shared by every place that names the segment: segments that name others twice,
  /// sixteen deep, would be 65,536 copies. Whoever walks through it remembers the pointers already
  /// seen.
  std::shared_ptr<const Bound> rule;

  std::vector<BoundEvent> steps;      ///< Did: one; Sequence: two or more
  engine::DayWindow window;           ///< Did, Sequence: `in`, resolved; all days without one
  bool windowed = false;              ///< `in` was written
  std::vector<MeasureTest> measures;  ///< Did; one a measure, in the order written
  engine::DayGap gap_min;             ///< Sequence
  std::optional<engine::DayGap> gap_max;
  std::uint64_t amount = 0;              ///< Top, Bottom, SampleSize, Lookalike
  std::uint64_t share = 0;               ///< SampleShare; 2^64 - 1: all
  std::string share_text;                ///< SampleShare: as written, "10%"
  std::string seed;                      ///< SampleShare, SampleSize; empty: the database's own
  std::vector<engine::RowKey> features;  ///< Lookalike, as engine::Node::features
  /// Span empty: nobody wrote it (everyone, in `sample(10%)`).
  std::vector<Bound> operands;
};

/// The same condition, wherever it was written (spans do not count). Segments are the same when
/// their names are.
[[nodiscard]] bool same_condition(const Bound& a, const Bound& b);
/// Everybody who meets `a` meets `b`, as far as the two nodes show: values within values, windows
/// within windows. False when in doubt.
[[nodiscard]] bool implies(const Bound& a, const Bound& b);

}  // namespace tagline::dsl
