// Random worlds and plans for the property tests, and the same world as a MemorySource.
#pragma once

#include "engine/memory_source.h"
#include "engine/plan.h"
#include "tests/engine/oracle.h"

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace tagline::engine::test {

using Random = std::mt19937_64;

/// TAGLINE_SEED, or the fixed one.
[[nodiscard]] std::uint64_t seed();
/// For SCOPED_TRACE: how to run the failing case again.
[[nodiscard]] std::string seed_hint();

/// A number in [low, high].
[[nodiscard]] std::uint64_t pick(Random& random, std::uint64_t low, std::uint64_t high);

/// Fields of a random world: rows 1/1 .. 1/kRows, numbers kFirstNumber .. kFirstNumber + kNumbers
/// - 1.
inline constexpr FieldId kRowField = 1;
inline constexpr RowId kRows = 10;
inline constexpr FieldId kFirstNumber = 2;
inline constexpr FieldId kNumbers = 4;

/// Rows of every shape (empty, full, dense, sparse, runs, block edges), made to overlap by keeping
/// to the same few neighbourhoods; numbers small, negative, and as large as they get; sometimes
/// erased users.
[[nodiscard]] World random_world(Random& random, std::uint32_t users);
[[nodiscard]] MemorySource source_of(const World& world);

/// A plan of random shape over the fields above, and over some that do not exist. `leaf`, when
/// given, makes half of its leaves.
using RandomLeaf = std::function<NodeId(Random&, Plan&)>;
[[nodiscard]] NodeId random_plan(Random& random, Plan& plan, int depth,
                                 const RandomLeaf& leaf = {});

}  // namespace tagline::engine::test
