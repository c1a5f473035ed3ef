// ShardRunner: one thread's part of a run: fetches the fragments of a shard and runs its blocks.
#pragma once

#include "engine/budget.h"
#include "engine/execute.h"
#include "engine/machine.h"
#include "engine/program.h"
#include "engine/source.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tagline::engine {

/// The answers of a program for one block. Good until the visit of the block ends.
class BlockAnswers {
 public:
  /// `alone`: the block's users are in no leaf, so that nothing needs to run.
  /// `reach`: of each answer, the blocks of the shard it may have users in; empty: not known.
  BlockAnswers(Machine& machine, const Program& program, ShardId shard, unsigned block, bool alone,
               std::span<const std::uint32_t> reach)
      : machine_(machine),
        program_(program),
        shard_(shard),
        block_(block),
        alone_(alone),
        reach_(reach) {}

  [[nodiscard]] ShardId shard() const { return shard_; }
  [[nodiscard]] unsigned block() const { return block_; }  ///< within the shard
  [[nodiscard]] UserIndex first_user() const {
    return (shard_ << kShardBits) + (block_ << kBlockBits);
  }
  [[nodiscard]] std::size_t size() const { return program_.answers.size(); }

  /// Computes it at each call. How long it is good, and `count_only`, as Machine::run says.
  [[nodiscard]] const Register& answer(std::size_t i, bool count_only = false) {
    if (alone_) {
      return program_.answers[i].on_nothing ? machine_.universe() : machine_.nobody();
    }
    if (!reach_.empty() && (reach_[i] >> block_ & 1U) == 0) {
      return machine_.nobody();
    }
    return machine_.run(i, count_only);
  }
  [[nodiscard]] std::uint32_t users(const Register& answer) const { return machine_.users(answer); }
  [[nodiscard]] std::uint32_t count(std::size_t i) { return users(answer(i, true)); }
  /// Flat words of an answer that is Full or Dense.
  [[nodiscard]] const std::uint64_t* words(const Register& answer) {
    return machine_.words(answer);
  }

 private:
  Machine& machine_;
  const Program& program_;
  const ShardId shard_;
  const unsigned block_;
  const bool alone_;
  const std::span<const std::uint32_t> reach_;
};

/// REQUIRES: program, source and budget (null: none) outlive it. One thread.
class ShardRunner {
 public:
  ShardRunner(const Program& program, const Source& source, const Budget* budget);

  /// Called for each block where somebody may be selected; false ends the shard.
  using Visit = std::function<Result<bool>(BlockAnswers&)>;
  Status run(ShardId shard, const Visit& visit);

  [[nodiscard]] const ExecuteStats& stats() const { return stats_; }

 private:
  using BlockSet = std::uint32_t;  // bit b: block b of the shard
  // 15 KB: freeing larger pieces makes the allocator tidy up everything, query by query.
  static constexpr std::size_t kPageFragments = 32;
  struct Candidates {
    BlockSet run = 0;    ///< the program decides
    BlockSet alone = 0;  ///< in no leaf, and selected by some answer
  };

  Result<Candidates> fetch(ShardId shard);
  Status fetch_leaf(std::uint32_t leaf, ShardId shard);
  Fragment& keep(Fragment&& fragment);
  Status fetch_population(ShardId shard);
  void count(const Fragment& fragment);
  BlockSet find_reach();
  Status run_blocks(ShardId shard, Candidates candidates, const Visit& visit);
  void release();
  [[nodiscard]] std::uint64_t fragment_bytes() const;
  [[nodiscard]] const Fragment& fragment(std::size_t i) const {
    return pages_[i / kPageFragments][i % kPageFragments];
  }

  const Program& program_;
  const Source& source_;
  const Budget* budget_;
  MemoryShare memory_;
  Machine machine_;
  /// Of the shard, those that hold somebody, in the order fetched: most rows of a wide or are in
  /// few shards. A page is filled before the next is begun and never grows, so that containers stay
  /// put.
  std::vector<std::vector<Fragment>> pages_;
  std::vector<std::uint32_t> fetched_;        ///< their leaves
  std::vector<const Container*> containers_;  ///< block by block, one a leaf; null: nobody
  std::vector<BlockSet> blocks_;              ///< of each leaf
  std::vector<BlockSet> steps_;               ///< Program::reach
  std::vector<BlockSet> reach_;               ///< of each answer
  Fragment population_;
  ExecuteStats stats_;
};

}  // namespace tagline::engine
