// Range: a test of a number held in bit slices (P. O'Neil and D. Quass, "Improved query performance
// with variant indexes", 1997). Numbers are magnitude and sign, so [low, high] falls into at most
// two intervals of magnitudes:
//
//   not negative:  [max(low, 0), high]             among exists \ sign
//   negative:      [-min(high, -1), -low]          among exists AND sign
//
// For many users the slices are read flat, both bounds in one pass (engine/kernels_body.h). For few
// users in question their numbers are gathered bit by bit and compared.
#include "engine/machine.h"
#include "engine/magnitude.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tagline::engine {
namespace {

// Nanoseconds, as in machine_rows.cc.
constexpr std::size_t kSlicePassCost = 100;
constexpr std::size_t kExpandCost = 60;
constexpr std::size_t kRunCost = 8;
constexpr std::size_t kProbeCost = 2;  // one member against one slice

constexpr std::uint64_t kNegativeFlag = std::uint64_t{1} << 63U;

constexpr std::array<std::uint64_t, kBlockWords> kZeros{};

}  // namespace

Parts Machine::parts_of(const RangeTest& test) const {
  const std::uint64_t top = (std::uint64_t{1} << test.slices.size()) - 1;
  Parts parts;
  const auto add = [&](bool negative, std::uint64_t low, std::uint64_t high) {
    if (low <= std::min(high, top)) {
      parts.part[parts.size++] = {negative, low, std::min(high, top)};
    }
  };
  if (test.high >= 0 && test.low <= test.high) {
    add(false, magnitude_of(std::max<std::int64_t>(test.low, 0)), magnitude_of(test.high));
  }
  if (test.low < 0 && test.low <= test.high && container(test.sign) != nullptr) {
    add(true, magnitude_of(std::min<std::int64_t>(test.high, -1)), magnitude_of(test.low));
  }
  return parts;
}

void Machine::range(const Instruction& instruction) {
  const RangeTest& test = program_.ranges[instruction.range];
  Register& target = registers_[instruction.target];
  const Container* exists = container(test.exists);
  const Parts parts = parts_of(test);
  if (exists == nullptr || parts.size == 0 || (instruction.into && target.state == State::Empty)) {
    return put_empty(target);
  }
  const Register* asked = sparse_mask(instruction);
  if (instruction.into && target.state == State::Sparse) {
    asked = &target;
  }
  if (asked != nullptr && range_is_cheaper_by_member(test, asked->users)) {
    return range_by_member(test, parts, asked->list(), instruction);
  }
  if (exists->kind == ContainerKind::Array && range_is_cheaper_by_member(test, exists->count)) {
    // A list in the target is probed against those who have a number first, which leaves no more.
    const bool narrows = instruction.into && target.state == State::Sparse;
    return range_by_member(test, parts, narrows ? target.list() : members_of(*exists), instruction);
  }
  range_dense(test, parts, instruction);
}

bool Machine::range_is_cheaper_by_member(const RangeTest& test, std::size_t members) const {
  std::size_t flat = kSlicePassCost;
  std::size_t probes = members * kProbeCost;
  for (std::uint32_t i = test.slices.begin; i < test.slices.end; ++i) {
    const Container* slice = container(program_.operands[i]);
    flat += kSlicePassCost;
    if (slice != nullptr) {
      probes += members * kProbeCost;
      if (slice->kind != ContainerKind::Bitset) {
        flat += kExpandCost + slice->count * (slice->kind == ContainerKind::Run ? kRunCost : 1);
        probes += std::min<std::size_t>(slice->count, members * 32);
      }
    }
  }
  return probes <= flat;
}

// `asked` are the users in question: of a mask, of the target, or all users that have a number
// here.
void Machine::range_by_member(const RangeTest& test, const Parts& parts, Members asked,
                              const Instruction& instruction) {
  const Register before = registers_[instruction.target];
  std::uint16_t* members = own_members(instruction.target);
  asked = {members, keep(asked, *container(test.exists), members)};
  if (instruction.into && before.state == State::Dense) {
    asked = {members, keep(asked, before.words, members)};
  }
  values_.assign(asked.size(), 0);
  for (std::uint32_t i = test.slices.begin; i < test.slices.end; ++i) {
    if (const Container* slice = container(program_.operands[i]); slice != nullptr) {
      tally(asked, *slice, std::uint64_t{1} << (i - test.slices.begin), values_.data());
    }
  }
  if (const Container* sign = container(test.sign); sign != nullptr) {
    tally(asked, *sign, kNegativeFlag, values_.data());
  }
  std::size_t size = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const bool negative = (values_[i] & kNegativeFlag) != 0;
    const std::uint64_t magnitude = values_[i] & ~kNegativeFlag;
    bool in = false;
    for (std::size_t part = 0; part < parts.size; ++part) {
      in |= parts.part[part].negative == negative && parts.part[part].low <= magnitude &&
            magnitude <= parts.part[part].high;
    }
    members[size] = asked[i];
    size += in ? 1U : 0U;
  }
  put_sparse(registers_[instruction.target], members, size);
}

// Flat words of a container, in place or expanded into the given scratch.
const std::uint64_t* Machine::slice_words(const Container* container, std::size_t scratch_index) {
  if (container == nullptr) {
    return kZeros.data();
  }
  if (container->kind == ContainerKind::Bitset) {
    return words_of(*container);
  }
  std::uint64_t* words = scratch(scratch_index);
  erase_all(words);
  set(words, *container);
  return words;
}

// The flat words of the slices that matter within [low, high], and the bounds in those bits alone.
// In one block many slices are alike for all who have a number (the high bits of dates, say): bit i
// being c for everybody, only the bounds' bits above i count where c differs from a bound's bit,
// and nothing changes where it does not. Bounds that end in 0..0 and 1..1 leave the lowest slices
// out. Both bounds are one number wider than the slices: below zero nobody is low enough, past the
// top nobody is high enough.
Machine::SlicedBounds Machine::gather_bounds(const RangeTest& test, const Container& exists,
                                             std::uint64_t low, std::uint64_t high) {
  __extension__ using Wide = __int128;
  Wide from = 0;
  Wide to = 0;
  std::size_t varying = 0;
  std::array<std::uint32_t, 64> slices{};
  for (std::uint32_t i = test.slices.begin; i < test.slices.end; ++i) {
    const Container* slice = container(program_.operands[i]);
    const bool constant = slice == nullptr || slice->cardinality >= exists.cardinality;
    const std::uint32_t bit = i - test.slices.begin;
    const bool low_bit = (low >> bit & 1U) != 0;
    const bool high_bit = (high >> bit & 1U) != 0;
    const Wide span = Wide{1} << varying;
    if (constant) {
      const bool set = slice != nullptr;
      if (set != high_bit) {
        to = high_bit ? span - 1 : -1;
      }
      if (set != low_bit) {
        from = low_bit ? span : 0;
      }
      continue;
    }
    from += low_bit ? span : 0;
    to += high_bit ? span : 0;
    slices[varying++] = i;
  }
  const Wide top = (Wide{1} << varying) - 1;
  SlicedBounds bounds;
  if (from > to || to < 0 || from > top) {
    return bounds;
  }
  bounds.low = static_cast<std::uint64_t>(std::max<Wide>(from, 0));
  bounds.high = static_cast<std::uint64_t>(std::min(to, top));
  bounds.anybody = true;
  const auto spare = static_cast<std::size_t>(std::min(
      {std::countr_zero(bounds.low), std::countr_one(bounds.high), static_cast<int>(varying)}));
  bounds.low = spare == 64 ? 0 : bounds.low >> spare;
  bounds.high = spare == 64 ? 0 : bounds.high >> spare;
  slices_.clear();
  for (std::size_t i = spare; i < varying; ++i) {
    slices_.push_back(
        slice_words(container(program_.operands[slices[i]]), slices[i] - test.slices.begin));
  }
  return bounds;
}

void Machine::range_dense(const RangeTest& test, const Parts& parts,
                          const Instruction& instruction) {
  const Register before = registers_[instruction.target];
  const std::size_t scratch_used = test.slices.size();
  const Container& domain = *container(test.exists);
  // Where everybody has a number, who has one need not be read.
  const bool all = domain.cardinality == kBlockUsers;
  const std::uint64_t* exists = all ? universe_words() : slice_words(&domain, scratch_used);
  const std::uint64_t* sign = slice_words(container(test.sign), scratch_used + 1);
  const bool signs = container(test.sign) != nullptr;

  // Positions 0 and 1 are the number's own domain; 2 is the target so far.
  std::array<const std::uint64_t*, 3> with{exists};
  const bool narrows = instruction.into && before.state == State::Dense;
  const bool lists = instruction.into && before.state == State::Sparse;
  const std::uint64_t* narrowed = before.words;
  std::uint64_t* words = lists ? own_words(instruction.target) : out(instruction.target);
  if (narrows && parts.size == 2 && narrowed == words) {
    std::uint64_t* copy = scratch(scratch_used + 2);
    std::memcpy(copy, narrowed, kBlockWords * sizeof(*copy));
    narrowed = copy;
  }
  std::uint32_t users = 0;
  bool started = false;
  for (std::size_t i = 0; i < parts.size; ++i) {
    const Part& part = parts.part[i];
    const SlicedBounds bounds = gather_bounds(test, domain, part.low, part.high);
    if (!bounds.anybody) {
      continue;
    }
    std::size_t with_size = all && (part.negative || narrows) ? 0 : 1;
    if (part.negative) {
      with[with_size++] = sign;
    }
    if (narrows) {
      with[with_size++] = narrowed;
    }
    RangeOperands operands;
    operands.with = {with.data(), with_size};
    operands.without = {&sign, signs && !part.negative ? 1U : 0U};
    operands.slices = slices_;
    operands.low = bounds.low;
    operands.high = bounds.high;
    users += kernels_.range(words, operands, started);
    started = true;
  }
  if (!started) {
    return put_empty(registers_[instruction.target]);
  }
  if (lists) {
    std::uint16_t* members = own_members(instruction.target);
    return put_sparse(registers_[instruction.target], members, keep(before.list(), words, members));
  }
  put_dense(instruction.target, words, users);
}

}  // namespace tagline::engine
