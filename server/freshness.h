// Freshness: how old the values of a tag are, of tags of which that is kept
// (storage::TagRecord::times).
#pragma once

#include "engine/result.h"
#include "engine/source.h"
#include "storage/record.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tagline::server {

inline constexpr std::array<std::int64_t, 4> kFreshAges = {86'400, 7 * 86'400, 30 * 86'400,
                                                           90 * 86'400};

struct Freshness {
  std::int64_t as_of_s = 0;  ///< seconds since 1970, UTC, as the two below
  std::int64_t oldest_s = 0;
  std::int64_t newest_s = 0;
  std::uint64_t values = 0;  ///< users with one
  /// Of those, how many were written less than kFreshAges[i] before `as_of_s`.
  std::array<std::uint64_t, kFreshAges.size()> within{};
};

/// Nothing when it is not kept, or nobody has a value. Cost: some sixty counts of ranges.
[[nodiscard]] Result<std::optional<Freshness>> freshness_of(const engine::Source& source,
                                                            const storage::TagRecord& tag,
                                                            std::int64_t now_s);

/// Users whose value was written at `until_s` or before. One count. REQUIRES: times are kept.
[[nodiscard]] Result<std::uint64_t> written_until(const engine::Source& source,
                                                  const storage::TagRecord& tag,
                                                  std::int64_t until_s);

}  // namespace tagline::server
