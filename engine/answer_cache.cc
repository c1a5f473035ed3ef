#include "engine/answer_cache.h"

#include "engine/below.h"

#include <functional>
#include <utility>

namespace tagline::engine {
namespace {

// Hashes of parts computed once; when there are more, all are forgotten, which costs a part one
// more computation.
constexpr std::size_t kPartsSeenMax = 1U << 14U;

std::size_t mix(std::size_t seed, std::uint64_t value) {
  return (seed ^ value) * 0x9E3779B97F4A7C15ULL + (seed >> 29U);
}

// Not every field: equality tells the rest apart.
std::size_t hash_of(const Node& node) {
  std::size_t hash = mix(static_cast<std::size_t>(node.op), std::hash<RowKey>{}(node.row));
  hash =
      mix(mix(hash, static_cast<std::uint64_t>(node.low)), static_cast<std::uint64_t>(node.high));
  for (const NodeId operand : node.operands) {
    hash = mix(hash, operand + std::uint64_t{1});
  }
  for (const SeriesSet& step : node.steps) {
    for (const FieldId series : step) {
      hash = mix(hash, series);
    }
  }
  hash = mix(mix(hash, static_cast<std::uint64_t>(node.window.first)),
             static_cast<std::uint64_t>(node.window.last));
  for (const Interval& interval : node.intervals) {
    hash = mix(mix(hash, static_cast<std::uint64_t>(interval.low)),
               static_cast<std::uint64_t>(interval.high));
  }
  return mix(mix(hash, node.seed), node.share);
}

std::size_t bytes_of(const Node& node) {
  std::size_t bytes = sizeof(Node) + node.operands.size() * sizeof(NodeId) +
                      node.intervals.size() * sizeof(Interval) +
                      node.features.size() * sizeof(RowKey);
  for (const SeriesSet& step : node.steps) {
    bytes += sizeof(step) + step.size() * sizeof(FieldId);
  }
  return bytes;
}

std::size_t bytes_of(const CachedAnswer& answer) {
  std::size_t bytes = sizeof(CachedAnswer) + answer.shards.size() * sizeof(CachedShard);
  if (answer.set != nullptr) {
    bytes += sizeof(ComputedRow) + answer.set->stamps.size() * sizeof(std::uint64_t);
    for (const auto& fragment : answer.set->shards) {
      bytes += sizeof(fragment) +
               (fragment == nullptr ? 0 : sizeof(Fragment) + fragment->payload_bytes());
    }
  }
  return bytes;
}

}  // namespace

PlanKey::PlanKey(const Plan& plan, NodeId root) {
  const Below below(plan, root);
  nodes_.reserve(below.ids().size());
  for (const NodeId id : below.ids()) {
    Node node = plan.at(id);
    for (NodeId& operand : node.operands) {
      operand = static_cast<NodeId>(below.index(operand));
    }
    hash_ = mix(hash_, hash_of(node));
    bytes_ += bytes_of(node);
    nodes_.push_back(std::move(node));
  }
}

std::shared_ptr<const CachedAnswer> AnswerCache::find(const PlanKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(&key);
  if (found == by_key_.end()) {
    ++misses_;
    return nullptr;
  }
  ++hits_;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->answer;
}

void AnswerCache::put(const PlanKey& key, CachedAnswer answer) {
  const std::size_t bytes = key.bytes() + bytes_of(answer) + sizeof(Kept);
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(&key); found != by_key_.end()) {
    drop(found->second);
  }
  if (bytes > bytes_max_) {
    return;
  }
  order_.push_front({key, std::make_shared<const CachedAnswer>(std::move(answer)), bytes});
  by_key_.emplace(&order_.front().key, order_.begin());
  bytes_ += bytes;
  while (bytes_ > bytes_max_) {
    drop(std::prev(order_.end()));
    ++forgotten_;
  }
}

void AnswerCache::drop(Order::iterator at) {
  bytes_ -= at->bytes;
  by_key_.erase(&at->key);
  order_.erase(at);
}

bool AnswerCache::comes_again(const PlanKey& part) {
  const std::lock_guard lock(mutex_);
  if (parts_seen_.size() >= kPartsSeenMax) {
    parts_seen_.clear();
  }
  return !parts_seen_.insert(part.hash()).second;
}

AnswerCache::Usage AnswerCache::usage() const {
  const std::lock_guard lock(mutex_);
  return {order_.size(), bytes_, bytes_max_, hits_, misses_, forgotten_};
}

void AnswerCache::clear() {
  const std::lock_guard lock(mutex_);
  by_key_.clear();
  order_.clear();
  parts_seen_.clear();
  bytes_ = 0;
}

}  // namespace tagline::engine
