#include "engine/sharing.h"

#include <algorithm>

namespace tagline::engine {
namespace {

bool is_leaf(Op op) {
  return op == Op::Nothing || op == Op::Everyone || op == Op::Row;
}

// One instruction, but one that reads hundreds of rows.
bool is_dear(Op op) {
  return op >= Op::Did && op <= Op::SampleShare;
}

}  // namespace

// A sample tells users of no row apart, so that blocks without rows are run when there is one
// (Program::samples), and what is said of it here is not used.
bool Sharing::selects_without_rows(const Node& node) const {
  const auto holds = [&](NodeId id) { return facts(id).on_nothing; };
  const auto& operands = node.operands;
  switch (node.op) {
    case Op::Nothing:
    case Op::Row:
    case Op::Range:
    case Op::Did:
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
    case Op::SampleShare:
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike:
      return false;
    case Op::Everyone:
      return true;
    case Op::And:
      return std::all_of(operands.begin(), operands.end(), holds);
    case Op::Or:
      return std::any_of(operands.begin(), operands.end(), holds);
    case Op::Not:
      return !holds(operands.front());
    case Op::Difference:
      return holds(operands.front()) && std::none_of(operands.begin() + 1, operands.end(), holds);
    case Op::AtLeast:
      return std::count_if(operands.begin(), operands.end(), holds) >= node.low;
  }
  return false;
}

// One pass for uses, one up for what follows from operands (which have smaller ids).
Sharing::Sharing(const Plan& plan, std::span<const NodeId> roots)
    : below_(plan, roots), facts_(below_.ids().size()) {
  for (const NodeId root : roots) {
    facts(root).is_root = true;
  }
  for (const NodeId id : below_.ids()) {
    for (const NodeId operand : plan.at(id).operands) {
      ++facts(operand).uses;
    }
  }
  for (const NodeId id : below_.ids()) {
    Facts& own = facts(id);
    const Node& node = plan.at(id);
    own.size = is_dear(node.op) ? kRecomputeMax + 1 : 1;
    for (const NodeId operand : node.operands) {
      const Facts& below = facts(operand);
      own.size += below.kept ? 1 : below.size;
      own.depth = std::max(own.depth, below.kept ? 0 : below.depth + 1);
    }
    own.on_nothing = selects_without_rows(node);
    // A root that is part of another is wanted twice: for itself, and there.
    const bool shared = own.uses + (own.is_root ? 1 : 0) > 1 && !is_leaf(node.op);
    const bool worth = kept_ids_.size() < kKeptCheap || own.size > kRecomputeMax;
    own.kept = own.uses > 0 && ((shared && worth) || own.depth >= kNestingMax);
    if (own.kept) {
      kept_ids_.push_back(id);
    }
  }
}

}  // namespace tagline::engine
