// Plan: what to compute, as a value. It names rows and holds no bitmap, so one plan may run on any
// source, and could be translated for another engine.
#pragma once

#include "engine/layout.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace tagline::engine {

enum class Op : std::uint8_t {
  Nothing,     ///< nobody
  Everyone,    ///< the population
  Row,         ///< the users of `row`
  Range,       ///< users whose number (field row.field) is in [low, high], both included
  And,         ///< users in all operands (two or more)
  Or,          ///< users in any operand (two or more)
  Not,         ///< the population without the operand
  Difference,  ///< users in the first operand and in none of the others
  AtLeast,     ///< users in at least `low` of the operands; equal operands count each time
};

using NodeId = std::uint32_t;

struct Node {
  Op op = Op::Nothing;
  RowKey row{};           ///< Row; Range uses row.field
  std::int64_t low = 0;   ///< Range, AtLeast (k)
  std::int64_t high = 0;  ///< Range
  std::vector<NodeId> operands;
  friend bool operator==(const Node&, const Node&) = default;
};

/// A graph of nodes, hash-consed: asking twice for the same node gives the same id, so equal
/// sub-expressions are one node and are computed once. Operands always have smaller ids than their
/// node. Builders do no simplification beyond that (that is engine/rewrite.h) except that And/Or of
/// one operand is that operand.
class Plan {
 public:
  NodeId nothing();
  NodeId everyone();
  NodeId row(RowKey key);
  NodeId range(FieldId field, std::int64_t low, std::int64_t high);
  NodeId all_of(std::span<const NodeId> operands);  ///< And; everyone() for none
  NodeId any_of(std::span<const NodeId> operands);  ///< Or; nothing() for none
  NodeId negate(NodeId operand);
  NodeId difference(NodeId from, std::span<const NodeId> without);
  NodeId at_least(std::int64_t k, std::span<const NodeId> operands);
  /// Any node, already well formed. Used by rewrites.
  NodeId add(Node node);

  [[nodiscard]] const Node& at(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

 private:
  std::vector<Node> nodes_;
  std::unordered_multimap<std::size_t, NodeId> by_hash_;
};

/// The plan below `root` as indented text, one node a line, for explain and for tests. `name` says
/// what a row or a number field is called; by default "field/row".
using RowName = std::function<std::string(RowKey)>;
[[nodiscard]] std::string print(const Plan& plan, NodeId root, const RowName& name = {});

}  // namespace tagline::engine
