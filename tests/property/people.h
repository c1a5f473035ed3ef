// People: a random population as plain records, the naive truth the pipeline is compared with.
// Shares no code with the engine.
#pragma once

#include "engine/layout.h"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tagline::tests {

inline constexpr int kCities = 6;     ///< named t0..t3, north, south
inline constexpr int kInterests = 5;  ///< named i0..i4

struct Person {
  bool vip = false;
  bool churn = false;
  std::optional<int> city;
  std::uint32_t interests = 0;         ///< bit i: has interest i
  std::optional<std::int64_t> score;   ///< -100..100
  std::optional<std::int64_t> spend;   ///< hundredths
  std::optional<std::int64_t> signup;  ///< days since 1970
};

using People = std::vector<Person>;

[[nodiscard]] std::string city_name(int city);
[[nodiscard]] std::string interest_name(int interest);

/// Tags come in shapes that make every kind of container: random dense, sparse, long runs, edges of
/// blocks, nobody, everybody.
[[nodiscard]] People random_people(std::size_t users, std::mt19937_64& random);

/// Field ids as the tags are created, in this order.
enum Field : engine::FieldId { kVip = 1, kChurn, kCity, kInterest, kScore, kSpend, kSignup };

/// Rows of the population as sorted user lists, per engine/layout.h.
[[nodiscard]] std::map<engine::RowKey, std::vector<std::uint32_t>> rows_of(const People& people);

}  // namespace tagline::tests
