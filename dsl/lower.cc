#include "dsl/lower.h"

#include <vector>

namespace tagline::dsl {
namespace {

using engine::NodeId;
using engine::Plan;

/// `!=`: has a value, and none of these.
[[nodiscard]] NodeId known_without(const Bound& bound, const std::vector<NodeId>& values,
                                   Plan& plan) {
  const NodeId known = plan.row({bound.field, engine::kExistsRow});
  return values.empty() ? known : plan.difference(known, values);
}

[[nodiscard]] NodeId lower_values(const Bound& bound, Plan& plan) {
  std::vector<NodeId> values;
  values.reserve(bound.rows.size() + bound.intervals.size());
  for (const engine::RowId row : bound.rows) {
    values.push_back(plan.row({bound.field, row}));
  }
  // Intervals are closed here and in the plan: nothing to convert.
  for (const Interval& interval : bound.intervals) {
    values.push_back(plan.range(bound.field, interval.low, interval.high));
  }
  return bound.differs ? known_without(bound, values, plan) : plan.any_of(values);
}

}  // namespace

// Recursion is bounded: a bound tree is no deeper than the brackets of its text (Limits::depth).
NodeId lower(const Bound& bound, Plan& plan) {
  std::vector<NodeId> operands;
  operands.reserve(bound.operands.size());
  for (const Bound& operand : bound.operands) {
    operands.push_back(lower(operand, plan));
  }
  switch (bound.kind) {
    case BoundKind::Everyone:
      return plan.everyone();
    case BoundKind::Rows:
    case BoundKind::Numbers:
      return lower_values(bound, plan);
    case BoundKind::And:
      return plan.all_of(operands);
    case BoundKind::Or:
      return plan.any_of(operands);
    case BoundKind::Not:
      return plan.negate(operands.front());
    case BoundKind::AtLeast:
      return plan.at_least(bound.threshold, operands);
    case BoundKind::Nothing:
    case BoundKind::Did:
    case BoundKind::Sequence:
    case BoundKind::Top:
    case BoundKind::Bottom:
    case BoundKind::SampleShare:
    case BoundKind::SampleSize:
    case BoundKind::Lookalike:
    case BoundKind::Segment:
    case BoundKind::List:
    case BoundKind::Foreign:  // never from a runnable catalogue (lower.h)
      break;
  }
  return plan.nothing();
}

}  // namespace tagline::dsl
