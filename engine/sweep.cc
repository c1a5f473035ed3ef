#include "engine/sweep.h"

#include "engine/decide.h"
#include "engine/run.h"
#include "engine/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

namespace tagline::engine {
namespace {

unsigned threads_for(const ExecuteOptions& options, std::size_t shards) {
  const unsigned wanted =
      options.threads != 0 ? options.threads : std::max(std::thread::hardware_concurrency(), 1U);
  return static_cast<unsigned>(std::min<std::size_t>(wanted, shards));
}

/// Shards of one sweep, handed out in order; the first error stops everybody.
class ShardQueue {
 public:
  explicit ShardQueue(std::span<const ShardId> shards) : shards_(shards) {}

  std::optional<ShardId> next() {
    if (failed_.load(std::memory_order_relaxed)) {
      return std::nullopt;
    }
    const std::size_t at = next_.fetch_add(1, std::memory_order_relaxed);
    return at < shards_.size() ? std::optional(shards_[at]) : std::nullopt;
  }

  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_.has_value()) {
      error_ = error;
    }
    failed_.store(true, std::memory_order_relaxed);
  }

  /// What one thread did.
  void finish(const ExecuteStats& stats, std::unique_ptr<AnswerReader> reader) {
    const std::lock_guard lock(mutex_);
    stats_ += stats;
    readers_.push_back(std::move(reader));
  }

  // After all threads have finished.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] const ExecuteStats& stats() const { return stats_; }
  [[nodiscard]] std::vector<std::unique_ptr<AnswerReader>> readers() { return std::move(readers_); }

 private:
  const std::span<const ShardId> shards_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // guards error_, stats_ and readers_
  std::optional<Error> error_;
  ExecuteStats stats_;
  std::vector<std::unique_ptr<AnswerReader>> readers_;
};

Status run_shard(ShardRunner& runner, AnswerReader& reader, ShardId shard, const Source& source) {
  TAGLINE_RETURN_IF_ERROR(reader.enter(shard, source));
  TAGLINE_RETURN_IF_ERROR(runner.run(shard, [&reader](BlockAnswers& answers) -> Result<bool> {
    return reader.block(answers).map([] { return true; });
  }));
  return reader.leave(shard);
}

}  // namespace

Result<std::vector<std::unique_ptr<AnswerReader>>> sweep(
    const Program& program, const Source& source, const ExecuteOptions& options,
    const std::function<std::unique_ptr<AnswerReader>()>& make, ExecuteStats* stats) {
  std::vector<ShardId> all(source.shard_count());
  std::iota(all.begin(), all.end(), ShardId{0});
  return sweep_shards(program, source, options, all, make, stats);
}

Result<std::vector<std::unique_ptr<AnswerReader>>> sweep_shards(
    const Program& program, const Source& source, const ExecuteOptions& options,
    std::span<const ShardId> shards, const std::function<std::unique_ptr<AnswerReader>()>& make,
    ExecuteStats* stats) {
  ShardQueue queue(shards);
  const auto work = [&] {
    ShardRunner runner(program, source, options.budget);
    MemoryShare memory(options.budget);
    std::unique_ptr<AnswerReader> reader = make();
    while (const std::optional<ShardId> shard = queue.next()) {
      Status status = run_shard(runner, *reader, *shard, source);
      memory.set(reader->held_bytes());
      if (status.has_value() && options.budget != nullptr) {
        status = options.budget->check();
      }
      if (!status.has_value()) {
        queue.fail(status.error());
      }
    }
    queue.finish(runner.stats(), std::move(reader));
  };
  if (const unsigned threads = threads_for(options, shards.size()); threads > 1) {
    WorkerPool::shared().run(threads - 1, work);
  } else {
    work();
  }
  if (stats != nullptr) {
    *stats += queue.stats();
  }
  if (queue.error().has_value()) {
    return tl::unexpected(*queue.error());
  }
  return queue.readers();
}

struct Sweep::State {
  State(const Source& below, const ExecuteOptions& how, Answers read)
      : options(how),
        answers(read),
        source(below, how.computed != nullptr ? *how.computed : own_rows),
        memory(how.budget) {}
  ExecuteOptions options;
  Answers answers;
  ComputedRows own_rows;
  ComputedSource source;
  MemoryShare memory;  ///< of the decided sets
  Program program;
};

Sweep::Sweep(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sweep::Sweep(Sweep&&) noexcept = default;
Sweep::~Sweep() = default;

const Program& Sweep::program() const {
  return state_->program;
}
const Source& Sweep::source() const {
  return state_->source;
}
Answers Sweep::answers() const {
  return state_->answers;
}
const Budget* Sweep::budget() const {
  return state_->options.budget;
}
const ExecuteOptions& Sweep::options() const {
  return state_->options;
}

Result<Sweep> Sweep::prepare(Plan& plan, std::span<const NodeId> roots, const Source& source,
                             const ExecuteOptions& options, Answers answers, ExecuteStats* stats) {
  auto state = std::make_unique<State>(source, options, answers);
  ComputedRows& rows = options.computed != nullptr ? *options.computed : state->own_rows;
  std::vector<NodeId> ready;
  for (const NodeId root : roots) {
    TAGLINE_ASSIGN_OR_RETURN(const NodeId decided,
                             decide(plan, root, source, options, rows, stats));
    ready.push_back(
        options.rewrite
            ? rewrite(plan, decided, &state->source, options.passes, options.budget).root
            : decided);
    if (options.budget != nullptr) {
      state->memory.set(rows.held_bytes());
      TAGLINE_RETURN_IF_ERROR(options.budget->check());
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(state->program,
                           compile_for(plan, ready, state->source, options.budget, answers));
  return Sweep(std::move(state));
}

}  // namespace tagline::engine
