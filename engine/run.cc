#include "engine/run.h"

#include "engine/machine.h"
#include "engine/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace tagline::engine {
namespace {

using BlockSet = std::uint32_t;  // bit b: block b of the shard
constexpr BlockSet kAllBlocks = (BlockSet{1} << kBlocksPerShard) - 1;

BlockSet blocks_of(const Fragment& fragment) {
  BlockSet blocks = 0;
  for (const Container& container : fragment.containers()) {
    blocks |= BlockSet{1} << container.block;
  }
  return blocks;
}

void add(ExecuteStats& sum, const ExecuteStats& part) {
  sum.fragments_borrowed += part.fragments_borrowed;
  sum.fragments_copied += part.fragments_copied;
  sum.containers_read += part.containers_read;
  sum.payload_bytes += part.payload_bytes;
  sum.blocks_run += part.blocks_run;
  sum.blocks_skipped += part.blocks_skipped;
  sum.instructions_run += part.instructions_run;
}

/// One thread's part of a query: fetches the fragments of a shard and runs its blocks.
class ShardRunner {
 public:
  ShardRunner(const Program& program, const Source& source, const Budget* budget)
      : program_(program), source_(source), budget_(budget), machine_(program) {
    fragments_.resize(program.leaves.size());
  }

  /// Calls sink(machine, block, answer) for each block with an answer; the sink says whether to go
  /// on.
  template <class Sink>
  Status run(ShardId shard, bool count_only, Sink sink) {
    TAGLINE_ASSIGN_OR_RETURN(const Candidates candidates, fetch(shard));
    const Fragment* population = program_.needs_population ? &population_ : nullptr;
    machine_.enter(shard, fragments_, population);
    const std::uint64_t instructions_before = machine_.instructions_run();
    Status status;
    for (unsigned block = 0; block < kBlocksPerShard && status.has_value(); ++block) {
      const bool run = (candidates.run >> block & 1U) != 0;
      const bool settled = (candidates.everybody >> block & 1U) != 0;
      ++(run ? stats_.blocks_run : stats_.blocks_skipped);
      if (!run && !settled) {
        continue;
      }
      if (budget_ != nullptr) {
        status = budget_->check();
      }
      if (status.has_value() &&
          !sink(machine_, block,
                run ? machine_.run(block, count_only) : machine_.universe(block))) {
        break;
      }
    }
    stats_.instructions_run += machine_.instructions_run() - instructions_before;
    release();
    return status;
  }

  [[nodiscard]] const ExecuteStats& stats() const { return stats_; }

 private:
  struct Candidates {
    BlockSet run = 0;        ///< the program decides
    BlockSet everybody = 0;  ///< in no row, and selected
  };

  Result<Candidates> fetch(ShardId shard);
  Status fetch_into(Fragment& slot, RowKey row, ShardId shard);

  // Borrows go back before the next shard, and when a shard fails.
  void release() {
    for (Fragment& fragment : fragments_) {
      fragment = Fragment();
    }
    population_ = Fragment();
  }

  const Program& program_;
  const Source& source_;
  const Budget* budget_;
  Machine machine_;
  std::vector<Fragment> fragments_;
  Fragment population_;
  ExecuteStats stats_;
};

Status ShardRunner::fetch_into(Fragment& slot, RowKey row, ShardId shard) {
  TAGLINE_ASSIGN_OR_RETURN(slot, source_.fetch(row, shard));
  if (slot.payload_bytes() != 0) {
    ++(slot.borrowed() ? stats_.fragments_borrowed : stats_.fragments_copied);
    stats_.containers_read += slot.containers().size();
    stats_.payload_bytes += slot.payload_bytes();
  }
  return {};
}

// Required rows first, and no others once they leave no block.
Result<ShardRunner::Candidates> ShardRunner::fetch(ShardId shard) {
  Candidates candidates;
  BlockSet possible = kAllBlocks;
  std::vector<bool> fetched(fragments_.size());
  for (const std::uint32_t leaf : program_.required) {
    if (!fetched[leaf]) {
      fetched[leaf] = true;
      TAGLINE_RETURN_IF_ERROR(fetch_into(fragments_[leaf], program_.leaves[leaf], shard));
    }
    possible &= blocks_of(fragments_[leaf]);
    if (possible == 0) {
      return candidates;
    }
  }
  if (program_.needs_population) {
    TAGLINE_RETURN_IF_ERROR(fetch_into(population_, kPopulationRow, shard));
    possible &= blocks_of(population_);
  }
  BlockSet present = 0;
  for (std::size_t leaf = 0; leaf < fragments_.size() && possible != 0; ++leaf) {
    if (!fetched[leaf]) {
      TAGLINE_RETURN_IF_ERROR(fetch_into(fragments_[leaf], program_.leaves[leaf], shard));
    }
    present |= blocks_of(fragments_[leaf]);
  }
  candidates.run = program_.samples ? possible : possible & present;
  candidates.everybody = program_.on_nothing ? possible & ~candidates.run : 0;
  return candidates;
}

NodeId rewritten(Plan& plan, NodeId root, const Source& source, const ExecuteOptions& options) {
  return options.rewrite ? rewrite(plan, root, &source, options.passes).root : root;
}

unsigned threads_for(const ExecuteOptions& options, ShardId shards) {
  const unsigned wanted =
      options.threads != 0 ? options.threads : std::max(std::thread::hardware_concurrency(), 1U);
  return std::min<unsigned>(wanted, shards);
}

/// Shards of one query, handed out in order; the first error stops everybody.
class ShardQueue {
 public:
  explicit ShardQueue(ShardId shards) : shards_(shards) {}

  std::optional<ShardId> next() {
    if (failed_.load(std::memory_order_relaxed)) {
      return std::nullopt;
    }
    const ShardId shard = next_.fetch_add(1, std::memory_order_relaxed);
    return shard < shards_ ? std::optional(shard) : std::nullopt;
  }

  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_.has_value()) {
      error_ = error;
    }
    failed_.store(true, std::memory_order_relaxed);
  }

  /// What one thread did.
  void finish(const ExecuteStats& stats, std::uint64_t users) {
    const std::lock_guard lock(mutex_);
    add(stats_, stats);
    users_ += users;
  }

  // After all threads have finished.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] const ExecuteStats& stats() const { return stats_; }
  [[nodiscard]] std::uint64_t users() const { return users_; }

 private:
  const ShardId shards_;
  std::atomic<ShardId> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // guards error_, stats_ and users_
  std::optional<Error> error_;
  ExecuteStats stats_;
  std::uint64_t users_ = 0;
};

void run_on(unsigned threads, const std::function<void()>& work) {
  if (threads > 1) {
    WorkerPool::shared().run(threads - 1, work);
  } else {
    work();
  }
}

void add_block(Bitmap& users, Machine& machine, ShardId shard, unsigned block,
               const Register& answer, std::uint64_t limit) {
  if (machine.users(answer) == 0) {
    return;
  }
  const std::uint32_t global = shard * kBlocksPerShard + block;
  if (answer.state != Register::State::Sparse && machine.users(answer) <= limit) {
    users.unite_block(global, {machine.words(answer), kBlockWords});
    return;
  }
  std::vector<std::uint16_t> listed;
  Members members = answer.list();
  if (answer.state != Register::State::Sparse) {
    listed.resize(std::min<std::uint64_t>(limit, kBlockUsers));
    members = {listed.data(), extract(machine.words(answer), listed.data(), listed.size())};
  }
  std::vector<UserIndex> indexes;
  for (const std::uint16_t member : members.first(std::min<std::uint64_t>(limit, members.size()))) {
    indexes.push_back((global << kBlockBits) + member);
  }
  users.add_many(indexes);
}

// In index order on one thread, so that it can stop at the limit.
Result<Bitmap> select_first(const Program& program, const Source& source, const Budget* budget,
                            std::uint64_t limit, ExecuteStats& stats) {
  Bitmap users;
  ShardRunner runner(program, source, budget);
  for (ShardId shard = 0; shard < source.shard_count() && limit > 0; ++shard) {
    TAGLINE_RETURN_IF_ERROR(
        runner.run(shard, false, [&](Machine& machine, unsigned block, const Register& answer) {
          add_block(users, machine, shard, block, answer, limit);
          limit -= std::min<std::uint64_t>(limit, machine.users(answer));
          return limit > 0;
        }));
  }
  add(stats, runner.stats());
  return users;
}

Result<Bitmap> select_all(const Program& program, const Source& source,
                          const ExecuteOptions& options, ExecuteStats& stats) {
  const ShardId shards = source.shard_count();
  ShardQueue queue(shards);
  std::vector<Bitmap> parts(shards);
  run_on(threads_for(options, shards), [&] {
    ShardRunner runner(program, source, options.budget);
    while (const std::optional<ShardId> shard = queue.next()) {
      const Status status =
          runner.run(*shard, false, [&](Machine& machine, unsigned block, const Register& answer) {
            add_block(parts[*shard], machine, *shard, block, answer, kBlockUsers);
            return true;
          });
      if (!status.has_value()) {
        queue.fail(status.error());
      }
    }
    queue.finish(runner.stats(), 0);
  });
  add(stats, queue.stats());
  if (queue.error().has_value()) {
    return tl::unexpected(*queue.error());
  }
  Bitmap users;
  for (const Bitmap& part : parts) {
    users.unite(part);
  }
  return users;
}

// Answers that need no bitmaps. |NOT row| = |population| - |row|, for rows hold known users only.
Result<std::optional<std::uint64_t>> stored_cardinality(const Plan& plan, NodeId root,
                                                        const Source& source) {
  const Node& node = plan.at(root);
  switch (node.op) {
    case Op::Nothing:
      return 0;
    case Op::Row:
      return source.cardinality(node.row);
    case Op::Everyone:
      return source.cardinality(kPopulationRow);
    case Op::Not: {
      const Node& inside = plan.at(node.operands.front());
      if (inside.op != Op::Row) {
        return std::nullopt;
      }
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t everyone, source.cardinality(kPopulationRow));
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users, source.cardinality(inside.row));
      return everyone - std::min(everyone, users);
    }
    case Op::Range:
    case Op::And:
    case Op::Or:
    case Op::Difference:
    case Op::AtLeast:
    case Op::Did:
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
    case Op::SampleShare:
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<Program> compile_for(const Plan& plan, NodeId root, const Source& source) {
  std::optional<Error> problem;
  const auto ask = [&problem](auto answer) {
    if (!answer.has_value()) {
      problem = answer.error();
      return typename decltype(answer)::value_type{};
    }
    return std::move(answer).value();
  };
  Shape shape;
  shape.value_bits = [&](FieldId field) { return ask(source.value_bits(field)); };
  shape.event_days = [&](FieldId series, DayWindow window) {
    return ask(source.event_days(series, window));
  };
  Result<Program> program = compile(plan, root, shape);
  if (problem.has_value()) {
    return tl::unexpected(*problem);
  }
  return program;
}

Result<std::uint64_t> run_count(Plan& plan, NodeId root, const Source& source,
                                const ExecuteOptions& options, ExecuteStats* stats) {
  const NodeId run_root = rewritten(plan, root, source, options);
  if (options.budget != nullptr) {
    TAGLINE_RETURN_IF_ERROR(options.budget->check());
  }
  if (const Result<std::optional<std::uint64_t>> stored =
          stored_cardinality(plan, run_root, source);
      !stored.has_value() || stored->has_value()) {
    return stored.map([](const std::optional<std::uint64_t>& users) { return *users; });
  }
  TAGLINE_ASSIGN_OR_RETURN(const Program program, compile_for(plan, run_root, source));
  return run_count(program, source, options, stats);
}

Result<std::uint64_t> run_count(const Program& program, const Source& source,
                                const ExecuteOptions& options, ExecuteStats* stats) {
  const ShardId shards = source.shard_count();
  ShardQueue queue(shards);
  run_on(threads_for(options, shards), [&] {
    ShardRunner runner(program, source, options.budget);
    std::uint64_t users = 0;
    while (const std::optional<ShardId> shard = queue.next()) {
      const Status status =
          runner.run(*shard, true, [&](Machine& machine, unsigned, const Register& answer) {
            users += machine.users(answer);
            return true;
          });
      if (!status.has_value()) {
        queue.fail(status.error());
      }
    }
    queue.finish(runner.stats(), users);
  });
  if (stats != nullptr) {
    add(*stats, queue.stats());
  }
  if (queue.error().has_value()) {
    return tl::unexpected(*queue.error());
  }
  return queue.users();
}

Result<Bitmap> run_select(Plan& plan, NodeId root, const Source& source,
                          const ExecuteOptions& options, std::uint64_t limit, ExecuteStats* stats) {
  const NodeId run_root = rewritten(plan, root, source, options);
  if (options.budget != nullptr) {
    TAGLINE_RETURN_IF_ERROR(options.budget->check());
  }
  TAGLINE_ASSIGN_OR_RETURN(const Program program, compile_for(plan, run_root, source));
  return run_select(program, source, options, limit, stats);
}

Result<Bitmap> run_select(const Program& program, const Source& source,
                          const ExecuteOptions& options, std::uint64_t limit, ExecuteStats* stats) {
  ExecuteStats done;
  const bool all = limit >= std::uint64_t{source.shard_count()} * kShardUsers;
  Result<Bitmap> users = all ? select_all(program, source, options, done)
                             : select_first(program, source, options.budget, limit, done);
  if (stats != nullptr) {
    add(*stats, done);
  }
  return users;
}

}  // namespace tagline::engine
