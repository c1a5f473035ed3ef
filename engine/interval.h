// Interval: whole numbers from one to another, both included, as the language writes ranges.
#pragma once

#include <cstdint>

namespace tagline::engine {

struct Interval {
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

}  // namespace tagline::engine
