#include "dsl/bound.h"

#include <algorithm>

namespace tagline::dsl {

bool same_condition(const Bound& a, const Bound& b) {
  return a.kind == b.kind && a.field == b.field && a.differs == b.differs &&
         a.threshold == b.threshold && a.rows == b.rows && a.intervals == b.intervals &&
         a.text == b.text &&
         std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                    same_condition);
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
