// The passes of engine/rewrite.h, one a file. Each takes the plan and a root and returns the root
// of an equal plan.
#pragma once

#include "engine/below.h"
#include "engine/plan.h"
#include "engine/source.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tagline::engine {

NodeId flatten(Plan& plan, NodeId root);
NodeId fold(Plan& plan, NodeId root);
NodeId absorb(Plan& plan, NodeId root);
NodeId merge_ranges(Plan& plan, NodeId root);
NodeId factor(Plan& plan, NodeId root);
NodeId push_not(Plan& plan, NodeId root);
/// `source` may be null: then nothing changes. So with order.
NodeId complement(Plan& plan, NodeId root, const Source* source);
NodeId order(Plan& plan, NodeId root, const Source* source);

/// Rebuilds the plan below `root` from the leaves up. `rule(plan, node)` is given each node with
/// its operands already rewritten and returns what stands for it. No recursion: operands have
/// smaller ids than their node, so one walk over the ids meets them in order, and each shared node
/// once.
/// `concerns(op)` says which nodes the rule can change; others are taken as they are (with new
/// operands), and rows always, without a copy or a look-up.
template <class Concerns, class Rule>
NodeId rewrite_nodes(Plan& plan, NodeId root, Concerns concerns, Rule rule) {
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
    Node node = old;
    for (NodeId& operand : node.operands) {
      operand = now[below.index(operand)];
    }
    now[i] = concerned ? rule(plan, std::move(node)) : plan.add(std::move(node));
  }
  return now.back();
}

template <class Rule>
NodeId rewrite_nodes(Plan& plan, NodeId root, Rule rule) {
  return rewrite_nodes(
      plan, root, [](Op /*op*/) { return true; }, rule);
}

}  // namespace tagline::engine
