#include "engine/machine.h"

#include "engine/sample.h"

#include <bit>
#include <tuple>

namespace tagline::engine {

Machine::Machine(const Program& program, const Kernels* kernels)
    : program_(program),
      kernels_(kernels == nullptr ? engine::kernels() : *kernels),
      registers_(program.registers),
      buffers_(program.registers),
      counters_(program.counters),
      section_done_(program.sections.size()) {}

void Machine::enter(ShardId shard, std::span<const Container* const> containers,
                    const Fragment* population) {
  shard_ = shard;
  containers_ = containers;
  population_ = population;
}

void Machine::place(unsigned block) {
  block_ = block;
  universe_words_ = nullptr;
  const Container* container = population_ == nullptr ? nullptr : population_->find(block);
  // Without a population nothing asks who is not in a row: any universe that covers the rows will
  // do.
  universe_users_ = container == nullptr ? kBlockUsers : container->cardinality;
  section_done_.assign(section_done_.size(), 0);
}

const Register& Machine::run(std::size_t answer, bool count_only) {
  const Program::Answer& asked = program_.answers[answer];
  // An expression may be asked for twice; computed again, its words would move.
  if (!program_.together || section_done_[asked.section] == 0) {
    section_done_[asked.section] = 1;
    run_section(asked.section, count_only);
  }
  return registers_[asked.reg];
}

const Register& Machine::universe() {
  put_full(universe_);
  return universe_;
}

std::uint32_t Machine::users(const Register& answer) const {
  switch (answer.state) {
    case State::Empty:
      return 0;
    case State::Full:
      return universe_users_;
    case State::Sparse:
    case State::Dense:
      return answer.users;
  }
  return 0;
}

const std::uint64_t* Machine::words(const Register& answer) {
  return answer.state == State::Full ? universe_words() : answer.words;
}

std::uint64_t Machine::held_bytes() const {
  std::size_t blocks = scratch_.size() + total_.slices.size() + sequence_.ranks.size() +
                       (universe_buffer_ == nullptr ? 0 : 1) +
                       (scratch_members_ == nullptr ? 0 : 1);
  for (const Buffers& buffers : buffers_) {
    blocks += (buffers.words == nullptr ? 0U : 1U) + (buffers.members == nullptr ? 0U : 1U);
  }
  for (const CounterState& counter : counters_) {
    blocks += counter.slices.size();
  }
  return blocks * sizeof(Words) + registers_.size() * (sizeof(Register) + sizeof(Buffers));
}

// The sections that wait for a section they have run are kept in `frames_`, not on the machine's
// own stack: their nesting is as deep as the plan is.
void Machine::run_section(std::uint32_t section, bool count_only) {
  const std::uint32_t final_end = program_.sections[section].end;
  frames_.clear();
  std::uint32_t at = program_.sections[section].begin;
  std::uint32_t end = final_end;
  while (true) {
    if (at == end) {
      if (frames_.empty()) {
        return;
      }
      std::tie(at, end) = frames_.back();
      frames_.pop_back();
      continue;
    }
    const Instruction& instruction = program_.code[at];
    ++at;
    ++instructions_run_;
    if (instruction.code == Code::Once) {
      if (section_done_[instruction.section] == 0) {
        section_done_[instruction.section] = 1;
        frames_.emplace_back(at, end);
        at = program_.sections[instruction.section].begin;
        end = program_.sections[instruction.section].end;
      }
    } else if (instruction.code == Code::SkipIfEmpty) {
      if (registers_[instruction.target].state == State::Empty) {
        at = instruction.skip_to;
      }
    } else if (instruction.code == Code::SkipIfFull) {
      if (registers_[instruction.target].state == State::Full) {
        at = instruction.skip_to;
      }
    } else {
      last_ = count_only && at == final_end;
      step(instruction);
    }
  }
}

void Machine::step(const Instruction& instruction) {
  Register& target = registers_[instruction.target];
  switch (instruction.code) {
    case Code::AllOf:
      return all_of(instruction);
    case Code::AnyOf:
      return any_of(instruction);
    case Code::Range:
      return range(instruction);
    case Code::Universe:
      if (const Register* mask = sparse_mask(instruction); mask != nullptr) {
        return put_sparse(target, mask->members, mask->users);
      }
      return put_full(target);
    case Code::Clear:
      return put_empty(target);
    case Code::Copy:
      target = registers_[instruction.source];
      return;
    case Code::Keep:
      return take(instruction.target, instruction.source);
    case Code::Intersect:
      return intersect(instruction.target, instruction.source);
    case Code::Unite:
      return unite(instruction.target, instruction.source);
    case Code::Subtract:
      return subtract(instruction.target, instruction.source);
    case Code::Complement:
      return complement(instruction);
    case Code::CountStart:
      return count_start(instruction);
    case Code::CountRows:
      return count_rows(instruction);
    case Code::CountAdd:
      return count_add(instruction);
    case Code::CountEnd:
      return count_end(instruction);
    case Code::Total:
      return total(instruction);
    case Code::Streak:
      return streak(instruction);
    case Code::Sequence:
      return sequence(instruction);
    case Code::Sample:
      return sample(instruction);
    case Code::Once:
    case Code::SkipIfEmpty:
    case Code::SkipIfFull:
      return;  // run_section's
  }
}

// Hashes only those still in question, whatever form they have: a hash costs 2 ns.
void Machine::sample(const Instruction& instruction) {
  const UserIndex first = (shard_ << kShardBits) + (block_ << kBlockBits);
  const auto in = [&](std::uint32_t member) {
    return in_share(sample_hash(first + member, instruction.seed), instruction.threshold);
  };
  const RegisterId id = instruction.target;
  if (const Register* mask = sparse_mask(instruction); mask != nullptr) {
    const Members asked = mask->list();
    std::uint16_t* members = own_members(id);
    std::size_t size = 0;
    for (const std::uint16_t member : asked) {
      members[size] = member;
      size += in(member) ? 1U : 0U;
    }
    return put_sparse(registers_[id], members, size);
  }
  const bool masked =
      instruction.mask != kNoRegister && registers_[instruction.mask].state == State::Dense;
  const std::uint64_t* among = masked ? registers_[instruction.mask].words : universe_words();
  std::uint64_t* words = own_words(id);
  for (std::uint32_t i = 0; i < kBlockWords; ++i) {
    std::uint64_t sampled = 0;
    for (std::uint64_t left = among[i]; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
      sampled |= std::uint64_t{in(i * 64 + bit)} << bit;
    }
    words[i] = sampled;
  }
  put_own(id);
}

}  // namespace tagline::engine
