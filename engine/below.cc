#include "engine/below.h"

#include <algorithm>
#include <limits>

namespace tagline::engine {
namespace {

// Plans of so many nodes are indexed by an array of all of them: 4 bytes each to clear, where a
// hash table takes 50 ns a node.
constexpr std::size_t kDenseMax = 1024;

constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();

}  // namespace

bool Below::add(NodeId id) {
  if (dense_.empty()) {
    return index_.emplace(id, 0).second;
  }
  if (dense_[id] != kUnseen) {
    return false;
  }
  dense_[id] = 0;
  return true;
}

Below::Below(const Plan& plan, std::span<const NodeId> roots) {
  if (plan.size() <= kDenseMax) {
    dense_.assign(plan.size(), kUnseen);
  }
  for (const NodeId root : roots) {
    if (add(root)) {
      ids_.push_back(root);
    }
  }
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    for (const NodeId operand : plan.at(ids_[i]).operands) {
      if (add(operand)) {
        ids_.push_back(operand);
      }
    }
  }
  std::sort(ids_.begin(), ids_.end());
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    (dense_.empty() ? index_[ids_[i]] : dense_[ids_[i]]) = static_cast<std::uint32_t>(i);
  }
}

}  // namespace tagline::engine
