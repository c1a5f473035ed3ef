// Every plan up to a small size over three rows, against truth tables: user u of eight is in row i
// exactly when bit i of u is set, so the users are all the cases there are, and a set of users is a
// byte.
#include "engine/execute.h"
#include "engine/memory_source.h"

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::uint8_t kEveryone = 0xFF;
constexpr std::array<std::uint8_t, 3> kRowTables = {0xAA, 0xCC, 0xF0};

struct Formula {
  NodeId node;
  std::uint8_t table;
};

MemorySource eight_users() {
  MemorySource source(8);
  for (RowId row = 0; row < 3; ++row) {
    std::vector<std::uint32_t> members;
    for (std::uint32_t user = 0; user < 8; ++user) {
      if ((unsigned{kRowTables[row]} >> user & 1U) != 0) {
        members.push_back(user);
      }
    }
    source.set_row({1, row}, Bitmap::of(members));
  }
  return source;
}

std::uint8_t byte(unsigned value) {
  return static_cast<std::uint8_t>(value);
}

std::uint8_t majority(std::uint8_t a, std::uint8_t b, std::uint8_t c) {
  return byte((a & b) | (a & c) | (b & c));
}

std::vector<Formula> leaves(Plan& plan) {
  return {{plan.nothing(), 0},
          {plan.everyone(), kEveryone},
          {plan.row({1, 0}), kRowTables[0]},
          {plan.row({1, 1}), kRowTables[1]},
          {plan.row({1, 2}), kRowTables[2]}};
}

// All formulas of one more operator, with one operand of the last size and the other of any smaller
// size.
std::vector<Formula> grow(Plan& plan, const std::vector<Formula>& last,
                          const std::vector<Formula>& small) {
  std::vector<Formula> grown;
  for (const Formula& a : last) {
    grown.push_back({plan.negate(a.node), byte(~a.table)});
    for (const Formula& b : small) {
      const std::array both{a.node, b.node};
      const std::array reversed{b.node, a.node};
      grown.push_back({plan.all_of(both), byte(a.table & b.table)});
      grown.push_back({plan.any_of(both), byte(a.table | b.table)});
      grown.push_back({plan.difference(a.node, std::array{b.node}), byte(a.table & ~b.table)});
      grown.push_back({plan.difference(b.node, std::array{a.node}), byte(b.table & ~a.table)});
      grown.push_back({plan.at_least(1, reversed), byte(a.table | b.table)});
      grown.push_back({plan.at_least(2, reversed), byte(a.table & b.table)});
    }
  }
  return grown;
}

void check(const std::vector<Formula>& formulas, Plan& plan, const Source& source) {
  ExecuteOptions as_written;
  as_written.rewrite = false;
  as_written.threads = 1;
  ExecuteOptions rewritten;
  rewritten.threads = 1;
  for (const Formula& formula : formulas) {
    for (const ExecuteOptions& options : {as_written, rewritten}) {
      const Result<Bitmap> users = select(plan, formula.node, source, options);
      ASSERT_TRUE(users.has_value());
      std::uint8_t table = 0;
      for (const std::uint32_t user : users->to_vector()) {
        table = byte(table | 1U << user);
      }
      ASSERT_EQ(table, formula.table) << print(plan, formula.node);
      ASSERT_EQ(count(plan, formula.node, source, options).value(),
                static_cast<unsigned>(std::popcount(formula.table)))
          << print(plan, formula.node);
    }
  }
}

TEST(Exhaustive, OneAndTwoOperators) {
  const MemorySource source = eight_users();
  Plan plan;
  const std::vector<Formula> zero = leaves(plan);
  const std::vector<Formula> one = grow(plan, zero, zero);
  check(zero, plan, source);
  check(one, plan, source);
  check(grow(plan, one, zero), plan, source);
}

TEST(Exhaustive, TwoOperatorsUnderOne) {
  const MemorySource source = eight_users();
  Plan plan;
  // Rows only at the bottom: constants are covered above.
  std::vector<Formula> zero = leaves(plan);
  zero.erase(zero.begin(), zero.begin() + 2);
  const std::vector<Formula> one = grow(plan, zero, zero);
  check(grow(plan, one, one), plan, source);
}

TEST(Exhaustive, ThresholdsOfThree) {
  const MemorySource source = eight_users();
  Plan plan;
  const std::vector<Formula> zero = leaves(plan);
  std::vector<Formula> all;
  for (const Formula& a : zero) {
    for (const Formula& b : zero) {
      for (const Formula& c : zero) {
        const std::array three{a.node, b.node, c.node};
        all.push_back({plan.at_least(0, three), kEveryone});
        all.push_back({plan.at_least(-5, three), kEveryone});
        all.push_back({plan.at_least(1, three), byte(a.table | b.table | c.table)});
        all.push_back({plan.at_least(2, three), majority(a.table, b.table, c.table)});
        all.push_back({plan.at_least(3, three), byte(a.table & b.table & c.table)});
        all.push_back({plan.at_least(4, three), 0});
      }
    }
  }
  check(all, plan, source);
}

}  // namespace
}  // namespace tagline::engine
