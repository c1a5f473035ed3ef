// The passes of engine/rewrite.h, one a file. Each takes the plan and a root and returns the root
// of an equal plan: the root it was given when the budget, which may be null, runs out on the way.
#pragma once

#include "engine/below.h"
#include "engine/budget.h"
#include "engine/plan.h"
#include "engine/source.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tagline::engine {

NodeId flatten(Plan& plan, NodeId root, const Budget* budget);
NodeId fold(Plan& plan, NodeId root, const Budget* budget);
NodeId absorb(Plan& plan, NodeId root, const Budget* budget);
NodeId merge_ranges(Plan& plan, NodeId root, const Budget* budget);
NodeId factor(Plan& plan, NodeId root, const Budget* budget);
NodeId push_not(Plan& plan, NodeId root, const Budget* budget);
/// `source` may be null: then nothing changes. So with order.
NodeId complement(Plan& plan, NodeId root, const Source* source, const Budget* budget);
NodeId order(Plan& plan, NodeId root, const Source* source, const Budget* budget);

/// Whether the query must stop. A look at the clock; nodes may have thousands of operands, so it is
/// asked before each.
[[nodiscard]] inline bool used_up(const Budget* budget) {
  return budget != nullptr && !budget->check().has_value();
}

/// Rebuilds the plan below `root` from the leaves up. `rule(plan, node)` is given each node with
/// its operands already rewritten and returns what stands for it. No recursion: operands have
/// smaller ids than their node, so one walk over the ids meets them in order, and each shared node
/// once.
/// `concerns(op)` says which nodes the rule can change; others are taken as they are (with new
/// operands), and rows always, without a copy or a look-up.
template <class Concerns, class Rule>
NodeId rewrite_nodes(Plan& plan, NodeId root, const Budget* budget, Concerns concerns, Rule rule) {
  const Below below(plan, root);
  std::vector<NodeId> now(below.ids().size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    const NodeId id = below.ids()[i];
    const Node& old = plan.at(id);
    const bool concerned = old.op != Op::Row && concerns(old.op);
    if (!concerned && std::all_of(old.operands.begin(), old.operands.end(), [&](NodeId operand) {
          return now[below.index(operand)] == operand;
        })) {
      now[i] = id;
      continue;
    }
    if (used_up(budget)) {
      return root;
    }
    Node node = old;
    for (NodeId& operand : node.operands) {
      operand = now[below.index(operand)];
    }
    now[i] = concerned ? rule(plan, std::move(node)) : plan.add(std::move(node));
  }
  return now.back();
}

template <class Rule>
NodeId rewrite_nodes(Plan& plan, NodeId root, const Budget* budget, Rule rule) {
  return rewrite_nodes(
      plan, root, budget, [](Op /*op*/) { return true; }, rule);
}

}  // namespace tagline::engine
