// Sample: a number for every user and seed that looks random and never changes.
//
// hash(user, seed) is element `user` of the SplitMix64 sequence (G. Steele, D. Lea, C. Flood, "Fast
// splittable pseudorandom number generators", 2014) that starts at the mixed seed: the finaliser is
// a bijection whose every output bit depends on every input bit, so users of one seed never tie,
// neighbours are not alike, and two seeds give samples that have nothing to do with each other.
// Stored segments depend on these numbers: they may not change.
#pragma once

#include "engine/layout.h"

#include <cstdint>
#include <string_view>

namespace tagline::engine {

[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

inline constexpr std::uint64_t kSampleStep = 0x9E3779B97F4A7C15ULL;  // 2^64 / golden ratio, odd

[[nodiscard]] constexpr std::uint64_t sample_hash(UserIndex user, std::uint64_t seed) {
  return mix64(mix64(seed + kSampleStep) + (user + std::uint64_t{1}) * kSampleStep);
}

/// Whether a user is in the share of 2^64; everybody when it is 2^64 - 1.
[[nodiscard]] constexpr bool in_share(std::uint64_t hash, std::uint64_t share) {
  return hash < share || share == ~std::uint64_t{0};
}

/// A seed from what people write: FNV-1a over the bytes, mixed.
[[nodiscard]] constexpr std::uint64_t seed_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char byte : text) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
  }
  return mix64(hash);
}

}  // namespace tagline::engine
