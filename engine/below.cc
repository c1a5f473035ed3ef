#include "engine/below.h"

#include <algorithm>

namespace tagline::engine {

Below::Below(const Plan& plan, std::span<const NodeId> roots) {
  for (const NodeId root : roots) {
    if (index_.emplace(root, 0).second) {
      ids_.push_back(root);
    }
  }
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    for (const NodeId operand : plan.at(ids_[i]).operands) {
      if (index_.emplace(operand, 0).second) {
        ids_.push_back(operand);
      }
    }
  }
  std::sort(ids_.begin(), ids_.end());
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    index_[ids_[i]] = i;
  }
}

}  // namespace tagline::engine
