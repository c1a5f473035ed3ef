// Sets of few users of one block, as sorted uint16; and how containers of every kind meet them and
// flat words.
//
// Contents of containers are untrusted (engine/fragment.h): members may be unsorted, runs may
// overlap or pass the end of the block. Every function here then gives some set, and never writes
// more than it says.
#pragma once

#include "engine/fragment.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace tagline::engine {

/// Members of an array container, and so of a sparse register, at most.
inline constexpr std::size_t kSparseMax = 4096;

using Members = std::span<const std::uint16_t>;

/// A run as frozen bitmaps hold it: the users start .. start + more.
struct Run {
  std::uint16_t start;
  std::uint16_t more;
};
static_assert(sizeof(Run) == 4);
using Runs = std::span<const Run>;

/// REQUIRES: the container is of that kind.
[[nodiscard]] const std::uint64_t* words_of(const Container& container);
[[nodiscard]] Members members_of(const Container& container);
[[nodiscard]] Runs runs_of(const Container& container);

/// Each writes at most `a.size()` members (unite: both sizes) and returns how many. `out` may be
/// `a.data()`, except for unite.
std::size_t intersect(Members a, Members b, std::uint16_t* out);
std::size_t subtract(Members a, Members b, std::uint16_t* out);
std::size_t unite(Members a, Members b, std::uint16_t* out);

/// The members of `a` that are (not) in the flat words, or in the container. `out` may be
/// `a.data()`.
std::size_t keep(Members a, const std::uint64_t* words, std::uint16_t* out);
std::size_t drop(Members a, const std::uint64_t* words, std::uint16_t* out);
std::size_t keep(Members a, const Container& container, std::uint16_t* out);
std::size_t drop(Members a, const Container& container, std::uint16_t* out);

/// Adds `weight` to `counts[i]` for every member a[i] in the container or words.
void tally(Members a, const Container& container, std::uint64_t weight, std::uint64_t* counts);
void tally(Members a, const std::uint64_t* words, std::uint64_t weight, std::uint64_t* counts);
void tally(Members a, Members in, std::uint64_t weight, std::uint64_t* counts);

/// Flat words of a block: ors in, clears.
void set(std::uint64_t* words, Members members);
void clear(std::uint64_t* words, Members members);
void set(std::uint64_t* words, const Container& container);
void clear(std::uint64_t* words, const Container& container);
/// Clears what is outside the runs.
void clip(std::uint64_t* words, Runs runs);
void erase_all(std::uint64_t* words);

/// Writes the set bits as members, at most `capacity`; returns how many.
std::size_t extract(const std::uint64_t* words, std::uint16_t* out, std::size_t capacity);

}  // namespace tagline::engine
