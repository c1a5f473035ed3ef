// AnswerCache: counts and sets that were asked for before, kept by what was asked and of which
// data.
//
// What was asked is the plan itself, node by node, so that equal means equal. Of which data is told
// in two ways: the source's version (nothing has changed at all), and shard by shard a stamp of
// every row the program reads there (Source::stamp), so that a write spoils only the shards, and
// only the expressions, whose rows it changed. See engine/cached_count.h for the use.
#pragma once

#include "engine/computed_rows.h"
#include "engine/plan.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tagline::engine {

/// A plan below one root, alone: equal for equal expressions, whatever else their plans hold.
class PlanKey {
 public:
  PlanKey(const Plan& plan, NodeId root);

  [[nodiscard]] std::size_t hash() const { return hash_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  friend bool operator==(const PlanKey& a, const PlanKey& b) {
    return a.hash_ == b.hash_ && a.nodes_ == b.nodes_;
  }

 private:
  std::vector<Node> nodes_;  ///< operands are indexes into it
  std::size_t hash_ = 0;
  std::size_t bytes_ = 0;
};

struct CachedShard {
  std::uint64_t stamp = 0;
  std::uint64_t users = 0;
};

/// What is known of one expression. Immutable once it is kept.
struct CachedAnswer {
  std::uint64_t version = 0;  ///< of the data it was last found right for
  std::uint64_t users = 0;
  std::vector<CachedShard> shards;         ///< empty: it depends on all users at once
  std::shared_ptr<const ComputedRow> set;  ///< null: only the counts are kept
};

/// Thread-safe. Forgets what was not asked for longest when it holds more than its limit.
class AnswerCache {
 public:
  /// 0 keeps nothing.
  explicit AnswerCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Null: never seen, or forgotten.
  [[nodiscard]] std::shared_ptr<const CachedAnswer> find(const PlanKey& key);
  /// Replaces what is kept. An answer larger than the limit is not kept.
  void put(const PlanKey& key, CachedAnswer answer);
  /// Notes that a part was computed, and tells whether it has been before: such parts are worth
  /// keeping.
  [[nodiscard]] bool comes_again(const PlanKey& part);

  struct Usage {
    std::size_t answers = 0;
    std::size_t bytes = 0;
    std::size_t bytes_max = 0;
    std::uint64_t hits = 0;  ///< of find()
    std::uint64_t misses = 0;
    std::uint64_t forgotten = 0;
  };
  [[nodiscard]] Usage usage() const;
  void clear();

 private:
  struct Kept {
    PlanKey key;
    std::shared_ptr<const CachedAnswer> answer;
    std::size_t bytes = 0;
  };
  using Order = std::list<Kept>;  ///< last asked for first
  struct Hash {
    std::size_t operator()(const PlanKey* key) const { return key->hash(); }
  };
  struct Equal {
    bool operator()(const PlanKey* a, const PlanKey* b) const { return *a == *b; }
  };
  void drop(Order::iterator at);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;  // guards everything below
  Order order_;
  std::unordered_map<const PlanKey*, Order::iterator, Hash, Equal> by_key_;  // keys are order_'s
  std::unordered_set<std::size_t> parts_seen_;                               // hashes
  std::size_t bytes_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace tagline::engine
