#include "dsl/bound.h"

#include <algorithm>

namespace tagline::dsl {

namespace {

[[nodiscard]] bool same_events(const Bound& a, const Bound& b) {
  return a.steps == b.steps && a.window == b.window && a.measures == b.measures &&
         a.gap_min == b.gap_min && a.gap_max == b.gap_max;
}

[[nodiscard]] bool same_choice(const Bound& a, const Bound& b) {
  return a.amount == b.amount && a.share == b.share && a.seed == b.seed;
}

[[nodiscard]] bool is_existence(const Bound& bound) {
  return bound.rows.size() == 1 && bound.rows.front() == engine::kExistsRow;
}

[[nodiscard]] bool within(const std::vector<Interval>& inner, const std::vector<Interval>& outer) {
  return std::all_of(inner.begin(), inner.end(), [&](const Interval& a) {
    return std::any_of(outer.begin(), outer.end(),
                       [&](const Interval& b) { return b.low <= a.low && a.high <= b.high; });
  });
}

[[nodiscard]] bool series_within(const engine::SeriesSet& inner, const BoundEvent& outer) {
  return outer.series == engine::SeriesSet{outer.event} ||
         std::includes(outer.series.begin(), outer.series.end(), inner.begin(), inner.end());
}

/// The least that whoever meets `test` comes to in `measure`, over the same days: a streak of three
/// days is three days, and three days are three times. Nothing when it says nothing of it.
[[nodiscard]] std::optional<std::int64_t> least_of(const MeasureTest& test, Measure measure) {
  const bool says =
      test.measure == measure || (test.measure != Measure::Sum && measure != Measure::Sum &&
                                  test.measure > measure);  // Count < Days < Streak
  return says && !test.intervals.empty() ? std::optional(test.intervals.front().low) : std::nullopt;
}

/// `same`: of the same series and days; otherwise `wanted` is asked of more of them, where only
/// what is no less for it still holds.
[[nodiscard]] bool measures_imply(const std::vector<MeasureTest>& given, const MeasureTest& wanted,
                                  bool same) {
  const bool is_least = wanted.measure != Measure::Sum && wanted.intervals.size() == 1 &&
                        wanted.intervals.front().high == kNumberMax;
  return std::any_of(given.begin(), given.end(), [&](const MeasureTest& test) {
    if (same && test.measure == wanted.measure && within(test.intervals, wanted.intervals)) {
      return true;
    }
    const auto least = least_of(test, wanted.measure);
    return is_least && least.has_value() && *least >= wanted.intervals.front().low;
  });
}

[[nodiscard]] bool did_within(const Bound& a, const Bound& b) {
  const bool same_event = a.steps.front().event == b.steps.front().event;
  const bool in_window = b.window.first <= a.window.first && a.window.last <= b.window.last;
  if (!same_event || !in_window || !series_within(a.steps.front().series, b.steps.front())) {
    return false;
  }
  const bool same = a.window == b.window && a.steps == b.steps;
  return std::all_of(b.measures.begin(), b.measures.end(), [&](const MeasureTest& wanted) {
    return measures_imply(a.measures, wanted, same);
  });
}

}  // namespace

// `features` are the catalogue's, the same for every lookalike of one check.
bool same_condition(const Bound& a, const Bound& b) {
  return a.kind == b.kind && a.field == b.field && a.differs == b.differs &&
         a.threshold == b.threshold && a.rows == b.rows && a.intervals == b.intervals &&
         a.text == b.text && same_events(a, b) && same_choice(a, b) &&
         std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                    same_condition);
}

bool implies(const Bound& a, const Bound& b) {
  if (b.kind == BoundKind::Everyone || a.kind == BoundKind::Nothing) {
    return true;
  }
  const bool of_values = a.kind == BoundKind::Rows || a.kind == BoundKind::Numbers;
  if (of_values && b.kind == BoundKind::Rows && a.field == b.field && !b.differs &&
      is_existence(b)) {
    return true;  // flags too: their row is the existence row
  }
  if (a.kind != b.kind || a.field != b.field || a.differs || b.differs) {
    return same_condition(a, b);
  }
  if (a.kind == BoundKind::Rows) {
    return !is_existence(a) &&
           std::includes(b.rows.begin(), b.rows.end(), a.rows.begin(), a.rows.end());
  }
  if (a.kind == BoundKind::Numbers) {
    return within(a.intervals, b.intervals);
  }
  return same_condition(a, b) || (a.kind == BoundKind::Did && did_within(a, b));
}

std::vector<Interval> merged(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.low < b.low; });
  std::vector<Interval> out;
  for (const Interval& next : intervals) {
    // high + 1 cannot overflow: an interval that reaches kNumberMax takes in every later one.
    if (!out.empty() && (out.back().high == kNumberMax || next.low <= out.back().high + 1)) {
      out.back().high = std::max(out.back().high, next.high);
    } else {
      out.push_back(next);
    }
  }
  return out;
}

}  // namespace tagline::dsl
