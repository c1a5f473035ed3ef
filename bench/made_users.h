// Made users: a population drawn from a hash of the user's index, the same on every machine, and of
// every kind of row: halves and few, disjoint values, numbers in bits, days.
#pragma once

#include "engine/memory_source.h"

#include <cstdint>

namespace tagline::bench {

/// Two shards, the last block of them not full.
inline constexpr std::uint32_t kUsers = engine::kShardUsers + 5 * engine::kBlockUsers + 1234;

inline constexpr engine::FieldId kGender = 1;    // 2 values
inline constexpr engine::FieldId kTier = 2;      // 4 values: 1/2, 1/4, 1/8, 1/8
inline constexpr engine::FieldId kCity = 3;      // 300 values, the first ones large
inline constexpr engine::FieldId kInterest = 4;  // 8, of 1/2, 1/4, 1/8, ... each
inline constexpr engine::FieldId kVip = 5;       // 1/32
inline constexpr engine::FieldId kSpend = 6;     // 20 bits; half have none
inline constexpr engine::FieldId kAge = 7;       // 7 bits
inline constexpr engine::FieldId kView = 8;      // a series; 30 days
inline constexpr std::uint32_t kCities = 300;
inline constexpr std::uint32_t kInterests = 8;
inline constexpr engine::Day kToday = 20'000;
inline constexpr engine::Day kDays = 30;

/// A hash; every bit of the result depends on every bit of `z`.
[[nodiscard]] std::uint64_t mix(std::uint64_t z);

/// One user.
struct MadeUser {
  explicit MadeUser(engine::UserIndex index);

  std::uint32_t gender = 0;
  std::uint32_t tier = 0;
  std::uint32_t city = 0;
  std::uint32_t age = 0;
  std::uint32_t interests = 0;  ///< bit i
  std::uint32_t spend = 0;
  std::uint32_t days = 0;  ///< bit d: viewed d days before kToday
  bool vip = false;
  bool has_spend = false;
};

/// All of them. A second or two.
[[nodiscard]] engine::MemorySource made_users();

}  // namespace tagline::bench
