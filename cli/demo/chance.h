// Chance: a sequence of numbers that look random and are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tagline::cli::demo {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): a
/// counter and a mixing function, so that every pair of numbers is a sequence of its own. Whole
/// numbers alone, hence the same everywhere. One thread.
class Chance {
 public:
  Chance(std::uint64_t seed, std::uint64_t stream) : state_(mixed(mixed(seed) + stream * kStep)) {}

  [[nodiscard]] std::uint64_t next() {
    state_ += kStep;
    return mixed(state_);
  }
  /// 0 .. n-1. REQUIRES: n > 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32U) * n) >> 32U);
  }
  /// low .. high. REQUIRES: low <= high, less than 2^31 apart.
  [[nodiscard]] std::int32_t between(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(below(static_cast<std::uint32_t>(high - low) + 1));
  }
  /// True in so many of a hundred.
  [[nodiscard]] bool percent(std::uint32_t share) { return below(100) < share; }
  /// An index, each as likely as its weight says. REQUIRES: weights that add up to more than 0 and
  /// less than 2^32.
  template <class Weight>
  [[nodiscard]] std::size_t pick(std::span<const Weight> weights) {
    std::uint32_t sum = 0;
    for (const Weight weight : weights) {
      sum += static_cast<std::uint32_t>(weight);
    }
    std::uint32_t at = below(sum);
    std::size_t index = 0;
    while (at >= static_cast<std::uint32_t>(weights[index])) {
      at -= static_cast<std::uint32_t>(weights[index]);
      ++index;
    }
    return index;
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E37'79B9'7F4A'7C15U;
  [[nodiscard]] static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace tagline::cli::demo
