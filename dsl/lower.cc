#include "dsl/lower.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::dsl {
namespace {

using engine::Node;
using engine::NodeId;
using engine::Op;
using engine::Plan;

/// FNV-1a over the bytes, then the finaliser of SplitMix64, whose every output bit depends on every
/// input bit. Samples that people have kept depend on it: it may not change.
[[nodiscard]] std::uint64_t seed_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char byte : text) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
  }
  hash = (hash ^ (hash >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  hash = (hash ^ (hash >> 27U)) * 0x94D049BB133111EBULL;
  return hash ^ (hash >> 31U);
}

[[nodiscard]] std::int64_t people(std::uint64_t amount) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(amount, INT64_MAX));
}

class Lowering {
 public:
  explicit Lowering(Plan& plan) : plan_(plan) {}

  // Recursion is bounded: a bound tree is no deeper than the brackets of its text (Limits::depth),
  // and texts of segments are within each other no more than Limits::segment_depth.
  NodeId lower(const Bound& bound) {
    switch (bound.kind) {
      case BoundKind::Everyone:
        return plan_.everyone();
      case BoundKind::Rows:
      case BoundKind::Numbers:
        return values(bound);
      case BoundKind::And:
        return plan_.all_of(operands(bound));
      case BoundKind::Or:
        return plan_.any_of(operands(bound));
      case BoundKind::Not:
        return plan_.negate(lower(bound.operands.front()));
      case BoundKind::AtLeast:
        return plan_.at_least(bound.threshold, operands(bound));
      case BoundKind::Did:
        return did(bound);
      case BoundKind::Sequence:
        return sequence(bound);
      case BoundKind::Top:
      case BoundKind::Bottom:
        return ranked(bound);
      case BoundKind::SampleShare:
      case BoundKind::SampleSize:
        return sample(bound);
      case BoundKind::Lookalike:
        return lookalike(bound);
      case BoundKind::Segment:
        return segment(bound);
      case BoundKind::List:
        return plan_.row({bound.field, engine::kFlagRow});
      case BoundKind::Nothing:
      case BoundKind::Foreign:  // never from a runnable catalogue (lower.h)
        break;
    }
    return plan_.nothing();
  }

 private:
  [[nodiscard]] std::vector<NodeId> operands(const Bound& bound) {
    std::vector<NodeId> ids;
    ids.reserve(bound.operands.size());
    for (const Bound& operand : bound.operands) {
      ids.push_back(lower(operand));
    }
    return ids;
  }

  [[nodiscard]] NodeId values(const Bound& bound) {
    std::vector<NodeId> ids;
    ids.reserve(bound.rows.size() + bound.intervals.size());
    for (const engine::RowId row : bound.rows) {
      ids.push_back(plan_.row({bound.field, row}));
    }
    // Intervals are closed here and in the plan: nothing to convert.
    for (const Interval& interval : bound.intervals) {
      ids.push_back(plan_.range(bound.field, interval.low, interval.high));
    }
    if (!bound.differs) {
      return plan_.any_of(ids);
    }
    // `!=`: has a value, and none of these.
    const NodeId known = plan_.row({bound.field, engine::kExistsRow});
    return ids.empty() ? known : plan_.difference(known, ids);
  }

  [[nodiscard]] static Node of_events(Op op, const Bound& bound) {
    Node node;
    node.op = op;
    node.window = bound.window;
    for (const BoundEvent& step : bound.steps) {
      node.steps.push_back(step.series);
    }
    return node;
  }

  [[nodiscard]] NodeId streak(const Bound& bound, std::int64_t days) {
    Node node = of_events(days <= 1 ? Op::Did : Op::Streak, bound);
    node.low = days <= 1 ? 0 : days;
    return plan_.add(std::move(node));
  }

  // The longest run lies in [a, b] = runs of a days, without runs of b + 1 days.
  [[nodiscard]] NodeId streaks(const Bound& bound, const MeasureTest& test) {
    std::vector<NodeId> ids;
    for (const Interval& interval : test.intervals) {
      const NodeId long_enough = streak(bound, interval.low);
      if (interval.high == kNumberMax) {
        ids.push_back(long_enough);
        continue;
      }
      const NodeId too_long = streak(bound, interval.high + 1);
      ids.push_back(plan_.difference(long_enough, std::span(&too_long, 1)));
    }
    return plan_.any_of(ids);
  }

  [[nodiscard]] NodeId measure(const Bound& bound, const MeasureTest& test) {
    if (test.intervals.empty()) {
      return plan_.nothing();
    }
    // Who did it at all did it once or more, on one day or more, and has a sum.
    const Interval& first = test.intervals.front();
    const std::int64_t least = test.measure == Measure::Sum ? kNumberMin : 1;
    if (first.low <= least && first.high == kNumberMax) {
      return plan_.add(of_events(Op::Did, bound));
    }
    if (test.measure == Measure::Streak) {
      return streaks(bound, test);
    }
    const Op op = test.measure == Measure::Count
                      ? Op::EventCount
                      : (test.measure == Measure::Days ? Op::EventDays : Op::EventSum);
    Node node = of_events(op, bound);
    node.intervals = test.intervals;
    return plan_.add(std::move(node));
  }

  [[nodiscard]] NodeId did(const Bound& bound) {
    if (bound.window.first > bound.window.last) {
      return plan_.nothing();
    }
    if (bound.measures.empty()) {
      return plan_.add(of_events(Op::Did, bound));
    }
    std::vector<NodeId> ids;
    for (const MeasureTest& test : bound.measures) {
      ids.push_back(measure(bound, test));
    }
    return plan_.all_of(ids);
  }

  [[nodiscard]] NodeId sequence(const Bound& bound) {
    if (bound.window.first > bound.window.last) {
      return plan_.nothing();
    }
    Node node = of_events(Op::Sequence, bound);
    node.gap_min = bound.gap_min;
    node.gap_max = bound.gap_max;
    return plan_.add(std::move(node));
  }

  [[nodiscard]] NodeId ranked(const Bound& bound) {
    Node node;
    node.op = bound.kind == BoundKind::Top ? Op::Top : Op::Bottom;
    node.row.field = bound.field;
    node.low = people(bound.amount);
    node.operands = operands(bound);
    return plan_.add(std::move(node));
  }

  [[nodiscard]] NodeId sample(const Bound& bound) {
    Node node;
    node.seed = seed_of(bound.seed);
    if (bound.kind == BoundKind::SampleSize) {
      node.op = Op::SampleSize;
      node.low = people(bound.amount);
      node.operands = operands(bound);
      return plan_.add(std::move(node));
    }
    node.op = Op::SampleShare;
    node.share = bound.share;
    std::vector<NodeId> ids = operands(bound);
    ids.push_back(plan_.add(std::move(node)));
    return plan_.all_of(ids);
  }

  [[nodiscard]] NodeId lookalike(const Bound& bound) {
    Node node;
    node.op = Op::Lookalike;
    node.low = people(bound.amount);
    node.features = bound.features;
    node.operands = operands(bound);
    return plan_.add(std::move(node));
  }

  /// Each rule once, however often it is named.
  [[nodiscard]] NodeId segment(const Bound& bound) {
    if (bound.rule == nullptr) {
      return plan_.nothing();
    }
    if (const auto found = rules_.find(bound.rule.get()); found != rules_.end()) {
      return found->second;
    }
    const NodeId id = lower(*bound.rule);
    rules_.emplace(bound.rule.get(), id);
    return id;
  }

  Plan& plan_;
  std::unordered_map<const Bound*, NodeId> rules_;
};

}  // namespace

NodeId lower(const Bound& bound, Plan& plan) {
  return Lowering(plan).lower(bound);
}

}  // namespace tagline::dsl
