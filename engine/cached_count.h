// Counts with a memory: a whole expression asked before costs a look-up, one whose data changed
// somewhere costs the shards that changed, and a new one made of parts that were asked before (a
// condition on events, a top, an at_least, a wide or) reads those parts as rows.
//
// A part is kept as a set from the second time on that it is computed: typing along at one
// condition then costs nothing for the others.
#pragma once

#include "engine/answer_cache.h"
#include "engine/execute.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

/// What the cache did for an answer.
struct CacheUse {
  bool whole = false;             ///< the same was asked of the same data
  std::uint64_t shards_kept = 0;  ///< taken over from an earlier state of the data, parts included
  std::uint64_t shards_run = 0;
  std::uint64_t parts_kept = 0;  ///< parts read as sets
  std::uint64_t parts_run = 0;   ///< parts computed in order to be kept
};

struct CachedCount {
  std::uint64_t users = 0;
  CacheUse use;
};

/// As count(). `version` names the state of the rows; two states of one version are the same, and
/// all calls with one cache are about one database. Threads: any number of calls with one cache at
/// a time. `plan` may grow.
[[nodiscard]] Result<CachedCount> cached_count(AnswerCache& cache, std::uint64_t version,
                                               Plan& plan, NodeId root, const Source& source,
                                               const ExecuteOptions& options,
                                               ExecuteStats* stats = nullptr);

/// One of many: what it is, or why it could not be counted.
struct CachedCounts {
  std::vector<Result<std::uint64_t>> users;  ///< of each node
  std::uint64_t whole = 0;                   ///< were known: the same was asked of the same data
  std::uint64_t run = 0;                     ///< the others; repeats count each time
};

/// As counts_of_nodes() (engine/counts.h): those that are known are looked up, all others answered
/// in one sweep and then kept, but for those that failed. They are kept as a whole: what is known
/// of their shards from calls of cached_count() stays as it was. An expression that is kept as a
/// set, being a part of others, goes the way of cached_count() for itself, so that the set is not
/// lost. Version and threads as there.
[[nodiscard]] CachedCounts cached_counts(AnswerCache& cache, std::uint64_t version, Plan& plan,
                                         std::span<const NodeId> nodes, const Source& source,
                                         const ExecuteOptions& options,
                                         ExecuteStats* stats = nullptr);

}  // namespace tagline::engine
