// format_version: versions of the whole file format (storage/FORMAT.md).
#pragma once

#include <cstdint>

namespace tagline::storage {

/// Raised when an older program could misread a newer database, or leave it contradicting itself.
inline constexpr std::uint64_t kFormatVersion = 8;
/// Read too. The first commit makes it the newest.
inline constexpr std::uint64_t kOldestFormatVersion = 3;
/// Versions before lack the key spaces of rules and origins.
inline constexpr std::uint64_t kFormatVersionWithRules = 4;
/// Versions before do not say when the data changed.
inline constexpr std::uint64_t kFormatVersionWithDataVersion = 5;
/// Versions before keep no changes beside the fragments.
inline constexpr std::uint64_t kFormatVersionWithChanges = 6;
/// Versions before lack the key space of requests.
inline constexpr std::uint64_t kFormatVersionWithRequests = 7;

}  // namespace tagline::storage
