#include "engine/rewrite.h"

#include "engine/rewrite_passes.h"

#include <algorithm>

namespace tagline::engine {
namespace {

// A pass can make work for another; plans people write settle in two rounds.
constexpr int kRoundsMax = 4;

NodeId apply(Pass pass, Plan& plan, NodeId root, const Source* source, const Budget* budget) {
  switch (pass) {
    case Pass::Flatten:
      return flatten(plan, root, budget);
    case Pass::Fold:
      return fold(plan, root, budget);
    case Pass::Absorb:
      return absorb(plan, root, budget);
    case Pass::MergeRanges:
      return merge_ranges(plan, root, budget);
    case Pass::Factor:
      return factor(plan, root, budget);
    case Pass::PushNot:
      return push_not(plan, root, budget);
    case Pass::Complement:
      return complement(plan, root, source, budget);
    case Pass::Order:
      return order(plan, root, source, budget);
  }
  return root;
}

// One operator over rows, all of them different: much of what is asked. No pass but the last two
// has anything to do there (tests/engine/rewrite_test.cc), and all of them looking twice took
// longer than such a query: 5 us for two rows, 200 for two hundred.
bool is_plain(const Plan& plan, NodeId root) {
  const Node& node = plan.at(root);
  if (node.op != Op::And && node.op != Op::Or && node.op != Op::Difference) {
    return false;
  }
  if (!std::all_of(node.operands.begin(), node.operands.end(),
                   [&](NodeId operand) { return plan.at(operand).op == Op::Row; })) {
    return false;
  }
  std::vector<NodeId> sorted = node.operands;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

}  // namespace

std::string_view name_of(Pass pass) {
  switch (pass) {
    case Pass::Flatten:
      return "flatten";
    case Pass::Fold:
      return "fold";
    case Pass::Absorb:
      return "absorb";
    case Pass::MergeRanges:
      return "merge_ranges";
    case Pass::Factor:
      return "factor";
    case Pass::PushNot:
      return "push_not";
    case Pass::Complement:
      return "complement";
    case Pass::Order:
      return "order";
  }
  return {};
}

Rewritten rewrite(Plan& plan, NodeId root, const Source* source, const RewriteOptions& options,
                  const Budget* budget) {
  Rewritten result{root, {}};
  const bool plain = is_plain(plan, root);
  result.runs.reserve(2 * kPassCount);
  auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < kRoundsMax; ++round) {
    const NodeId before = result.root;
    for (std::size_t i = 0; i < kPassCount; ++i) {
      const auto pass = static_cast<Pass>(i);
      if (!options.enabled[i] || (plain && pass != Pass::Order && pass != Pass::Complement)) {
        continue;
      }
      if (used_up(budget)) {
        return result;
      }
      const NodeId after = apply(pass, plan, result.root, source, budget);
      const auto end = std::chrono::steady_clock::now();
      result.runs.push_back({pass, end - start, after != result.root});
      result.root = after;
      start = end;
    }
    if (plain || result.root == before) {
      break;
    }
  }
  return result;
}

}  // namespace tagline::engine
