// Sweep: expressions of one plan answered together over all users, shard by shard and block by
// block, with readers that take from the answers what is wanted: a count, a sum, ids, a histogram.
//
// One pass serves many expressions: what they share is computed once a block (engine/sharing.h),
// while it is in the cache. Readers see a block's answers where they lie, nothing is materialised
// for them.
#pragma once

#include "engine/computed_rows.h"
#include "engine/execute.h"
#include "engine/program.h"
#include "engine/shard_runner.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace tagline::engine {

/// Takes from the answers what is wanted. Each thread has one of its own, which sees whole shards,
/// in ascending order of those it gets, and of each its blocks in ascending order (blocks where
/// nobody can be selected are left out). The caller merges them.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  /// A shard begins. The source is as alive as the sweep. Fragments fetched from it must be gone
  /// when leave() returns, or when this is destroyed after an error.
  virtual Status enter(ShardId /*shard*/, const Source& /*source*/) { return {}; }
  virtual Status block(BlockAnswers& answers) = 0;
  virtual Status leave(ShardId /*shard*/) { return {}; }
  /// What it holds for its answer, for the budget; asked after each shard.
  [[nodiscard]] virtual std::uint64_t held_bytes() const { return 0; }
};

/// Runs a program over all shards, on options.threads threads; returns their readers. An error of
/// one stops all. The budget is checked before every block.
[[nodiscard]] Result<std::vector<std::unique_ptr<AnswerReader>>> sweep(
    const Program& program, const Source& source, const ExecuteOptions& options,
    const std::function<std::unique_ptr<AnswerReader>()>& make, ExecuteStats* stats);

/// Over some of the shards, in the order given, each once.
[[nodiscard]] Result<std::vector<std::unique_ptr<AnswerReader>>> sweep_shards(
    const Program& program, const Source& source, const ExecuteOptions& options,
    std::span<const ShardId> shards, const std::function<std::unique_ptr<AnswerReader>()>& make,
    ExecuteStats* stats);

/// Expressions made ready: sets over all users decided, rewritten, compiled. May be run any number
/// of times. The source and what the options point to outlive it. Runs of one may not overlap.
class Sweep {
 public:
  /// `roots`: one or more; the same one may come twice.
  [[nodiscard]] static Result<Sweep> prepare(Plan& plan, std::span<const NodeId> roots,
                                             const Source& source, const ExecuteOptions& options,
                                             Answers answers, ExecuteStats* stats = nullptr);
  Sweep(Sweep&&) noexcept;
  Sweep& operator=(Sweep&&) = delete;
  ~Sweep();

  [[nodiscard]] const Program& program() const;
  /// The source with the decided sets laid over it.
  [[nodiscard]] const Source& source() const;
  /// How the answers are read; readers that compare them want them Together.
  [[nodiscard]] Answers answers() const;
  /// For readers that work outside blocks: it is checked before each block only. May be null.
  [[nodiscard]] const Budget* budget() const;

  /// sweep(), of readers of one kind.
  template <class Reader>
  [[nodiscard]] Result<std::vector<std::unique_ptr<Reader>>> run(
      const std::function<std::unique_ptr<Reader>()>& make, ExecuteStats* stats = nullptr) const {
    TAGLINE_ASSIGN_OR_RETURN(
        auto readers, sweep(
                          program(), source(), options(),
                          [&make]() -> std::unique_ptr<AnswerReader> { return make(); }, stats));
    std::vector<std::unique_ptr<Reader>> typed;
    for (auto& reader : readers) {
      typed.emplace_back(static_cast<Reader*>(reader.release()));
    }
    return typed;
  }

 private:
  struct State;
  [[nodiscard]] const ExecuteOptions& options() const;
  explicit Sweep(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace tagline::engine
