// Leaders: the few first users by a number, in one sweep.
//
// The worst of the n best so far bars the way: of the next block only those who pass it are looked
// at, and after some blocks nearly nobody does, which the highest slices alone show
// (Kernels::past). So most numbers are never taken apart; of N users in any order about n ln(N / n)
// are.
#pragma once

#include "engine/ranking.h"

#include <cstdint>
#include <vector>

namespace tagline::engine {

/// For more of them a radix descent (engine/ranking.cc) is the cheaper way.
inline constexpr std::uint64_t kLeadersMax = 1U << 15U;

/// As ranked_users. REQUIRES: n is 1 to kLeadersMax. Memory: 32 n bytes a thread.
[[nodiscard]] Result<std::vector<RankedUser>> leaders(const Sweep& over, FieldId field, Rank order,
                                                      std::uint64_t n, ExecuteStats* stats);

/// The order ranked users come in.
struct Ahead {
  Rank order = Rank::Largest;
  bool operator()(const RankedUser& a, const RankedUser& b) const {
    if (a.value != b.value) {
      return (a.value < b.value) == (order == Rank::Smallest);
    }
    return a.user < b.user;
  }
};

}  // namespace tagline::engine
