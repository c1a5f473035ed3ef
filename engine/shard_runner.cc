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
  fragments_.resize(program.leaves.size());
}

ShardRunner::BlockSet ShardRunner::blocks_of(const Fragment& fragment) {
  BlockSet blocks = 0;
  for (const Container& container : fragment.containers()) {
    blocks |= BlockSet{1} << container.block;
  }
  return blocks;
}

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
  const bool on_nothing = std::any_of(program_.answers.begin(), program_.answers.end(),
                                      [](const Program::Answer& a) { return a.on_nothing; });
  candidates.run = program_.samples ? possible : possible & present;
  candidates.alone = on_nothing ? possible & ~candidates.run : 0;
  return candidates;
}

std::uint64_t ShardRunner::fragment_bytes() const {
  std::uint64_t bytes = fragments_.size() * sizeof(Fragment);
  for (const Fragment& fragment : fragments_) {
    bytes += fragment.borrowed() ? 0 : fragment.payload_bytes();
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
    BlockAnswers answers(machine_, program_, shard, block, alone);
    TAGLINE_ASSIGN_OR_RETURN(const bool go_on, visit(answers));
    if (!go_on) {
      break;
    }
  }
  return {};
}

// Borrows go back before the next shard, and when a shard fails.
void ShardRunner::release() {
  for (Fragment& fragment : fragments_) {
    fragment = Fragment();
  }
  population_ = Fragment();
}

Status ShardRunner::run(ShardId shard, const Visit& visit) {
  const Result<Candidates> candidates = fetch(shard);
  Status status;
  if (candidates.has_value()) {
    machine_.enter(shard, fragments_, program_.needs_population ? &population_ : nullptr);
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
