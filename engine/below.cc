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
  ids_.reserve(std::min(plan.size(), kDenseMax));
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
  if (dense_.empty()) {
    std::sort(ids_.begin(), ids_.end());
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      index_[ids_[i]] = static_cast<std::uint32_t>(i);
    }
    return;
  }
  ids_.clear();
  for (NodeId id = 0; id < dense_.size(); ++id) {
    if (dense_[id] != kUnseen) {
      dense_[id] = static_cast<std::uint32_t>(ids_.size());
      ids_.push_back(id);
    }
  }
}

}  // namespace tagline::engine
