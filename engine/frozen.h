// Frozen: how a fragment's containers are laid out in bytes. It is CRoaring's frozen form with one
// choice of ours: a container of kWideFrom members or more, or of kWideRunsFrom runs, is a bitset,
// where CRoaring would keep an array up to 4,096 members, and runs while they are smaller.
//
// Why: what runs over a block wants flat words. Flattening an array costs 0.5 ns a member, reading
// a bitset 60 to 250 ns whatever it holds; so bitsets win from about 300 members on, while the
// bytes are even only at 4,096. kWideFrom is between: no such container grows to more than four
// times its size, and busy days, middling values and the slices of numbers are read as they lie.
// Runs cost 8 ns each.
#pragma once

#include "engine/fragment.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

inline constexpr std::uint32_t kWideFrom = 1024;
inline constexpr std::uint32_t kWideRunsFrom = 256;

/// Bytes that write_wide() writes of it; as many as it has when nothing is to be widened.
[[nodiscard]] std::size_t wide_bytes(const Fragment& fragment);
/// Writes the same sets, long arrays and many runs as bitsets. REQUIRES: `out` has
/// wide_bytes(). Members out of order (damage) come out as some set.
void write_wide(const Fragment& fragment, std::span<std::byte> out);

/// The same sets in a form that CRoaring takes: bitsets of at most 4,096 members as arrays. A
/// bitset whose count is not its members' stays as it is, for CRoaring to refuse.
[[nodiscard]] std::vector<std::byte> narrowed(const Fragment& fragment);

}  // namespace tagline::engine
