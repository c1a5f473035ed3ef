// Constants, and operators that are another in disguise.
//
//   a AND nothing = nothing      a OR everyone = everyone      NOT nothing = everyone
//   a AND everyone = a           a OR nothing = a              NOT everyone = nothing
//   a \ nothing = a              a \ everyone = nothing        nothing \ a = nothing
//   at_least(k <= 0) = everyone  at_least(k > n) = nothing     at_least(1, ..) = or    at_least(n
//   of n) = and at_least(k, everyone, ..) = at_least(k - 1, ..)            at_least(k, nothing, ..)
//   = at_least(k, ..)      sample of 0 = nothing      sample of all = everyone
//   [low > high] = nothing       [all numbers] = the users who have one
#include "engine/rewrite_passes.h"

#include <algorithm>
#include <limits>

namespace tagline::engine {
namespace {

// Magnitudes are below 2^63 (engine/layout.h), so this is the lowest number a user can have.
constexpr std::int64_t kLowest = -std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

constexpr std::uint64_t kWholeShare = std::numeric_limits<std::uint64_t>::max();

bool is(const Plan& plan, NodeId id, Op op) {
  return plan.at(id).op == op;
}

bool any_is(const Plan& plan, std::span<const NodeId> operands, Op op) {
  return std::any_of(operands.begin(), operands.end(), [&](NodeId id) { return is(plan, id, op); });
}

void drop(const Plan& plan, std::vector<NodeId>& operands, Op op) {
  std::erase_if(operands, [&](NodeId id) { return is(plan, id, op); });
}

NodeId fold_difference(Plan& plan, Node node) {
  const NodeId from = node.operands.front();
  std::vector<NodeId> without(node.operands.begin() + 1, node.operands.end());
  drop(plan, without, Op::Nothing);
  if (is(plan, from, Op::Nothing) || any_is(plan, without, Op::Everyone)) {
    return plan.nothing();
  }
  return without.empty() ? from : plan.difference(from, without);
}

NodeId fold_at_least(Plan& plan, Node node) {
  const auto before = static_cast<std::int64_t>(node.operands.size());
  drop(plan, node.operands, Op::Everyone);
  const auto certain = before - static_cast<std::int64_t>(node.operands.size());
  drop(plan, node.operands, Op::Nothing);
  const auto size = static_cast<std::int64_t>(node.operands.size());
  if (node.low <= certain) {
    return plan.everyone();
  }
  const std::int64_t k = node.low - certain;
  if (k > size) {
    return plan.nothing();
  }
  if (k == 1) {
    return plan.any_of(node.operands);
  }
  return k == size ? plan.all_of(node.operands) : plan.at_least(k, node.operands);
}

NodeId fold_node(Plan& plan, Node node) {
  switch (node.op) {
    case Op::And:
      if (any_is(plan, node.operands, Op::Nothing)) {
        return plan.nothing();
      }
      drop(plan, node.operands, Op::Everyone);
      return plan.all_of(node.operands);
    case Op::Or:
      if (any_is(plan, node.operands, Op::Everyone)) {
        return plan.everyone();
      }
      drop(plan, node.operands, Op::Nothing);
      return plan.any_of(node.operands);
    case Op::Not:
      if (is(plan, node.operands.front(), Op::Nothing)) {
        return plan.everyone();
      }
      return is(plan, node.operands.front(), Op::Everyone) ? plan.nothing()
                                                           : plan.add(std::move(node));
    case Op::Difference:
      return fold_difference(plan, std::move(node));
    case Op::AtLeast:
      return fold_at_least(plan, std::move(node));
    case Op::Range:
      if (node.low > node.high) {
        return plan.nothing();
      }
      return node.low <= kLowest && node.high == kHighest ? plan.row({node.row.field, kExistsRow})
                                                          : plan.add(std::move(node));
    case Op::SampleShare:
      if (node.share == 0) {
        return plan.nothing();
      }
      return node.share == kWholeShare ? plan.everyone() : plan.add(std::move(node));
    case Op::Nothing:
    case Op::Everyone:
    case Op::Row:
    case Op::Did:
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike:
      return plan.add(std::move(node));
  }
  return plan.add(std::move(node));
}

}  // namespace

NodeId fold(Plan& plan, NodeId root, const Budget* budget) {
  return rewrite_nodes(plan, root, budget, fold_node);
}

}  // namespace tagline::engine
