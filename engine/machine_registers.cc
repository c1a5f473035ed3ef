// Registers: their forms, and set operations between two of them.
#include "engine/machine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace tagline::engine {
namespace {

// At most so many users are kept as a list rather than as flat words. Writing the list out costs
// about a scan of the words (0.3 us), and each later step on it a few ns a member against 0.1 us
// for the words.
constexpr std::uint32_t kListMax = 64;

// Two lists are merged up to this many members together; beyond, flat words are cheaper (2 ns a
// member to merge, 0.7 ns to set a bit).
constexpr std::size_t kMergeMax = 256;

using BlockArray = std::array<std::uint64_t, kBlockWords>;

constexpr BlockArray all_ones() {
  BlockArray words{};
  for (std::uint64_t& word : words) {
    word = ~std::uint64_t{0};
  }
  return words;
}
alignas(64) constexpr BlockArray kAllOnes = all_ones();

}  // namespace

void Machine::put_empty(Register& target) {
  target = Register{};
}

void Machine::put_full(Register& target) {
  target = Register{};
  target.state = State::Full;
}

void Machine::put_sparse(Register& target, const std::uint16_t* members, std::size_t size) {
  target = Register{};
  if (size != 0) {
    target.state = State::Sparse;
    target.members = members;
    target.users = static_cast<std::uint32_t>(size);
  }
}

void Machine::put_dense(RegisterId id, const std::uint64_t* words, std::uint32_t users) {
  Register& target = registers_[id];
  if (users == 0) {
    return put_empty(target);
  }
  if (users >= universe_users_) {
    return put_full(target);
  }
  if (users <= kListMax && words != nullptr && !last_) {
    std::uint16_t* members = own_members(id);
    return put_sparse(target, members, extract(words, members, kSparseMax));
  }
  target = Register{};
  target.state = State::Dense;
  target.words = words;
  target.users = users;
}

void Machine::put_own(RegisterId id) {
  const std::uint64_t* words = own_words(id);
  put_dense(id, words, kernels_.unite(nullptr, std::array{words}));
}

std::uint64_t* Machine::own_words(RegisterId id) {
  if (buffers_[id].words == nullptr) {
    buffers_[id].words = std::make_unique_for_overwrite<Words>();
  }
  return buffers_[id].words->words.data();
}

std::uint16_t* Machine::own_members(RegisterId id) {
  if (buffers_[id].members == nullptr) {
    buffers_[id].members = std::make_unique_for_overwrite<std::uint16_t[]>(kSparseMax);
  }
  return buffers_[id].members.get();
}

std::uint64_t* Machine::scratch(std::size_t index) {
  while (scratch_.size() <= index) {
    scratch_.push_back(std::make_unique_for_overwrite<Words>());
  }
  return scratch_[index]->words.data();
}

const std::uint64_t* Machine::universe_words() {
  if (universe_words_ != nullptr) {
    return universe_words_;
  }
  const Container* container = population_ == nullptr ? nullptr : population_->find(block_);
  if (container == nullptr || container->cardinality == kBlockUsers) {
    universe_words_ = kAllOnes.data();
  } else if (container->kind == ContainerKind::Bitset) {
    universe_words_ = words_of(*container);
  } else {
    if (universe_buffer_ == nullptr) {
      universe_buffer_ = std::make_unique_for_overwrite<Words>();
    }
    std::uint64_t* words = universe_buffer_->words.data();
    erase_all(words);
    set(words, *container);
    universe_words_ = words;
  }
  return universe_words_;
}

const Register* Machine::sparse_mask(const Instruction& instruction) const {
  if (instruction.mask == kNoRegister) {
    return nullptr;
  }
  const Register& mask = registers_[instruction.mask];
  return mask.state == State::Sparse ? &mask : nullptr;
}

// The value of another register. One above the target is scratch and will be written again, so its
// buffers come along; one below is a shared node's home and keeps its value for the whole block.
void Machine::take(RegisterId id, RegisterId source) {
  registers_[id] = registers_[source];
  if (source > id) {
    std::swap(buffers_[id], buffers_[source]);
  }
}

std::uint16_t* Machine::other_members() {
  if (scratch_members_ == nullptr) {
    scratch_members_ = std::make_unique_for_overwrite<std::uint16_t[]>(kSparseMax);
  }
  return scratch_members_.get();
}

void Machine::put_other_members(RegisterId id, std::size_t size) {
  std::swap(scratch_members_, buffers_[id].members);
  put_sparse(registers_[id], buffers_[id].members.get(), size);
}

void Machine::intersect(RegisterId id, RegisterId source_id) {
  Register& target = registers_[id];
  const Register& source = registers_[source_id];
  if (target.state == State::Empty || source.state == State::Full) {
    return;
  }
  if (source.state == State::Empty || target.state == State::Full) {
    return take(id, source_id);
  }
  if (target.state == State::Sparse) {
    std::uint16_t* members = own_members(id);
    const std::size_t size = source.state == State::Sparse
                                 ? engine::intersect(target.list(), source.list(), members)
                                 : keep(target.list(), source.words, members);
    return put_sparse(target, members, size);
  }
  if (source.state == State::Sparse) {
    std::uint16_t* members = own_members(id);
    return put_sparse(target, members, keep(source.list(), target.words, members));
  }
  std::uint64_t* words = out(id);
  put_dense(id, words, kernels_.intersect(words, std::array{target.words, source.words}, {}));
}

void Machine::unite(RegisterId id, RegisterId source_id) {
  Register& target = registers_[id];
  const Register& source = registers_[source_id];
  if (target.state == State::Full || source.state == State::Empty) {
    return;
  }
  if (target.state == State::Empty || source.state == State::Full) {
    return take(id, source_id);
  }
  if (target.state == State::Dense && source.state == State::Dense) {
    std::uint64_t* words = out(id);
    return put_dense(id, words, kernels_.unite(words, std::array{target.words, source.words}));
  }
  if (target.state == State::Sparse && source.state == State::Sparse &&
      target.users + source.users <= kMergeMax) {
    const std::size_t size = engine::unite(target.list(), source.list(), other_members());
    return put_other_members(id, size);
  }
  std::uint64_t* words = own_words(id);
  const Register before = target;
  const Register& dense = before.state == State::Dense ? before : source;
  if (dense.state == State::Dense) {
    std::memmove(words, dense.words, sizeof(BlockArray));
  } else {
    erase_all(words);
  }
  if (before.state == State::Sparse) {
    set(words, before.list());
  }
  if (source.state == State::Sparse) {
    set(words, source.list());
  }
  put_own(id);
}

void Machine::subtract(RegisterId id, RegisterId source_id) {
  Register& target = registers_[id];
  const Register& source = registers_[source_id];
  if (target.state == State::Empty || source.state == State::Empty) {
    return;
  }
  if (source.state == State::Full) {
    return put_empty(target);
  }
  if (target.state == State::Sparse) {
    std::uint16_t* members = own_members(id);
    const std::size_t size = source.state == State::Sparse
                                 ? engine::subtract(target.list(), source.list(), members)
                                 : drop(target.list(), source.words, members);
    return put_sparse(target, members, size);
  }
  subtract_flat(id, target.state == State::Full ? universe_words() : target.words, source);
}

void Machine::subtract_flat(RegisterId id, const std::uint64_t* from, const Register& source) {
  if (source.state == State::Dense) {
    std::uint64_t* words = out(id);
    return put_dense(id, words,
                     kernels_.intersect(words, std::array{from}, std::array{source.words}));
  }
  std::uint64_t* words = own_words(id);
  std::memmove(words, from, sizeof(BlockArray));
  clear(words, source.list());
  put_own(id);
}

// NOT x = population \ x; for the users of a mask, mask \ x. The source may be the target itself.
void Machine::complement(const Instruction& instruction) {
  const RegisterId id = instruction.target;
  const Register source = registers_[instruction.source];
  const Register* mask = sparse_mask(instruction);
  if (source.state == State::Full) {
    return put_empty(registers_[id]);
  }
  if (source.state == State::Empty) {
    return mask != nullptr ? put_sparse(registers_[id], mask->members, mask->users)
                           : put_full(registers_[id]);
  }
  if (mask == nullptr) {
    return subtract_flat(id, universe_words(), source);
  }
  const std::size_t size = source.state == State::Sparse
                               ? engine::subtract(mask->list(), source.list(), other_members())
                               : drop(mask->list(), source.words, other_members());
  put_other_members(id, size);
}

}  // namespace tagline::engine
