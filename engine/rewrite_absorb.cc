// Repetition, contradiction and tautology.
//
//   a AND a = a               a OR a = a                a \ (a OR b) = nothing
//   a AND NOT a = nothing     a OR NOT a = everyone     a AND (b \ a) = nothing
//   a AND (a OR b) = a        a OR (a AND b) = a        a OR (a \ b) = a
//   (a OR b) \ b = a \ b      and so of the days of an event: those who did it on days 0 to 29 and
//                             not on days 0 to 6 did it on days 7 to 29 and not on days 0 to 6
#include "engine/rewrite_passes.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace tagline::engine {
namespace {

using NodeSet = std::unordered_set<NodeId>;

void drop_repeats(std::vector<NodeId>& operands) {
  NodeSet seen;
  std::erase_if(operands, [&](NodeId id) { return !seen.insert(id).second; });
}

// Whether some operand of the node, from `begin` on, is in the set.
bool shares(const Node& node, std::size_t begin, const NodeSet& set) {
  return std::any_of(node.operands.begin() + static_cast<std::ptrdiff_t>(begin),
                     node.operands.end(), [&](NodeId id) { return set.contains(id); });
}

NodeId absorb_and(Plan& plan, std::vector<NodeId> operands) {
  const NodeSet set(operands.begin(), operands.end());
  for (const NodeId id : operands) {
    const Node& node = plan.at(id);
    if ((node.op == Op::Not && shares(node, 0, set)) ||
        (node.op == Op::Difference && shares(node, 1, set))) {
      return plan.nothing();
    }
  }
  std::erase_if(operands,
                [&](NodeId id) { return plan.at(id).op == Op::Or && shares(plan.at(id), 0, set); });
  return plan.all_of(operands);
}

NodeId absorb_or(Plan& plan, std::vector<NodeId> operands) {
  const NodeSet set(operands.begin(), operands.end());
  for (const NodeId id : operands) {
    if (plan.at(id).op == Op::Not && shares(plan.at(id), 0, set)) {
      return plan.everyone();
    }
  }
  std::erase_if(operands, [&](NodeId id) {
    const Node& node = plan.at(id);
    return (node.op == Op::And && shares(node, 0, set)) ||
           (node.op == Op::Difference && set.contains(node.operands.front()));
  });
  return plan.any_of(operands);
}

/// What is left of the days when those of the other window are taken from an end; nothing: none.
/// Days in the middle stay.
std::optional<DayWindow> days_without(DayWindow days, DayWindow other) {
  if (other.first <= days.first && days.last <= other.last) {
    return std::nullopt;
  }
  if (other.first <= days.first && days.first <= other.last) {
    days.first = other.last + 1;
  } else if (other.last >= days.last && other.first <= days.last) {
    days.last = other.first - 1;
  }
  return days;
}

/// `id` among those in none of `without`: the same users, of fewer rows.
NodeId among_others(Plan& plan, NodeId id, const std::vector<NodeId>& without) {
  Node node = plan.at(id);
  if (node.op == Op::Or) {
    const NodeSet set(without.begin(), without.end());
    std::erase_if(node.operands, [&](NodeId operand) { return set.contains(operand); });
    return plan.any_of(node.operands);
  }
  if (node.op != Op::Did) {
    return id;
  }
  for (const NodeId other_id : without) {
    const Node& other = plan.at(other_id);
    if (other.op == Op::Did && other.steps == node.steps) {
      const auto left = days_without(node.window, other.window);
      if (!left.has_value()) {
        return plan.nothing();
      }
      node.window = *left;
    }
  }
  return plan.add(std::move(node));
}

NodeId absorb_difference(Plan& plan, Node node) {
  const NodeId from = node.operands.front();
  std::vector<NodeId> without(node.operands.begin() + 1, node.operands.end());
  drop_repeats(without);
  const NodeSet set(without.begin(), without.end());
  if (set.contains(from) || (plan.at(from).op == Op::And && shares(plan.at(from), 0, set))) {
    return plan.nothing();
  }
  if (plan.at(from).op != Op::And) {
    return plan.difference(among_others(plan, from, without), without);
  }
  std::vector<NodeId> all = plan.at(from).operands;
  for (NodeId& operand : all) {
    operand = among_others(plan, operand, without);
  }
  return plan.difference(plan.all_of(all), without);
}

NodeId absorb_node(Plan& plan, Node node) {
  if (node.op == Op::And || node.op == Op::Or) {
    drop_repeats(node.operands);
    return node.op == Op::And ? absorb_and(plan, std::move(node.operands))
                              : absorb_or(plan, std::move(node.operands));
  }
  return node.op == Op::Difference ? absorb_difference(plan, std::move(node))
                                   : plan.add(std::move(node));
}

}  // namespace

NodeId absorb(Plan& plan, NodeId root, const Budget* budget) {
  return rewrite_nodes(plan, root, budget, absorb_node);
}

}  // namespace tagline::engine
