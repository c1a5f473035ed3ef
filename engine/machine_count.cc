// At least k of n: counters of all users at once, in bit slices (O. Kaser and D. Lemire,
// "Compressed bitmap indexes: beyond unions and intersections", 2014, compare such adders with
// other ways).
//
// A counter starts at 2^b - k, with 2^b >= k, so that it passes its top exactly when k operands
// have been added: the outcome is the carry out of the top, no comparison at the end, and b =
// ceil(log2 k) slices do however large n is.
#include "engine/machine.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tagline::engine {
namespace {

// Lists up to this long are added user by user (about 5 ns each); longer ones are made flat first
// (0.5 us).
constexpr std::size_t kAddSinglyMax = 96;

}  // namespace

void Machine::count_start(const Instruction& instruction) {
  CounterState& counter = counters_[instruction.counter];
  const Register* mask = sparse_mask(instruction);
  counter.threshold = instruction.threshold;
  counter.added = 0;
  counter.started = false;
  counter.by_member = mask != nullptr;
  if (mask != nullptr) {
    counter.counts.assign(mask->users, 0);
  }
}

void Machine::start_slices(CounterState& counter, RegisterId target) {
  if (counter.started) {
    return;
  }
  counter.started = true;
  const auto bits = static_cast<std::size_t>(std::bit_width(counter.threshold - 1));
  const std::uint64_t start = (std::uint64_t{1} << bits) - counter.threshold;
  while (counter.slices.size() < bits) {
    counter.slices.push_back(std::make_unique_for_overwrite<Words>());
  }
  counter.slice_words.clear();
  for (std::size_t bit = 0; bit < bits; ++bit) {
    counter.slices[bit]->words.fill(0 - (start >> bit & 1U));
    counter.slice_words.push_back(counter.slices[bit]->words.data());
  }
  erase_all(own_words(target));
}

void Machine::add_words(CounterState& counter, RegisterId target, WordsList words) {
  if (words.empty()) {
    return;
  }
  start_slices(counter, target);
  kernels_.count_up({counter.slice_words, own_words(target), words});
}

void Machine::add_members(CounterState& counter, RegisterId target, Members members) {
  start_slices(counter, target);
  if (members.size() > kAddSinglyMax) {
    std::uint64_t* flat = scratch(0);
    erase_all(flat);
    set(flat, members);
    return add_words(counter, target, std::array<const std::uint64_t*, 1>{flat});
  }
  std::uint64_t* overflowed = own_words(target);
  for (const std::uint16_t member : members) {
    const std::size_t word = member / 64;
    std::uint64_t carry = std::uint64_t{1} << (member % 64U);
    for (std::size_t bit = 0; bit < counter.slice_words.size() && carry != 0; ++bit) {
      std::uint64_t& slice = counter.slice_words[bit][word];
      const std::uint64_t next = slice & carry;
      slice ^= carry;
      carry = next;
    }
    overflowed[word] |= carry;
  }
}

void Machine::count_rows(const Instruction& instruction) {
  CounterState& counter = counters_[instruction.counter];
  with_.clear();
  std::size_t present = 0;
  std::size_t full = 0;
  for (std::uint32_t i = instruction.rows.begin; i < instruction.rows.end; ++i) {
    if (const Container* found = container(program_.operands[i]); found != nullptr) {
      ++present;
      if (counter.by_member) {
        tally(registers_[instruction.mask].list(), *found, 1, counter.counts.data());
      } else if (is_full(*found)) {
        ++full;
      } else {
        with_.add(*found);
      }
    }
  }
  counter.added += present;
  // Rows come last (engine/compile.cc): if they do not suffice, nobody gets there.
  if (counter.by_member || counter.added < counter.threshold) {
    return;
  }
  if (full > 0) {
    with_.words.insert(with_.words.end(), full, universe_words());
  }
  add_words(counter, instruction.target, with_.words);
  for (const Container* array : with_.arrays) {
    add_members(counter, instruction.target, members_of(*array));
  }
  for (const Container* runs : with_.runs) {
    std::uint64_t* flat = scratch(0);
    erase_all(flat);
    set(flat, *runs);
    add_words(counter, instruction.target, std::array<const std::uint64_t*, 1>{flat});
  }
}

void Machine::count_add(const Instruction& instruction) {
  CounterState& counter = counters_[instruction.counter];
  const Register& source = registers_[instruction.source];
  if (source.state == State::Empty) {
    return;
  }
  ++counter.added;
  if (counter.by_member) {
    const Members asked = registers_[instruction.mask].list();
    if (source.state == State::Sparse) {
      tally(asked, source.list(), 1, counter.counts.data());
    } else {
      tally(asked, words(source), 1, counter.counts.data());
    }
  } else if (source.state == State::Sparse) {
    add_members(counter, instruction.target, source.list());
  } else {
    add_words(counter, instruction.target, std::array<const std::uint64_t*, 1>{words(source)});
  }
}

void Machine::count_end(const Instruction& instruction) {
  CounterState& counter = counters_[instruction.counter];
  const RegisterId id = instruction.target;
  if (counter.added < counter.threshold) {
    return put_empty(registers_[id]);
  }
  if (!counter.by_member) {
    return put_own(id);
  }
  const Members asked = registers_[instruction.mask].list();
  std::uint16_t* members = own_members(id);
  std::size_t size = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    members[size] = asked[i];
    size += counter.counts[i] >= counter.threshold ? 1U : 0U;
  }
  put_sparse(registers_[id], members, size);
}

}  // namespace tagline::engine
