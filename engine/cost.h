// Cost: what it takes to read containers one way or the other, about, in nanoseconds. Measured on
// one core with AVX-512 (bench/engine_bench.cc); the numbers only have to be right about which of
// two ways is cheaper.
#pragma once

#include "engine/fragment.h"

#include <algorithm>
#include <cstddef>

namespace tagline::engine {

inline constexpr std::size_t kBitsetPassCost = 60;
inline constexpr std::size_t kFlatCost = 100;  // to clear a register and count it
inline constexpr std::size_t kRunCost = 8;

/// To set the users of a container in flat words.
inline std::size_t flat_cost(const Container& container) {
  switch (container.kind) {
    case ContainerKind::Array:
      return container.count;
    case ContainerKind::Run:
      return container.count * kRunCost;
    case ContainerKind::Bitset:
      return kBitsetPassCost;
  }
  return 0;
}

/// To look up so many members in it.
inline std::size_t probe_cost(const Container& container, std::size_t members) {
  if (container.kind == ContainerKind::Bitset) {
    return members;
  }
  // A list is searched, not walked, when it is much longer (engine/sparse.cc).
  return members + std::min<std::size_t>(container.count, members * 32);
}

}  // namespace tagline::engine
