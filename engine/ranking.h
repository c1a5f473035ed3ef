// Ranking: the numbers of an answer's users in order, without sorting them: which number stands at
// a rank, who holds the largest, how few hold a share of the total.
//
// A radix descent. A first sweep counts (and adds up) the numbers by their highest 11 bits; what is
// asked lies in one of those 2,048 parts, which a second sweep divides by the next 11 bits, and so
// on: two sweeps for numbers up to four million, six for any. Memory is 64 KB a thread and rank,
// however many users there are. Bit by bit (P. O'Neil and D. Quass, 1997) it would be twenty
// sweeps.
#pragma once

#include "engine/number_column.h"
#include "engine/sweep.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tagline::engine {

/// Which end of the order comes first.
enum class Rank : std::uint8_t { Smallest, Largest };

/// The number at each of `ranks` (0 is the first), of the first answer of the sweep; nothing for a
/// rank that is not below the number of users who have a number.
[[nodiscard]] Result<std::vector<std::optional<std::int64_t>>> numbers_at(
    const Sweep& over, FieldId field, Rank order, std::span<const std::uint64_t> ranks,
    ExecuteStats* stats = nullptr);

struct RankedUser {
  UserIndex user = 0;
  std::int64_t value = 0;
  friend bool operator==(const RankedUser&, const RankedUser&) = default;
};
/// More are selected than listed: engine's Op::Top gives them as a set.
inline constexpr std::uint64_t kRankedMax = 1'000'000;
/// The first `n` by number, of equal numbers by index; all if there are fewer. REQUIRES: n is at
/// most kRankedMax. Memory: 16 bytes each, a thread.
[[nodiscard]] Result<std::vector<RankedUser>> ranked_users(const Sweep& over, FieldId field,
                                                           Rank order, std::uint64_t n,
                                                           ExecuteStats* stats = nullptr);

/// The fewest users, largest first, who hold a share of the total (V. Pareto's question).
struct Concentration {
  std::uint64_t known = 0;     ///< users of the answer who have a number
  Int128 total = 0;            ///< of theirs
  std::uint64_t users = 0;     ///< the fewest
  Int128 held = 0;             ///< by them: at least the share
  std::int64_t threshold = 0;  ///< the smallest number among them
};
/// `share` in millionths, 1 to 1,000,000. Nothing when the total is not above zero. The users are
/// those of Op::Top with that many.
[[nodiscard]] Result<std::optional<Concentration>> concentration(const Sweep& over, FieldId field,
                                                                 std::uint32_t share,
                                                                 ExecuteStats* stats = nullptr);

}  // namespace tagline::engine
