// Question: a random expression that can write itself as text and answer itself naively, in two
// independent ways: person by person, and by std::set algebra. Neither uses anything of the
// product.
#pragma once

#include "tests/property/people.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tagline::tests {

struct Question {
  enum class Op : std::uint8_t { Leaf, And, Or, Not, AtLeast };
  Op op = Op::Leaf;
  std::string leaf;                          ///< Leaf: its text
  std::function<bool(const Person&)> holds;  ///< Leaf: its meaning
  std::size_t k = 0;                         ///< AtLeast
  std::vector<Question> operands;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool matches(const Person& person) const;
  [[nodiscard]] std::set<std::uint32_t> members(const People& people) const;
};

/// 2024-06-15, what relative dates are counted from.
inline constexpr std::int64_t kAsOfDay = 19'889;

[[nodiscard]] Question random_question(unsigned depth, std::mt19937_64& random);

}  // namespace tagline::tests
