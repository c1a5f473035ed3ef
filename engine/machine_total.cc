// Total: a weighted sum for every user at once, held in bit slices, and its test against intervals.
// (D. Rinfret, P. O'Neil and E. O'Neil, "Bit-sliced index arithmetic", 2001: sums of bit-sliced
// numbers are bit-sliced numbers.)
//
// A row of negative weight -w is added as its complement with weight w, which is w too much for
// everybody: the slices hold total + bias, bias being all negative weights together, and are never
// below zero. Long rows meet in one carry-save pass (engine/kernels_body.h); the few users of a
// short one are added one by one. Where few users are in question, or only few did anything, their
// totals are gathered row by row instead.
#include "engine/cost.h"
#include "engine/machine.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tagline::engine {
namespace {

// As in machine_count.cc: lists up to this long are added user by user, longer ones made flat
// first.
constexpr std::size_t kAddSinglyMax = 96;
// So many rows are made flat at a time: 256 KB.
constexpr std::size_t kBatchMax = 32;
// Users of a block that are asked one by one when nobody else did anything.
constexpr std::size_t kFewMax = 64;
constexpr std::size_t kAddPassCost = 150;

bool passes(const std::vector<Interval>& intervals, std::int64_t total) {
  return std::any_of(intervals.begin(), intervals.end(), [&](const Interval& interval) {
    return interval.low <= total && total <= interval.high;
  });
}

// The interval of total + bias, among numbers of so many bits; nothing when it is empty.
bool biased(const Interval& interval, std::uint64_t bias, std::size_t bits, RangeOperands& out) {
  const auto least = -static_cast<std::int64_t>(bias);
  const std::uint64_t top = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  if (interval.high < least || interval.low > interval.high) {
    return false;
  }
  out.low = static_cast<std::uint64_t>(std::max(interval.low, least)) + bias;
  out.high = std::min(static_cast<std::uint64_t>(interval.high) + bias, top);
  return out.low <= out.high;
}

}  // namespace

void Machine::clear_total() {
  total_.addends.clear();
  total_.plus = 0;
  total_.bias = 0;
}

void Machine::gather_rows(Slice rows) {
  for (std::uint32_t i = rows.begin; i < rows.end; ++i) {
    const WeightedRow& row = program_.weighted[i];
    if (const Container* found = container(row.leaf); found != nullptr) {
      total_.addends.push_back({found, 0, row.bit, row.negative});
      (row.negative ? total_.bias : total_.plus) += std::uint64_t{1} << row.bit;
    }
  }
}

void Machine::gather_days(Slice days) {
  for (std::uint32_t day = days.begin; day < days.end; ++day) {
    const Slice present = program_.days[day].present;
    const Container* only = nullptr;
    std::size_t rows = 0;
    for (std::uint32_t i = present.begin; i < present.end; ++i) {
      if (const Container* found = container(program_.operands[i]); found != nullptr) {
        only = found;
        ++rows;
      }
    }
    if (rows != 0) {
      total_.addends.push_back({rows == 1 ? only : nullptr, day, 0, false});
      ++total_.plus;
    }
  }
}

void Machine::total(const Instruction& instruction) {
  const TotalTest& test = program_.totals[instruction.test];
  Register& target = registers_[instruction.target];
  if (instruction.into && target.state == State::Empty) {
    return;
  }
  clear_total();
  gather_rows(test.rows);
  gather_days(test.days);
  if (total_.addends.empty()) {
    if (!instruction.into || !passes(test.intervals, 0)) {
      put_empty(target);
    }
    return;
  }
  const Register* asked = sparse_mask(instruction);
  if (instruction.into && target.state == State::Sparse) {
    asked = &target;
  }
  if (asked != nullptr && total_is_cheaper_by_member(asked->users)) {
    return total_by_member(test, asked->list(), instruction);
  }
  if (!passes(test.intervals, 0) && gather_few_addends()) {
    const bool narrows = instruction.into && target.state == State::Sparse;
    return total_by_member(test, narrows ? target.list() : Members(few_), instruction);
  }
  total_dense(test, instruction);
}

bool Machine::total_is_cheaper_by_member(std::size_t members) const {
  std::size_t flat = kAddPassCost;
  std::size_t probes = members;
  for (const Addend& addend : total_.addends) {
    flat += kAddPassCost;
    if (addend.container == nullptr) {
      probes += members * 4;
    } else {
      probes += probe_cost(*addend.container, members);
      flat += addend.container->kind == ContainerKind::Bitset
                  ? 0
                  : kFlatCost + flat_cost(*addend.container);
    }
  }
  return probes <= flat;
}

// Two's complement: a negative weight is added modulo 2^64.
void Machine::total_by_member(const TotalTest& test, Members asked,
                              const Instruction& instruction) {
  const Register before = registers_[instruction.target];
  values_.assign(asked.size(), 0);
  for (const Addend& addend : total_.addends) {
    const std::uint64_t weight = std::uint64_t{1} << addend.bit;
    if (addend.container != nullptr) {
      tally(asked, *addend.container, addend.negative ? 0 - weight : weight, values_.data());
      continue;
    }
    tally_day(program_.days[addend.day], asked, hits_);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      values_[i] += hits_[i];
    }
  }
  std::uint16_t* members = own_members(instruction.target);
  std::size_t size = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    members[size] = asked[i];
    size += passes(test.intervals, static_cast<std::int64_t>(values_[i])) ? 1U : 0U;
  }
  if (instruction.into && before.state == State::Dense) {
    size = keep({members, size}, before.words, members);
  }
  put_sparse(registers_[instruction.target], members, size);
}

void Machine::total_dense(const TotalTest& test, const Instruction& instruction) {
  const RegisterId id = instruction.target;
  const Register before = registers_[id];
  add_up();
  const bool narrows = instruction.into && before.state == State::Dense;
  const bool lists = instruction.into && before.state == State::Sparse;
  const std::uint64_t* with = narrows ? before.words : universe_words();
  std::uint64_t* words = lists ? own_words(id) : out(id);
  if (with == words && test.intervals.size() > 1) {
    std::uint64_t* copy = scratch(kBatchMax);
    std::memcpy(copy, with, kBlockWords * sizeof(*copy));
    with = copy;
  }
  const std::uint32_t users = test_total(test.intervals, std::array{with}, words);
  if (lists) {
    std::uint16_t* members = own_members(id);
    return put_sparse(registers_[id], members,
                      users == 0 ? 0 : keep(before.list(), words, members));
  }
  put_dense(id, words, users);
}

// All addends into the slices.
void Machine::add_up() {
  const auto singly = [](const Addend& addend) {
    return addend.container != nullptr && addend.container->kind == ContainerKind::Array &&
           addend.container->count <= kAddSinglyMax;
  };
  std::uint64_t start = 0;
  for (const Addend& addend : total_.addends) {
    start += addend.negative && singly(addend) ? std::uint64_t{1} << addend.bit : 0;
  }
  start_total(start);
  for (const Addend& addend : total_.addends) {
    if (singly(addend)) {
      add_singly(members_of(*addend.container), addend.bit, addend.negative);
      continue;
    }
    const std::size_t slot = total_.batch.size();
    const std::uint64_t* words = addend.container != nullptr
                                     ? slice_words(addend.container, slot)
                                     : day_words(day_set(program_.days[addend.day], slot), slot);
    total_.batch.push_back({words, addend.bit, addend.negative});
    if (total_.batch.size() == kBatchMax) {
      add_batch();
    }
  }
  add_batch();
}

void Machine::start_total(std::uint64_t start) {
  const auto bits = static_cast<std::size_t>(std::bit_width(total_.plus + total_.bias));
  while (total_.slices.size() < bits) {
    total_.slices.push_back(std::make_unique_for_overwrite<Words>());
  }
  total_.slice_words.clear();
  for (std::size_t bit = 0; bit < bits; ++bit) {
    total_.slices[bit]->words.fill(0 - (start >> bit & 1U));
    total_.slice_words.push_back(total_.slices[bit]->words.data());
  }
  total_.batch.clear();
}

void Machine::add_batch() {
  if (!total_.batch.empty()) {
    kernels_.add_weighted(total_.slice_words, total_.batch);
    total_.batch.clear();
  }
}

// Between the steps a user's slices may be below zero; they wrap around, and are right in the end.
void Machine::add_singly(Members members, std::uint32_t bit, bool negative) {
  const std::uint64_t flip = negative ? ~std::uint64_t{0} : 0;
  for (const std::uint16_t member : members) {
    const std::size_t word = member / 64;
    std::uint64_t carry = std::uint64_t{1} << (member % 64U);
    for (std::size_t at = bit; at < total_.slice_words.size() && carry != 0; ++at) {
      std::uint64_t& slice = total_.slice_words[at][word];
      const std::uint64_t next = (slice ^ flip) & carry;
      slice ^= carry;
      carry = next;
    }
  }
}

std::uint32_t Machine::test_total(const std::vector<Interval>& intervals, WordsList with,
                                  std::uint64_t* words) {
  slices_.assign(total_.slice_words.begin(), total_.slice_words.end());
  std::uint32_t users = 0;
  bool started = false;
  for (const Interval& interval : intervals) {
    RangeOperands operands;
    operands.with = with;
    operands.slices = slices_;
    if (biased(interval, total_.bias, slices_.size(), operands)) {
      users += kernels_.range(words, operands, started);
      started = true;
    }
  }
  return users;
}

bool Machine::add_few(const Container& container) {
  if (container.kind != ContainerKind::Array || few_.size() + container.count > kFewMax) {
    return false;
  }
  const Members members = members_of(container);
  few_.insert(few_.end(), members.begin(), members.end());
  return true;
}

void Machine::sort_few() {
  std::sort(few_.begin(), few_.end());
  few_.erase(std::unique(few_.begin(), few_.end()), few_.end());
}

bool Machine::gather_few(std::span<const DayGroup> days) {
  for (const DayGroup& day : days) {
    for (std::uint32_t i = day.present.begin; i < day.present.end; ++i) {
      const Container* found = container(program_.operands[i]);
      if (found != nullptr && !add_few(*found)) {
        return false;
      }
    }
  }
  sort_few();
  return true;
}

bool Machine::gather_few_addends() {
  few_.clear();
  for (const Addend& addend : total_.addends) {
    const bool added = addend.container != nullptr ? add_few(*addend.container)
                                                   : gather_few({&program_.days[addend.day], 1});
    if (!added) {
      return false;
    }
  }
  sort_few();
  return true;
}

}  // namespace tagline::engine
