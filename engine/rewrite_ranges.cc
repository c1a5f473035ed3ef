// Ranges of one number.
//
//   [a, b] AND [c, d] = [max(a, c), min(b, d)]
//   [a, b] OR [c, d] = [min(a, c), max(b, d)]      where they overlap or touch
//   [a, b] AND has a number = [a, b]               [a, b] OR has a number = has a number
//
// A range selects only users who have the number, so its complement is no range and is left alone.
// That a field has a range proves it to be a number, and so its row 0 to be "has a number"
// (engine/layout.h).
#include "engine/rewrite_passes.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_set>

namespace tagline::engine {
namespace {

using Interval = std::pair<std::int64_t, std::int64_t>;  // both ends included

std::map<FieldId, std::vector<Interval>> intervals_of(const Plan& plan,
                                                      const std::vector<NodeId>& operands) {
  std::map<FieldId, std::vector<Interval>> fields;
  for (const NodeId id : operands) {
    const Node& node = plan.at(id);
    if (node.op == Op::Range) {
      fields[node.row.field].emplace_back(node.low, node.high);
    }
  }
  return fields;
}

bool is_existence_of_any(const Node& node, const std::map<FieldId, std::vector<Interval>>& fields) {
  return node.op == Op::Row && node.row.row == kExistsRow && fields.contains(node.row.field);
}

std::vector<Interval> intersected(const std::vector<Interval>& intervals) {
  Interval all = intervals.front();
  for (const auto& [low, high] : intervals) {
    all = {std::max(all.first, low), std::min(all.second, high)};
  }
  return {all};
}

std::vector<Interval> united(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end());
  std::vector<Interval> merged;
  for (const auto& [low, high] : intervals) {
    if (low > high) {
      continue;
    }
    const bool meets =
        !merged.empty() && (merged.back().second == std::numeric_limits<std::int64_t>::max() ||
                            low <= merged.back().second + 1);
    if (meets) {
      merged.back().second = std::max(merged.back().second, high);
    } else {
      merged.emplace_back(low, high);
    }
  }
  return merged;
}

// Puts the merged ranges of a field where its first range stood.
NodeId merge_node(Plan& plan, Node node) {
  if (node.op != Op::And && node.op != Op::Or) {
    return plan.add(std::move(node));
  }
  const auto fields = intervals_of(plan, node.operands);
  const bool conjunction = node.op == Op::And;
  std::unordered_set<FieldId> whole;  // fields with "has a number" among the operands of an Or
  for (const NodeId id : node.operands) {
    if (!conjunction && is_existence_of_any(plan.at(id), fields)) {
      whole.insert(plan.at(id).row.field);
    }
  }
  std::unordered_set<FieldId> done;
  std::vector<NodeId> operands;
  for (const NodeId id : node.operands) {
    const Node operand = plan.at(id);
    if (operand.op != Op::Range) {
      if (!conjunction || !is_existence_of_any(operand, fields)) {
        operands.push_back(id);
      }
      continue;
    }
    const FieldId field = operand.row.field;
    if (whole.contains(field) || !done.insert(field).second) {
      continue;
    }
    const auto& intervals = fields.at(field);
    for (const auto& [low, high] : conjunction ? intersected(intervals) : united(intervals)) {
      operands.push_back(low > high ? plan.nothing() : plan.range(field, low, high));
    }
  }
  return conjunction ? plan.all_of(operands) : plan.any_of(operands);
}

}  // namespace

NodeId merge_ranges(Plan& plan, NodeId root, const Budget* budget) {
  return plan.has(Op::Range) ? rewrite_nodes(plan, root, budget, merge_node) : root;
}

}  // namespace tagline::engine
