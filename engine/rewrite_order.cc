// Operands of And by how many users they have, fewest first: the first decides how soon shards and
// blocks are given up, and nested parts run only for users that are left. (O'Neil and Quass; PISA's
// "sort by increasing frequency".)
//
//   a AND b = b AND a
//
// Rows are known exactly, from stored cardinalities; what is built from them is guessed:
//   |a AND b| <= min, |a OR b| <= sum, |NOT a| = population - |a|, |a \ b| <= |a|, |range| <= users
//   with the number, |at least k of n| <= sum / k, |top n| <= n. What people did is not guessed.
#include "engine/rewrite_passes.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace tagline::engine {
namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

// A row costs a look-up a shard. Of a wide node so many operands are looked at and the rest taken
// to be like them.
constexpr std::size_t kSampleMax = 8;

class Estimates {
 public:
  Estimates(const Plan& plan, const Source& source) : plan_(plan), source_(source) {}

  std::uint64_t of(NodeId root);

 private:
  std::uint64_t of_row(RowKey key) const { return source_.cardinality(key).value_or(kUnknown); }
  std::uint64_t known(NodeId id) const {
    const auto found = users_.find(id);
    return found == users_.end() ? kUnknown : found->second;
  }
  std::uint64_t sum(const Node& node) const;
  std::uint64_t compute(const Node& node) const;
  static std::size_t sampled(const Node& node) {
    return node.op == Op::Or || node.op == Op::AtLeast ? std::min(node.operands.size(), kSampleMax)
                                                       : node.operands.size();
  }

  const Plan& plan_;
  const Source& source_;
  std::unordered_map<NodeId, std::uint64_t> users_;
};

std::uint64_t Estimates::sum(const Node& node) const {
  const std::size_t size = sampled(node);
  std::uint64_t users = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t part = known(node.operands[i]);
    if (part == kUnknown) {
      return kUnknown;
    }
    users += part;
  }
  // At most 2^32 users an operand, so no overflow for any plan that compiles.
  return size == 0 ? 0 : users * node.operands.size() / size;
}

std::uint64_t Estimates::compute(const Node& node) const {
  switch (node.op) {
    case Op::Nothing:
      return 0;
    case Op::Everyone:
      return of_row(kPopulationRow);
    case Op::Row:
      return of_row(node.row);
    case Op::Range:
      return of_row({node.row.field, kExistsRow});
    case Op::And: {
      std::uint64_t least = kUnknown;
      for (const NodeId id : node.operands) {
        least = std::min(least, known(id));
      }
      return least;
    }
    case Op::Or:
      return sum(node);
    case Op::Not: {
      const std::uint64_t population = of_row(kPopulationRow);
      const std::uint64_t inside = known(node.operands.front());
      return inside > population ? population : population - inside;
    }
    case Op::Difference:
      return known(node.operands.front());
    case Op::AtLeast: {
      const std::uint64_t all = sum(node);
      return all == kUnknown || node.low <= 0 ? kUnknown
                                              : all / static_cast<std::uint64_t>(node.low);
    }
    case Op::Did:
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
      return kUnknown;
    case Op::SampleShare: {
      const std::uint64_t population = of_row(kPopulationRow);
      return population == kUnknown ? kUnknown
                                    : population / 256 * (node.share >> 56U) + population / 256;
    }
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike:
      return static_cast<std::uint64_t>(std::max<std::int64_t>(node.low, 0));
  }
  return kUnknown;
}

// Walks only what the estimate asks for, with a stack of its own: plans nest deeper than the
// machine's may.
std::uint64_t Estimates::of(NodeId root) {
  std::vector<NodeId> open{root};
  while (!open.empty()) {
    const NodeId id = open.back();
    const Node& node = plan_.at(id);
    const std::size_t before = open.size();
    if (!users_.contains(id)) {
      const std::size_t wanted = node.op == Op::Difference ? 1 : sampled(node);
      for (std::size_t i = 0; i < wanted; ++i) {
        if (!users_.contains(node.operands[i])) {
          open.push_back(node.operands[i]);
        }
      }
      if (open.size() != before) {
        continue;
      }
      users_.emplace(id, compute(node));
    }
    open.pop_back();
  }
  return users_.at(root);
}

}  // namespace

NodeId order(Plan& plan, NodeId root, const Source* source, const Budget* budget) {
  if (source == nullptr || !plan.has(Op::And)) {
    return root;
  }
  Estimates estimates(plan, *source);
  const auto is_and = [](Op op) { return op == Op::And; };
  return rewrite_nodes(plan, root, budget, is_and, [&](Plan& into, Node node) {
    std::vector<std::pair<std::uint64_t, NodeId>> ranked;
    for (const NodeId id : node.operands) {
      ranked.emplace_back(estimates.of(id), id);
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(ranked.begin(), ranked.end(), node.operands.begin(),
                   [](const auto& rank) { return rank.second; });
    return into.add(std::move(node));
  });
}

}  // namespace tagline::engine
