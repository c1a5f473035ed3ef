#include "engine/plan.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::engine {
namespace {

// Many plans are of a few rows, and others of hundreds: nodes are large, so that moving them out of
// too small a place costs more than the room.
constexpr std::size_t kFirstNodes = 16;

std::size_t mix(std::size_t seed, std::uint64_t value) {
  return (seed ^ value) * 0x9E3779B97F4A7C15ULL + (seed >> 29U);
}

std::size_t mix(std::size_t seed, std::int64_t first, std::int64_t second) {
  return mix(mix(seed, static_cast<std::uint64_t>(first)), static_cast<std::uint64_t>(second));
}

// The fields that only the ops from Did on have. Lists are told apart by their lengths.
std::size_t mix_events(std::size_t hash, const Node& node) {
  for (const SeriesSet& step : node.steps) {
    hash = mix(hash, step.size() + std::uint64_t{1});
    for (const FieldId series : step) {
      hash = mix(hash, series);
    }
  }
  hash = mix(hash, node.window.first, node.window.last);
  for (const Interval& interval : node.intervals) {
    hash = mix(hash, interval.low, interval.high);
  }
  hash = mix(hash, node.gap_min.months, node.gap_min.days);
  if (node.gap_max.has_value()) {
    hash = mix(hash, node.gap_max->months, node.gap_max->days);
  }
  hash = mix(mix(hash, node.seed), node.share);
  for (const RowKey feature : node.features) {
    hash = mix(hash, std::hash<RowKey>{}(feature));
  }
  return hash;
}

// As hash_of of such a node.
std::size_t hash_of(RowKey row) {
  const std::size_t hash = mix(0, static_cast<std::uint64_t>(Op::Row));
  return mix(mix(hash, std::hash<RowKey>{}(row)), std::int64_t{0}, std::int64_t{0});
}

std::size_t hash_of(const Node& node) {
  std::size_t hash = mix(0, static_cast<std::uint64_t>(node.op));
  hash = mix(hash, std::hash<RowKey>{}(node.row));
  hash = mix(hash, static_cast<std::uint64_t>(node.low));
  hash = mix(hash, static_cast<std::uint64_t>(node.high));
  for (const NodeId operand : node.operands) {
    hash = mix(hash, operand + std::uint64_t{1});
  }
  if (node.op >= Op::Did) {
    hash = mix_events(hash, node);
  }
  return hash;
}

Node node_of(Op op, std::span<const NodeId> operands) {
  Node node;
  node.op = op;
  node.operands.assign(operands.begin(), operands.end());
  return node;
}

}  // namespace

NodeId Plan::nothing() {
  return add(node_of(Op::Nothing, {}));
}

NodeId Plan::everyone() {
  return add(node_of(Op::Everyone, {}));
}

NodeId Plan::row(RowKey key) {
  const std::size_t hash = hash_of(key);
  Place& place =
      find(hash, [key](const Node& node) { return node.op == Op::Row && node.row == key; });
  if (place.id != kNoNode) {
    return place.id;
  }
  if (nodes_.size() == nodes_.capacity()) {
    nodes_.reserve(std::max(kFirstNodes, 4 * nodes_.size()));
  }
  Node& node = nodes_.emplace_back();
  node.op = Op::Row;
  node.row = key;
  return note(place, hash);
}

NodeId Plan::range(FieldId field, std::int64_t low, std::int64_t high) {
  Node node = node_of(Op::Range, {});
  node.row.field = field;
  node.low = low;
  node.high = high;
  return add(std::move(node));
}

NodeId Plan::all_of(std::span<const NodeId> operands) {
  if (operands.size() < 2) {
    return operands.empty() ? everyone() : operands.front();
  }
  return add(node_of(Op::And, operands));
}

NodeId Plan::any_of(std::span<const NodeId> operands) {
  if (operands.size() < 2) {
    return operands.empty() ? nothing() : operands.front();
  }
  return add(node_of(Op::Or, operands));
}

NodeId Plan::negate(NodeId operand) {
  return add(node_of(Op::Not, std::array{operand}));
}

NodeId Plan::difference(NodeId from, std::span<const NodeId> without) {
  Node node = node_of(Op::Difference, std::array{from});
  node.operands.insert(node.operands.end(), without.begin(), without.end());
  return add(std::move(node));
}

NodeId Plan::at_least(std::int64_t k, std::span<const NodeId> operands) {
  Node node = node_of(Op::AtLeast, operands);
  node.low = k;
  return add(std::move(node));
}

NodeId Plan::add(Node node) {
  const std::size_t hash = hash_of(node);
  Place& place = find(hash, [&node](const Node& other) { return other == node; });
  if (place.id != kNoNode) {
    return place.id;
  }
  nodes_.push_back(std::move(node));
  return note(place, hash);
}

// The high half of a hash is the better mixed one. It says where to look first and is kept, so that
// nodes are compared only when they are most likely equal.
template <class Is>
Plan::Place& Plan::find(std::uint64_t hash, Is is) {
  if (places_.size() < 2 * (nodes_.size() + 1)) {
    grow();
  }
  const std::size_t mask = places_.size() - 1;
  const auto high = static_cast<std::uint32_t>(hash >> 32U);
  std::size_t at = high & mask;
  while (places_[at].id != kNoNode && (places_[at].hash != high || !is(nodes_[places_[at].id]))) {
    at = (at + 1) & mask;
  }
  return places_[at];
}

void Plan::grow() {
  constexpr std::size_t kFirst = 32;
  const std::vector<Place> before =
      std::exchange(places_, std::vector<Place>(std::max(2 * places_.size(), kFirst)));
  const std::size_t mask = places_.size() - 1;
  for (const Place& place : before) {
    if (place.id != kNoNode) {
      std::size_t at = place.hash & mask;
      while (places_[at].id != kNoNode) {
        at = (at + 1) & mask;
      }
      places_[at] = place;
    }
  }
}

NodeId Plan::note(Place& place, std::uint64_t hash) {
  place = {static_cast<std::uint32_t>(hash >> 32U), static_cast<NodeId>(nodes_.size() - 1)};
  ops_ |= std::uint32_t{1} << static_cast<unsigned>(nodes_.back().op);
  return place.id;
}

}  // namespace tagline::engine
