// Overlap: how many users each pair of segments has in common, and how many are in exactly these
// and in no other of them (the regions of a Venn or UpSet diagram).
#pragma once

#include "engine/sweep.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tagline::engine {

/// Limits; above, TooLarge.
inline constexpr std::size_t kOverlapsMax = 64;  // 8 KB an answer and thread
inline constexpr std::size_t kRegionsMax = 12;   // 2^12 regions

/// counts[i * n + j]: users in both answers i and j; on the diagonal, of one. n answers, Together
/// (else Internal). Cost a block: 60 ns a pair of dense answers, less where one has few users; none
/// where one is nobody or everybody.
[[nodiscard]] Result<std::vector<std::uint64_t>> overlap_counts(const Sweep& sweep,
                                                                ExecuteStats* stats = nullptr);

struct RegionOptions {
  /// The answer within which everything is counted, and which bounds no region itself. Nothing: the
  /// population.
  /// One there is not: Internal.
  std::optional<std::size_t> within;
};

/// 2^n counts, of the n answers (less `within`), Together (else Internal): at index r the users in
/// every answer whose bit is set in r (answer 0: the lowest; `within` has no bit), and in no other.
/// Those in none are at 0.
///
/// Cost a block, of answers that have somebody there: 60 ns a subset with somebody in common up to
/// kSubsetsMax answers, whose intersections give the regions by inclusion and exclusion at the end;
/// with more, every user's answers are made a number (Kernels::number), and the numbers tallied:
/// 0.7 ns a user, or 5 ns a user in any of them where these are few.
[[nodiscard]] Result<std::vector<std::uint64_t>> region_counts(const Sweep& sweep,
                                                               const RegionOptions& options = {},
                                                               ExecuteStats* stats = nullptr);
/// See region_counts.
inline constexpr std::size_t kSubsetsMax = 7;

}  // namespace tagline::engine
