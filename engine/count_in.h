// How many users of one set of a block are in another, nothing written. The inner step of
// breakdowns, tables and overlaps.
//
// Contents of containers are untrusted (engine/fragment.h): each function then gives some number,
// at most the members read, and reads nothing outside the block.
#pragma once

#include "engine/fragment.h"
#include "engine/sparse.h"

#include <cstddef>
#include <cstdint>

namespace tagline::engine {

/// Probes that take as long as a pass over a block: longer lists are better made flat when they are
/// to be met more than once.
inline constexpr std::size_t kProbesAPass = 128;

/// 0.1 to 0.4 ns a member (Kernels::probe).
[[nodiscard]] std::uint32_t count_in(Members a, const std::uint64_t* words);
/// Merges, or searches the longer for each member of the shorter where that is cheaper.
[[nodiscard]] std::uint32_t count_in(Members a, Members b);
[[nodiscard]] std::uint32_t count_in(Members a, const Container& container);
/// A pass of 60 ns for a bitset, a probe a member of an array, the words that runs cover.
[[nodiscard]] std::uint32_t count_in(const Container& container, const std::uint64_t* words);
/// Both flat.
[[nodiscard]] std::uint32_t count_both(const std::uint64_t* a, const std::uint64_t* b);

}  // namespace tagline::engine
