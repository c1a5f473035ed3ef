// Below: the nodes of a plan that lie below a root, or several.
#pragma once

#include "engine/plan.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace tagline::engine {

/// The roots and all below them, by ascending id: operands before their nodes. Costs O(their
/// number), however large the rest of the plan is (beyond 1,024 nodes); no recursion.
class Below {
 public:
  Below(const Plan& plan, NodeId root) : Below(plan, std::span(&root, 1)) {}
  Below(const Plan& plan, std::span<const NodeId> roots);

  [[nodiscard]] const std::vector<NodeId>& ids() const { return ids_; }
  /// Where a node stands in `ids`. REQUIRES: it is there.
  [[nodiscard]] std::size_t index(NodeId id) const {
    return dense_.empty() ? index_.at(id) : dense_[id];
  }

 private:
  bool add(NodeId id);

  std::vector<NodeId> ids_;
  /// By id; of plans that are not large.
  std::vector<std::uint32_t> dense_;
  std::unordered_map<NodeId, std::uint32_t> index_;  ///< of others
};

}  // namespace tagline::engine
