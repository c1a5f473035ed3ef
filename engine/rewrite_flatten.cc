// Nested operators of one kind become one with many operands, which the executor runs in one pass
// over the data.
//
//   a AND (b AND c) = a AND b AND c        a OR (b OR c) = a OR b OR c
//   NOT NOT a = a                          (a \ b) \ c = a \ (b OR c)
//
// A chain is gathered once, at its outermost node; gathering at every level would copy n operands n
// times.
#include "engine/rewrite_passes.h"

#include <unordered_set>

namespace tagline::engine {
namespace {

// Nodes wanted as such: the root, and operands of a node of another kind. By their place in
// `below`.
std::vector<bool> outermost(const Plan& plan, const Below& below) {
  std::vector<bool> wanted(below.ids().size());
  wanted.back() = true;
  for (const NodeId id : below.ids()) {
    for (const NodeId operand : plan.at(id).operands) {
      if (plan.at(operand).op != plan.at(id).op) {
        wanted[below.index(operand)] = true;
      }
    }
  }
  return wanted;
}

// Operands of the chain of `op` nodes that hangs from `id`, in written order. A shared link counts
// once: both operators are idempotent.
std::vector<NodeId> chain(const Plan& plan, NodeId id, const Below& below,
                          const std::vector<NodeId>& now) {
  const Op op = plan.at(id).op;
  std::vector<NodeId> operands;
  std::unordered_set<NodeId> links;
  std::vector<NodeId> open{id};
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    if (plan.at(at).op != op) {
      // What a rule has made of an operand may be of this kind again.
      const NodeId made = now[below.index(at)];
      const std::vector<NodeId> single{made};
      const auto& parts = plan.at(made).op == op ? plan.at(made).operands : single;
      operands.insert(operands.end(), parts.begin(), parts.end());
    } else if (links.insert(at).second) {
      const std::vector<NodeId>& next = plan.at(at).operands;
      open.insert(open.end(), next.rbegin(), next.rend());
    }
  }
  return operands;
}

NodeId flatten_other(Plan& plan, Node node) {
  if (node.op == Op::Not && plan.at(node.operands.front()).op == Op::Not) {
    return plan.at(node.operands.front()).operands.front();
  }
  if (node.op == Op::Difference && plan.at(node.operands.front()).op == Op::Difference) {
    std::vector<NodeId> operands = plan.at(node.operands.front()).operands;
    operands.insert(operands.end(), node.operands.begin() + 1, node.operands.end());
    node.operands = std::move(operands);
  }
  return plan.add(std::move(node));
}

}  // namespace

NodeId flatten(Plan& plan, NodeId root, const Budget* budget) {
  const Below below(plan, root);
  const std::vector<bool> wanted = outermost(plan, below);
  std::vector<NodeId> now(below.ids().size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (used_up(budget)) {
      return root;
    }
    const NodeId id = below.ids()[i];
    const Op op = plan.at(id).op;
    if (op == Op::And || op == Op::Or) {
      if (wanted[i]) {
        const std::vector<NodeId> operands = chain(plan, id, below, now);
        now[i] = op == Op::And ? plan.all_of(operands) : plan.any_of(operands);
      }
      continue;
    }
    Node node = plan.at(id);
    for (NodeId& operand : node.operands) {
      operand = now[below.index(operand)];
    }
    now[i] = flatten_other(plan, std::move(node));
  }
  return now.back();
}

}  // namespace tagline::engine
