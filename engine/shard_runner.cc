#include "engine/shard_runner.h"

#include <algorithm>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kAllBlocks = (std::uint32_t{1} << kBlocksPerShard) - 1;

bool is_in(std::uint32_t blocks, unsigned block) {
  return (blocks >> block & 1U) != 0;
}

}  // namespace

ShardRunner::ShardRunner(const Program& program, const Source& source, const Budget* budget)
    : program_(program), source_(source), budget_(budget), memory_(budget), machine_(program) {
  fetched_.reserve(program.leaves.size());
  containers_.resize(program.leaves.size() * kBlocksPerShard);
  blocks_.resize(program.leaves.size());
  steps_.resize(program.reach.size());
  reach_.resize(program.reach.empty() ? 0 : program.answers.size());
}

void ShardRunner::count(const Fragment& fragment) {
  ++(fragment.borrowed() ? stats_.fragments_borrowed : stats_.fragments_copied);
  stats_.containers_read += fragment.containers().size();
  stats_.payload_bytes += fragment.payload_bytes();
}

Status ShardRunner::fetch_leaf(std::uint32_t leaf, ShardId shard) {
  Result<Fragment> found = source_.fetch(program_.leaves[leaf], shard);
  if (!found.has_value()) {
    return tl::unexpected(std::move(found).error());
  }
  if (found->payload_bytes() == 0) {
    return {};
  }
  count(*found);
  const Fragment& fragment = keep(std::move(*found));
  BlockSet blocks = 0;
  for (const Container& container : fragment.containers()) {
    blocks |= BlockSet{1} << container.block;
    containers_[container.block * program_.leaves.size() + leaf] = &container;
  }
  blocks_[leaf] = blocks;
  fetched_.push_back(leaf);
  return {};
}

// The next one: fetched_ is how many there are.
Fragment& ShardRunner::keep(Fragment&& fragment) {
  const std::size_t page = fetched_.size() / kPageFragments;
  if (page == pages_.size()) {
    pages_.emplace_back().reserve(kPageFragments);
  }
  return pages_[page].emplace_back(std::move(fragment));
}

Status ShardRunner::fetch_population(ShardId shard) {
  TAGLINE_ASSIGN_OR_RETURN(population_, source_.fetch(kPopulationRow, shard));
  if (population_.payload_bytes() != 0) {
    count(population_);
  }
  return {};
}

// Of each answer, and what they have together.
ShardRunner::BlockSet ShardRunner::find_reach() {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Reach& step = program_.reach[i];
    BlockSet blocks = step.kind == Reach::Kind::Any ? 0 : kAllBlocks;
    if (step.kind == Reach::Kind::Leaf) {
      blocks = blocks_[step.leaf];
    }
    for (std::uint32_t at = step.of.begin; at < step.of.end; ++at) {
      const BlockSet part = steps_[program_.reach_operands[at]];
      blocks = step.kind == Reach::Kind::Any ? blocks | part : blocks & part;
    }
    steps_[i] = blocks;
  }
  BlockSet all = 0;
  for (std::size_t i = 0; i < reach_.size(); ++i) {
    reach_[i] = steps_[program_.answers[i].reach];
    all |= reach_[i];
  }
  return all;
}

// Required rows first, and no others once they leave no block.
Result<ShardRunner::Candidates> ShardRunner::fetch(ShardId shard) {
  Candidates candidates;
  BlockSet possible = kAllBlocks;
  for (const std::uint32_t leaf : program_.required) {
    // Nobody there, unless it has been fetched already; and then this is the end.
    if (blocks_[leaf] == 0) {
      TAGLINE_RETURN_IF_ERROR(fetch_leaf(leaf, shard));
    }
    possible &= blocks_[leaf];
    if (possible == 0) {
      return candidates;
    }
  }
  if (program_.needs_population) {
    TAGLINE_RETURN_IF_ERROR(fetch_population(shard));
    BlockSet populated = 0;
    for (const Container& container : population_.containers()) {
      populated |= BlockSet{1} << container.block;
    }
    possible &= populated;
  }
  BlockSet present = 0;
  for (std::uint32_t leaf = 0; leaf < blocks_.size() && possible != 0; ++leaf) {
    // Required rows have been fetched, and are somewhere.
    if (blocks_[leaf] == 0) {
      TAGLINE_RETURN_IF_ERROR(fetch_leaf(leaf, shard));
    }
    present |= blocks_[leaf];
  }
  if (!reach_.empty()) {
    possible &= find_reach();
  }
  const bool on_nothing = std::any_of(program_.answers.begin(), program_.answers.end(),
                                      [](const Program::Answer& a) { return a.on_nothing; });
  candidates.run = program_.samples ? possible : possible & present;
  candidates.alone = on_nothing ? possible & ~candidates.run : 0;
  return candidates;
}

std::uint64_t ShardRunner::fragment_bytes() const {
  std::uint64_t bytes = pages_.size() * kPageFragments * sizeof(Fragment) +
                        blocks_.size() * (kBlocksPerShard * sizeof(const Container*));
  for (std::size_t i = 0; i < fetched_.size(); ++i) {
    bytes += fragment(i).borrowed() ? 0 : fragment(i).payload_bytes();
  }
  return bytes;
}

Status ShardRunner::run_blocks(ShardId shard, Candidates candidates, const Visit& visit) {
  const std::uint64_t fragments = budget_ == nullptr ? 0 : fragment_bytes();
  for (unsigned block = 0; block < kBlocksPerShard; ++block) {
    const bool run = is_in(candidates.run, block);
    const bool alone = is_in(candidates.alone, block);
    ++(run ? stats_.blocks_run : stats_.blocks_skipped);
    if (!run && !alone) {
      continue;
    }
    if (budget_ != nullptr) {
      memory_.set(fragments + machine_.held_bytes());
      TAGLINE_RETURN_IF_ERROR(budget_->check());
    }
    machine_.place(block);
    BlockAnswers answers(machine_, program_, shard, block, alone, reach_);
    TAGLINE_ASSIGN_OR_RETURN(const bool go_on, visit(answers));
    if (!go_on) {
      break;
    }
  }
  return {};
}

// Borrows go back before the next shard, and when a shard fails.
void ShardRunner::release() {
  for (std::size_t i = 0; i < fetched_.size(); ++i) {
    const std::uint32_t leaf = fetched_[i];
    for (const Container& container : fragment(i).containers()) {
      containers_[container.block * blocks_.size() + leaf] = nullptr;
    }
    blocks_[leaf] = 0;
  }
  for (std::size_t i = 0; i < fetched_.size(); i += kPageFragments) {
    pages_[i / kPageFragments].clear();
  }
  fetched_.clear();
  population_ = Fragment();
}

Status ShardRunner::run(ShardId shard, const Visit& visit) {
  const Result<Candidates> candidates = fetch(shard);
  Status status;
  if (candidates.has_value()) {
    machine_.enter(shard, containers_, program_.needs_population ? &population_ : nullptr);
    const std::uint64_t before = machine_.instructions_run();
    status = run_blocks(shard, *candidates, visit);
    stats_.instructions_run += machine_.instructions_run() - before;
  } else {
    status = tl::unexpected(candidates.error());
  }
  release();
  return status;
}

}  // namespace tagline::engine
