// Kernels: the loops over the 1,024 flat words of a block. One set of them for each instruction set
// worth telling apart, chosen once by what the processor can do; all sets give the same answers
// (tests/engine/kernels_test.cc).
#pragma once

#include "engine/layout.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tagline::engine {

/// Flat words of blocks, kBlockWords each. Pointers need only be 8-byte aligned (containers are 32,
/// registers 64).
using WordsList = std::span<const std::uint64_t* const>;

/// Users whose magnitude, held in `slices` (low bit first), is within [low, high], among those in
/// all of `with` and in none of `without`.
struct RangeOperands {
  WordsList with;
  WordsList without;
  WordsList slices;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// Users of `among` whose magnitude is `bound` or more, or with `down` that or less.
struct PastOperands {
  const std::uint64_t* among = nullptr;
  WordsList slices;
  std::uint64_t bound = 0;
  bool down = false;
};

/// Counters have at most this many slices: enough for thresholds of 2^20, more operands than a plan
/// may have rows.
inline constexpr std::size_t kCounterBitsMax = 20;

/// A counter a user, in binary over `slices`: slice j holds bit j of every counter.
struct CounterOperands {
  std::span<std::uint64_t* const> slices;
  std::uint64_t*
      overflowed;  ///< users whose counter has passed its top; never cleared by the kernel
  WordsList add;   ///< each adds one to its users
};

/// A total a user, in binary over slices, is at most this wide.
inline constexpr std::size_t kTotalBitsMax = 64;

/// Every user of `words` (or every other one, with `inverted`) counts 2^bit.
struct WeightedWords {
  const std::uint64_t* words = nullptr;
  std::uint32_t bit = 0;
  bool inverted = false;
};

/// Users numbered at once, and the sets that fit a number; see Kernels::number.
inline constexpr std::size_t kNumberedWords = 16;
inline constexpr std::size_t kNumberBitsMax = 16;

/// Days in a row. A user's run of days is counted in `slices`, starting at 2^slices - k wherever it
/// starts anew, so that a carry out of the top says it has reached k; such users are added to
/// `reached`.
struct StreakOperands {
  std::span<std::uint64_t* const> slices;
  std::uint64_t* reached = nullptr;
  std::uint64_t start = 0;
  WordsList days;  ///< in order; null: a day on which nobody did it
};

/// Reads numbers back out of their slices, a stretch of the block at a time.
struct DecodeOperands {
  const std::uint64_t* among = nullptr;  ///< whose numbers
  WordsList slices;                      ///< low bit first; at most 64
  std::size_t at = 0;                    ///< words [at, at + words) of the block
  std::size_t words = 0;
};
/// What `decode` and `list` may write beyond what they say, in numbers.
inline constexpr std::size_t kDecodeSlack = 16;

/// A day of chains.
struct ChainDay {
  /// Level by level who did enough for it (ChainOperands::level_of); null: nobody. Null itself when
  /// the day has a mark only.
  const std::uint64_t* const* levels = nullptr;
  std::uint64_t rank = 0;   ///< 1 or more, and never lower than the day before's
  std::uint64_t least = 0;  ///< chains completed today count from this rank on; 0: none does
  /// Whose mark becomes `rank`; null: nobody's, as always where marks do not matter.
  const std::uint64_t* mark = nullptr;
};

/// Chains: steps 1 .. `steps` taken in order, several on a day where a user did enough for them. Of
/// every user and number of steps, the best rank of the chains that have taken so many is kept; a
/// chain has the rank of the day it began on. Ranks are held in slices of `bits`, 0 being none.
///
/// Who takes the steps i + 1 .. j of one day moves from i to j; who can do so can take fewer steps
/// too, and shorter chains rank no lower. So the furthest move is the best, and of moves made one
/// after the other, the furthest last, what remains is right.
struct ChainOperands {
  std::size_t steps = 0;
  std::size_t bits = 0;
  /// Some step takes events of the kind another one takes. Else a day's steps are taken one by one,
  /// which is cheaper.
  bool repeats = false;
  bool marked = false;  ///< only users whose mark is `least` or more complete a chain
  /// level_of[j * steps + i]: what step i + 1 wants of a day that steps i + 1 .. j are taken on.
  const std::uint8_t* level_of = nullptr;
  /// chain_words() of them, zero at the start: lane after lane (of the set), and there step after
  /// step, so that all a lane needs stays in the first cache level from day to day.
  std::uint64_t* ranks = nullptr;
  std::span<const ChainDay> days;    ///< in order
  std::uint64_t* reached = nullptr;  ///< users who have completed a chain; never cleared
};
/// Chains have at most so many steps.
inline constexpr std::size_t kChainMax = 64;
[[nodiscard]] constexpr std::size_t chain_words(const ChainOperands& operands) {
  return (operands.steps + (operands.marked ? 1U : 0U)) * operands.bits * kBlockWords;
}

/// Every kernel that returns a number returns how many users it selected. `out` may be one of the
/// operands, or null when only the number is wanted.
struct Kernels {
  const char* name;
  /// In all of `with` (one or more), in none of `without`.
  std::uint32_t (*intersect)(std::uint64_t* out, WordsList with, WordsList without);
  /// In any of `any` (one or more).
  std::uint32_t (*unite)(std::uint64_t* out, WordsList any);
  /// With `or_into`, adds to what `out` holds (and then `out` is not null); returns the users of
  /// this range only.
  std::uint32_t (*range)(std::uint64_t* out, const RangeOperands& operands, bool or_into);
  /// Reads slices from the highest down, and of each stretch only as many as it takes until
  /// nobody's number begins as the bound does. For few users, or bounds that few pass, a fraction
  /// of `range`.
  std::uint32_t (*past)(std::uint64_t* out, const PastOperands& operands);
  void (*count_up)(const CounterOperands& operands);
  /// Adds to totals held in `slices` (kTotalBitsMax at most), modulo 2^slices.
  void (*add_weighted)(std::span<std::uint64_t* const> slices, std::span<const WeightedWords> add);
  void (*streak)(const StreakOperands& operands);
  /// Takes chains on by the days; the ranks stay for the next call.
  void (*chain)(const ChainOperands& operands);
  /// Where `by` has a user, `into` becomes what `from` is.
  void (*blend)(std::uint64_t* into, const std::uint64_t* from, const std::uint64_t* by);
  /// The numbers of those users, by ascending user. `out` has room for 64 a word and kDecodeSlack.
  std::size_t (*decode)(std::uint64_t* out, const DecodeOperands& operands);
  /// The users of the words, ascending, the first of the block being `first`. `out` has room for
  /// them and kDecodeSlack.
  std::size_t (*list)(std::uint32_t* out, const std::uint64_t* words, std::uint32_t first);
  /// How many of the `size` members are in `words`. Members ascend; of others some number, at most
  /// `size`, results.
  std::uint32_t (*probe)(const std::uint64_t* words, const std::uint16_t* members,
                         std::size_t size);
  /// Adds the members to the words.
  void (*add)(std::uint64_t* words, const std::uint16_t* members, std::size_t size);
  /// Adds `size` runs, pairs (start, length - 1), each cut off at the end of the block.
  void (*add_runs)(std::uint64_t* words, const std::uint16_t* runs, std::size_t size);
  /// Writes those of the members that are in the words, or with `in` false those that are not;
  /// returns how many. `out` may be `members`.
  std::size_t (*sift)(std::uint16_t* out, const std::uint64_t* words, const std::uint16_t* members,
                      std::size_t size, bool in);
  /// For each user of the words [first, first + kNumberedWords): which of `sets` (kNumberBitsMax at
  /// most) have her, set i as bit i.
  void (*number)(std::uint16_t* numbers, WordsList sets, std::size_t first);
};

/// The best set for this processor.
[[nodiscard]] const Kernels& kernels();
/// Every set this processor can run, the plain one first. For tests and benches.
[[nodiscard]] std::span<const Kernels* const> all_kernels();
/// Names of the sets this program was compiled with, the plain one first; the processor may lack
/// what the later ones need.
[[nodiscard]] std::span<const std::string_view> compiled_kernels();

}  // namespace tagline::engine
