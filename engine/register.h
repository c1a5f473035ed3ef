// What a machine computes with: registers, their buffers, counters, and rows of a block sorted by
// kind.
#pragma once

#include "engine/fragment.h"
#include "engine/kernels.h"
#include "engine/sparse.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace tagline::engine {

/// A set of users of the block. `members` and `words` may point into a container, or into another
/// register that is not written while this one is wanted.
struct Register {
  enum class State : std::uint8_t {
    Empty,   ///< nobody
    Full,    ///< the population of the block
    Sparse,  ///< `members`
    Dense,   ///< `words`; null when only the number was wanted
  };
  State state = State::Empty;
  std::uint32_t users = 0;  ///< Sparse, Dense
  const std::uint16_t* members = nullptr;
  const std::uint64_t* words = nullptr;

  [[nodiscard]] Members list() const { return {members, users}; }
};

struct alignas(64) Words {
  std::array<std::uint64_t, kBlockWords> words;
};
struct Buffers {
  std::unique_ptr<Words> words;
  std::unique_ptr<std::uint16_t[]> members;
};
struct CounterState {
  std::uint64_t threshold = 0;
  std::uint64_t added = 0;
  bool by_member = false;  ///< a count a member of the mask, instead of slices
  bool started = false;
  std::vector<std::unique_ptr<Words>> slices;
  std::vector<std::uint64_t*> slice_words;
  std::vector<std::uint64_t> counts;
};
/// One thing that counts towards totals: a row's container, or a day of several rows.
struct Addend {
  const Container* container = nullptr;
  std::uint32_t day = 0;  ///< of Program::days, when there is no container
  std::uint32_t bit = 0;
  bool negative = false;
};
/// Totals of all users of a block: what is added, and the sum in slices. What is held in the slices
/// is the total plus `bias`, which is never negative.
struct TotalState {
  std::vector<Addend> addends;
  std::uint64_t plus = 0;  ///< all weights above zero together
  std::uint64_t bias = 0;  ///< and all below, without the sign
  std::vector<std::unique_ptr<Words>> slices;
  std::vector<std::uint64_t*> slice_words;
  std::vector<WeightedWords> batch;
};
/// What sequences are looked for with; the days come last to first, and so do the steps.
struct SequenceState {
  /// ChainOperands::level_of. A term that occurs n times has n levels, from first_level on.
  std::vector<std::uint8_t> level_of;
  std::vector<std::uint8_t> first_level;
  std::vector<Words> ranks;
  std::vector<ChainDay> days;                ///< gathered, not yet run
  std::vector<const std::uint64_t*> levels;  ///< theirs
  std::size_t flat = 0;                      ///< scratch blocks they hold
  std::vector<std::uint8_t> counts;          ///< user by user
  std::vector<std::size_t> member_ranks;     ///< of one user
};
/// Who did a thing on a day: nobody, a list, or flat words.
struct DaySet {
  Members members;
  const std::uint64_t* words = nullptr;
  [[nodiscard]] bool empty() const { return words == nullptr && members.empty(); }
};
/// The containers of a group of rows, sorted by kind. Reused, so that a block allocates nothing.
struct Group {
  std::vector<const std::uint64_t*> words;
  std::vector<const Container*> arrays;
  std::vector<const Container*> runs;
  void clear();
  void add(const Container& container);
};
/// Magnitudes [low, high] of users with or without the sign.
struct Part {
  bool negative;
  std::uint64_t low;
  std::uint64_t high;
};
struct Parts {
  std::array<Part, 2> part{};
  std::size_t size = 0;
};

}  // namespace tagline::engine
