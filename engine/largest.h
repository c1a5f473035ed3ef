// Largest: the n users with the largest number of any kind, by bisecting a threshold with counts.
#pragma once

#include "engine/bitmap.h"
#include "engine/result.h"

#include <cstdint>
#include <functional>

namespace tagline::engine {

/// A number every user of some set has, known by how many (and which) have it in [low, high].
struct Measure {
  std::int64_t low = 0;  ///< no user's number is below
  std::int64_t high = 0;
  std::function<Result<std::uint64_t>(std::int64_t low, std::int64_t high)> count;
  /// The first `limit` by index.
  std::function<Result<Bitmap>(std::int64_t low, std::int64_t high, std::uint64_t limit)> select;
};

/// The `n` users with the largest number; of those with equal numbers the first by index. All when
/// there are no more. Costs one count a bit of the span [low, high], and two selections.
[[nodiscard]] Result<Bitmap> largest(std::uint64_t n, const Measure& measure);

/// The least number that at least `n` users do not exceed; `high` when there are fewer. REQUIRES: n
/// is 1 or more.
[[nodiscard]] Result<std::int64_t> quantile(std::uint64_t n, const Measure& measure);

}  // namespace tagline::engine
