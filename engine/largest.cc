#include "engine/largest.h"

#include <limits>

namespace tagline::engine {
namespace {

// Half of the distance between two numbers, rounded down; the distance may be up to 2^64 - 1.
std::int64_t half_way(std::int64_t low, std::int64_t high) {
  return static_cast<std::int64_t>(
      (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low)) / 2);
}

}  // namespace

Result<Bitmap> largest(std::uint64_t n, const Measure& measure) {
  if (n == 0) {
    return Bitmap();
  }
  // The largest threshold that at least n users reach; `low` when there are fewer.
  std::int64_t low = measure.low;
  std::int64_t high = measure.high;
  while (low < high) {
    const std::int64_t middle = high - half_way(low, high);
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users, measure.count(middle, measure.high));
    if (users >= n) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  Bitmap users;
  if (low < measure.high) {
    TAGLINE_ASSIGN_OR_RETURN(users, measure.select(low + 1, measure.high, kAll));
  }
  const std::uint64_t above = users.cardinality();
  if (above < n) {
    TAGLINE_ASSIGN_OR_RETURN(const Bitmap ties, measure.select(low, low, n - above));
    users.unite(ties);
  }
  return users;
}

Result<std::int64_t> quantile(std::uint64_t n, const Measure& measure) {
  std::int64_t low = measure.low;
  std::int64_t high = measure.high;
  while (low < high) {
    const std::int64_t middle = low + half_way(low, high);
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users, measure.count(measure.low, middle));
    if (users >= n) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace tagline::engine
