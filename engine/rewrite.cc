#include "engine/rewrite.h"

#include "engine/rewrite_passes.h"

namespace tagline::engine {
namespace {

// A pass can make work for another; plans people write settle in two rounds.
constexpr int kRoundsMax = 4;

NodeId apply(Pass pass, Plan& plan, NodeId root, const Source* source) {
  switch (pass) {
    case Pass::Flatten:
      return flatten(plan, root);
    case Pass::Fold:
      return fold(plan, root);
    case Pass::Absorb:
      return absorb(plan, root);
    case Pass::MergeRanges:
      return merge_ranges(plan, root);
    case Pass::Factor:
      return factor(plan, root);
    case Pass::PushNot:
      return push_not(plan, root);
    case Pass::Order:
      return order(plan, root, source);
  }
  return root;
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
    case Pass::Order:
      return "order";
  }
  return {};
}

Rewritten rewrite(Plan& plan, NodeId root, const Source* source, const RewriteOptions& options) {
  Rewritten result{root, {}};
  for (int round = 0; round < kRoundsMax; ++round) {
    const NodeId before = result.root;
    for (std::size_t i = 0; i < kPassCount; ++i) {
      const auto pass = static_cast<Pass>(i);
      if (!options.enabled[i]) {
        continue;
      }
      const auto start = std::chrono::steady_clock::now();
      const NodeId after = apply(pass, plan, result.root, source);
      result.runs.push_back({pass, std::chrono::steady_clock::now() - start, after != result.root});
      result.root = after;
    }
    if (result.root == before) {
      break;
    }
  }
  return result;
}

}  // namespace tagline::engine
