// Negation becomes subtraction: a \ b needs no population, and runs only where a has users.
//
//   a AND NOT b = a \ b                     NOT a AND NOT b = NOT (a OR b)
//   a AND (b \ c) = (a AND b) \ c           a \ NOT b = a AND b
//   a \ (b OR c) = a \ b \ c                everyone \ a = NOT a
//   NOT a OR NOT b = NOT (a AND b)
#include "engine/rewrite_passes.h"

namespace tagline::engine {
namespace {

struct Terms {
  std::vector<NodeId> with;
  std::vector<NodeId> without;
};

void take_away(const Plan& plan, NodeId id, Terms& terms) {
  const Node& node = plan.at(id);
  if (node.op == Op::Not) {
    terms.with.push_back(node.operands.front());
  } else if (node.op == Op::Or) {
    terms.without.insert(terms.without.end(), node.operands.begin(), node.operands.end());
  } else {
    terms.without.push_back(id);
  }
}

void add(const Plan& plan, NodeId id, Terms& terms) {
  const Node& node = plan.at(id);
  if (node.op == Op::Not) {
    take_away(plan, node.operands.front(), terms);
  } else if (node.op == Op::Difference) {
    terms.with.push_back(node.operands.front());
    terms.without.insert(terms.without.end(), node.operands.begin() + 1, node.operands.end());
  } else {
    terms.with.push_back(id);
  }
}

NodeId build(Plan& plan, const Terms& terms) {
  if (terms.without.empty()) {
    return plan.all_of(terms.with);
  }
  const bool of_everyone = terms.with.empty() || (terms.with.size() == 1 &&
                                                  plan.at(terms.with.front()).op == Op::Everyone);
  return of_everyone ? plan.negate(plan.any_of(terms.without))
                     : plan.difference(plan.all_of(terms.with), terms.without);
}

NodeId push_or(Plan& plan, Node node) {
  std::vector<NodeId> negated;
  std::vector<NodeId> others;
  for (const NodeId id : node.operands) {
    if (plan.at(id).op == Op::Not) {
      negated.push_back(plan.at(id).operands.front());
    } else {
      others.push_back(id);
    }
  }
  if (negated.size() < 2) {
    return plan.add(std::move(node));
  }
  others.push_back(plan.negate(plan.all_of(negated)));
  return plan.any_of(others);
}

NodeId push_node(Plan& plan, Node node) {
  Terms terms;
  if (node.op == Op::And) {
    for (const NodeId id : node.operands) {
      add(plan, id, terms);
    }
    return build(plan, terms);
  }
  if (node.op == Op::Difference) {
    add(plan, node.operands.front(), terms);
    for (std::size_t i = 1; i < node.operands.size(); ++i) {
      take_away(plan, node.operands[i], terms);
    }
    return build(plan, terms);
  }
  return node.op == Op::Or ? push_or(plan, std::move(node)) : plan.add(std::move(node));
}

}  // namespace

NodeId push_not(Plan& plan, NodeId root, const Budget* budget) {
  return plan.has(Op::Not) || plan.has(Op::Difference)
             ? rewrite_nodes(plan, root, budget, push_node)
             : root;
}

}  // namespace tagline::engine
