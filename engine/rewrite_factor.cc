// What several alternatives have in common is asked once.
//
//   (a AND b) OR (a AND c) = a AND (b OR c)
//
// The factor that most alternatives share goes first, with all else those alternatives share; ties
// go to the one written first. One group an Or and visit: later rounds of rewrite() find the next.
#include "engine/rewrite_passes.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace tagline::engine {
namespace {

using Factors = std::vector<NodeId>;

std::optional<NodeId> most_shared(const Plan& plan, const std::vector<NodeId>& alternatives) {
  std::unordered_map<NodeId, std::size_t> uses;
  std::optional<NodeId> best;
  std::size_t best_uses = 1;
  for (const NodeId id : alternatives) {
    const Node& node = plan.at(id);
    if (node.op != Op::And) {
      continue;
    }
    // A factor repeated in one alternative is still shared by one only.
    for (const NodeId factor :
         std::unordered_set<NodeId>(node.operands.begin(), node.operands.end())) {
      ++uses[factor];
    }
  }
  for (const NodeId id : alternatives) {
    if (plan.at(id).op == Op::And) {
      for (const NodeId factor : plan.at(id).operands) {
        if (uses.at(factor) > best_uses) {
          best = factor;
          best_uses = uses.at(factor);
        }
      }
    }
  }
  return best;
}

bool has(const Factors& factors, NodeId factor) {
  return std::find(factors.begin(), factors.end(), factor) != factors.end();
}

NodeId factor_or(Plan& plan, Node node) {
  const std::optional<NodeId> shared = most_shared(plan, node.operands);
  if (!shared.has_value()) {
    return plan.add(std::move(node));
  }
  std::vector<NodeId> group;
  std::vector<NodeId> others;
  for (const NodeId id : node.operands) {
    const bool in = plan.at(id).op == Op::And && has(plan.at(id).operands, *shared);
    (in ? group : others).push_back(id);
  }
  Factors common = plan.at(group.front()).operands;
  for (const NodeId id : group) {
    const std::unordered_set<NodeId> mine(plan.at(id).operands.begin(), plan.at(id).operands.end());
    std::erase_if(common, [&](NodeId factor) { return !mine.contains(factor); });
  }
  const std::unordered_set<NodeId> taken(common.begin(), common.end());
  std::vector<NodeId> rests;
  for (const NodeId id : group) {
    Factors rest = plan.at(id).operands;
    std::erase_if(rest, [&](NodeId factor) { return taken.contains(factor); });
    // An alternative that is nothing but the common factors leaves everyone: it absorbs the others.
    rests.push_back(plan.all_of(rest));
  }
  common.push_back(plan.any_of(rests));
  const NodeId factored = plan.all_of(common);
  if (others.empty()) {
    return factored;
  }
  others.push_back(factored);
  return plan.any_of(others);
}

NodeId factor_node(Plan& plan, Node node) {
  return node.op == Op::Or ? factor_or(plan, std::move(node)) : plan.add(std::move(node));
}

}  // namespace

NodeId factor(Plan& plan, NodeId root, const Budget* budget) {
  return plan.has(Op::Or) && plan.has(Op::And) ? rewrite_nodes(plan, root, budget, factor_node)
                                               : root;
}

}  // namespace tagline::engine
