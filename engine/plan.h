// Plan: what to compute, as a value. It names rows and holds no bitmap, so one plan may run on any
// source, and could be translated for another engine.
#pragma once

#include "engine/events.h"
#include "engine/interval.h"
#include "engine/layout.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
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

  // Events (engine/events.h). All speak of users with at least one event in the window.
  Did,         ///< any event of steps[0] within `window`
  EventDays,   ///< number of distinct days with an event of steps[0] lies in one of `intervals`
  EventCount,  ///< number of events of steps[0] ...
  EventSum,    ///< total amount (scaled) of the events of steps[0] ...
  Streak,      ///< an event of steps[0] on `low` or more consecutive days, all within `window`
  Sequence,  ///< days d1 <= d2 <= ... within `window`, steps[i] done on day di; a step that occurs
             ///< n times takes n events; after(d1, gap_min) <= last day <= after(d1, gap_max)

  // Per user, without rows.
  SampleShare,  ///< hash(user, seed) < share (engine/sample.h); everybody when share is 2^64 - 1

  // Sets that are decided over all users at once, before the program runs. One operand: among whom.
  Top,         ///< the `low` users with the largest number of row.field; ties: lowest index
  Bottom,      ///< ... with the smallest
  SampleSize,  ///< the `low` users with the smallest hash(user, seed)
  Lookalike,   ///< the `low` users outside operand 0 most like it (engine/lookalike.h); `features`
};

using NodeId = std::uint32_t;

struct Node {
  Op op = Op::Nothing;
  RowKey row{};           ///< Row; Range uses row.field
  std::int64_t low = 0;   ///< Range, AtLeast (k), Streak, Top and its like (how many)
  std::int64_t high = 0;  ///< Range
  std::vector<NodeId> operands;

  std::vector<SeriesSet> steps;     ///< event ops: one, Sequence: two or more
  DayWindow window;                 ///< event ops
  std::vector<Interval> intervals;  ///< EventDays, EventCount, EventSum; ascending, apart
  DayGap gap_min;                   ///< Sequence
  std::optional<DayGap> gap_max;    ///< Sequence; nothing: any
  std::uint64_t seed = 0;           ///< SampleShare, SampleSize
  std::uint64_t share = 0;          ///< SampleShare
  std::vector<RowKey> features;  ///< Lookalike: rows; a number or date is {field, kNumberFeature}
  friend bool operator==(const Node&, const Node&) = default;
};

/// In Node::features: the field is a number or date, which is cut into ranges by its own spread.
inline constexpr RowId kNumberFeature = 0xFFFF'FFFFU;

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
  /// Any node, already well formed (the fields its op names, operands below it). Used by rewrites
  /// and for the ops of events and of whole sets.
  NodeId add(Node node);

  [[nodiscard]] const Node& at(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// Whether any node at all is of this kind. A look at one bit, for passes that would only walk.
  [[nodiscard]] bool has(Op op) const { return (ops_ >> static_cast<unsigned>(op) & 1U) != 0; }

 private:
  struct Place {
    std::uint32_t hash = 0;
    NodeId id = kNoNode;
  };
  static constexpr NodeId kNoNode = std::numeric_limits<NodeId>::max();

  /// The place of the node that `is` says yes to, else the free one where it belongs.
  template <class Is>
  Place& find(std::uint64_t hash, Is is);
  void grow();
  /// Makes the node just appended findable.
  NodeId note(Place& place, std::uint64_t hash);

  std::vector<Node> nodes_;
  /// Open addressing, at most half full: a plan of hundreds of rows is made for every wide or, and
  /// a map took an allocation a row.
  std::vector<Place> places_;
  std::uint32_t ops_ = 0;
};
static_assert(static_cast<unsigned>(Op::Lookalike) < 32);

/// The plan below `root` as indented text, one node a line, for explain and for tests. `name` says
/// what a row or a number field is called; by default "field/row".
using RowName = std::function<std::string(RowKey)>;
[[nodiscard]] std::string print(const Plan& plan, NodeId root, const RowName& name = {});

}  // namespace tagline::engine
