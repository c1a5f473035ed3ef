// Sharing: which nodes of a plan get a register that lives for a whole block, and which are
// computed where they are used.
//
// Kept are the first kKeptCheap of the shared nodes, and beyond those only the ones whose
// re-computation would take more than kRecomputeMax instructions. So registers stay few (they
// should fit the cache), and yet no sharing, however nested, can make the program longer than
// kRecomputeMax instructions an edge of the plan.
#pragma once

#include "engine/below.h"
#include "engine/plan.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

inline constexpr std::size_t kKeptCheap = 32;  // 8 KB each: a quarter of a 1 MB second-level cache
inline constexpr std::uint64_t kRecomputeMax = 64;  // instructions

/// Nodes nested deeper are kept even if unshared: bounds the recursion of the compiler, and the
/// registers in use.
inline constexpr std::uint32_t kNestingMax = 64;

class Sharing {
 public:
  Sharing(const Plan& plan, std::span<const NodeId> roots);

  /// REQUIRES: the node is below a root.
  [[nodiscard]] bool kept(NodeId id) const { return facts(id).kept; }
  /// The nodes below the roots.
  [[nodiscard]] const Below& below() const { return below_; }
  [[nodiscard]] const std::vector<NodeId>& kept_ids() const { return kept_ids_; }  ///< ascending
  /// Whether a node selects users that are in no row. REQUIRES: as above.
  [[nodiscard]] bool on_nothing(NodeId id) const { return facts(id).on_nothing; }

 private:
  struct Facts {
    std::uint32_t uses = 0;
    std::uint32_t depth = 0;  ///< of nested emission
    std::uint64_t size = 0;   ///< instructions to compute it, about
    bool kept = false;
    bool is_root = false;
    bool on_nothing = false;
  };
  Facts& facts(NodeId id) { return facts_[below_.index(id)]; }
  [[nodiscard]] const Facts& facts(NodeId id) const { return facts_[below_.index(id)]; }
  [[nodiscard]] bool selects_without_rows(const Node& node) const;

  const Below below_;
  std::vector<Facts> facts_;  ///< as below_.ids()
  std::vector<NodeId> kept_ids_;
};

}  // namespace tagline::engine
