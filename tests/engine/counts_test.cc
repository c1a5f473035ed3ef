#include "engine/counts.h"

#include "engine/memory_source.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kUsers = 140'000;

// Rows {1, m}: users that are not a multiple of m. Rows {2, m}: those that are.
class Counts : public testing::Test {
 protected:
  Counts() : people_(kUsers) {
    for (std::uint32_t m = 1; m <= kClausesMax; ++m) {
      std::vector<std::uint32_t> multiples;
      std::vector<std::uint32_t> others;
      for (std::uint32_t user = 0; user < kUsers; ++user) {
        (user % m == 0 ? multiples : others).push_back(user);
      }
      people_.set_row({1, m}, Bitmap::of(others));
      people_.set_row({2, m}, Bitmap::of(multiples));
    }
  }

  struct Clause {
    FieldId field = 0;  ///< 0: everybody
    std::uint32_t m = 1;
  };
  static bool passes(std::uint32_t user, Clause clause) {
    return clause.field == 0 || (user % clause.m == 0) == (clause.field == 2);
  }

  void expect(const std::vector<Clause>& clauses) {
    std::vector<NodeId> roots;
    for (const Clause clause : clauses) {
      roots.push_back(clause.field == 0 ? plan_.everyone() : plan_.row({clause.field, clause.m}));
    }
    const auto sweep = Sweep::prepare(plan_, roots, people_, {}, Answers::Together);
    const auto got = count_without_each(*sweep);
    ASSERT_TRUE(got.has_value());
    std::uint64_t all = 0;
    std::vector<std::uint64_t> without(clauses.size());
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      const auto fails = std::count_if(clauses.begin(), clauses.end(),
                                       [&](Clause clause) { return !passes(user, clause); });
      all += fails == 0 ? 1U : 0U;
      for (std::size_t i = 0; i < clauses.size(); ++i) {
        without[i] += fails == 0 || (fails == 1 && !passes(user, clauses[i])) ? 1U : 0U;
      }
    }
    EXPECT_EQ(got->all, all);
    EXPECT_EQ(got->without, without);
  }

  MemorySource people_;
  Plan plan_;
};

TEST_F(Counts, OfManyExpressionsAtOnce) {
  std::vector<NodeId> roots;
  for (std::uint32_t m = 1; m <= kClausesMax; ++m) {
    roots.push_back(plan_.row({2, m}));
  }
  roots.push_back(plan_.everyone());
  roots.push_back(roots.front());
  for (const Answers how : {Answers::InTurn, Answers::Together}) {
    const auto got = counts(*Sweep::prepare(plan_, roots, people_, {}, how));
    ASSERT_TRUE(got.has_value());
    for (std::uint32_t m = 1; m <= kClausesMax; ++m) {
      EXPECT_EQ((*got)[m - 1], (kUsers + m - 1) / m) << m;
    }
    EXPECT_EQ((*got)[kClausesMax], kUsers);
    EXPECT_EQ((*got)[kClausesMax + 1], kUsers);
  }
}

TEST_F(Counts, WithoutEachOfFewAndOfMany) {
  expect({{1, 7}});
  expect({{1, 7}, {1, 11}});
  expect({{1, 2}, {1, 3}, {2, 5}, {1, 7}});
  std::vector<Clause> many;
  for (std::uint32_t m = 2; m <= kClausesMax + 1; ++m) {
    many.push_back({1, m > kClausesMax ? 2 : m});
  }
  expect(many);
}

TEST_F(Counts, WithoutEachOfNobodyAndEverybody) {
  expect({{0}});
  expect({{0}, {0}});
  expect({{0}, {1, 5}});
  expect({{1, 1}, {1, 5}});          // nobody in the first
  expect({{1, 1}, {1, 5}, {2, 2}});  // in all but that
  expect({{1, 1}, {1, 1}, {1, 5}});
  expect({{1, 1}, {0}});
}

TEST_F(Counts, WithoutEachWhereTwoClausesHaveFewUsers) {
  expect({{2, 60}, {2, 50}});
  expect({{2, 60}, {2, 50}, {1, 7}, {0}, {2, 2}});
  expect({{1, 7}, {2, 64}, {2, 64}, {2, 32}});
  expect({{1, 1}, {2, 50}, {1, 7}});
}

TEST_F(Counts, WithoutEachOfTooManyOrInTurnIsRefused) {
  std::vector<NodeId> roots(kClausesMax + 1, plan_.row({1, 7}));
  const auto large =
      count_without_each(*Sweep::prepare(plan_, roots, people_, {}, Answers::Together));
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code(), ErrorCode::TooLarge);
  roots.resize(2);
  EXPECT_FALSE(
      count_without_each(*Sweep::prepare(plan_, roots, people_, {}, Answers::InTurn)).has_value());
}

TEST_F(Counts, OfNodesAreThoseOfEachAlone) {
  const auto of = [&](std::initializer_list<NodeId> operands) {
    return plan_.all_of(std::vector<NodeId>(operands));
  };
  const NodeId evens = plan_.row({2, 2});
  const NodeId threes = plan_.row({2, 3});
  const NodeId sixes = of({evens, threes});
  const std::vector<NodeId> nodes = {sixes,
                                     evens,
                                     of({sixes, plan_.row({1, 5})}),
                                     sixes,
                                     plan_.negate(threes),
                                     plan_.everyone(),
                                     plan_.nothing()};
  const auto got = counts_of_nodes(plan_, nodes, people_, {});
  // 140,000 = 6 * 23,333 + 2 = 30 * 4,666 + 20, and 0 is a multiple of all.
  const std::vector<std::uint64_t> expected = {
      23'334, 70'000, 23'334 - 4'667, 23'334, 140'000 - 46'667, 140'000, 0};
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(got[i].has_value()) << i;
    EXPECT_EQ(*got[i], expected[i]) << i;
  }
  EXPECT_TRUE(counts_of_nodes(plan_, {}, people_, {}).empty());
}

// Alone both wide ones fit into a program, together they do not; the widest never does.
TEST_F(Counts, OfNodesTooLargeTogetherAreCountedApart) {
  constexpr std::size_t kHalf = kLeavesMax / 2 + 1;
  std::vector<NodeId> rows;
  for (RowId row = 0; row < 2 * kHalf; ++row) {
    rows.push_back(plan_.row({3, row}));  // nobody
  }
  people_.set_row({3, 0}, Bitmap::of(std::vector<std::uint32_t>{1, 2}));
  people_.set_row({3, kHalf}, Bitmap::of(std::vector<std::uint32_t>{3}));
  const std::span<const NodeId> all = rows;
  const NodeId threes = plan_.row({2, 3});
  const std::vector<NodeId> nodes = {plan_.any_of(all.first(kHalf)), threes, plan_.any_of(all),
                                     plan_.any_of(all.subspan(kHalf))};
  ExecuteOptions options;
  options.rewrite = false;  // of so many rows it takes long
  const auto got = counts_of_nodes(plan_, nodes, people_, options);
  EXPECT_EQ(got[0].value_or(0), 2U);
  EXPECT_EQ(got[1].value_or(0), 46'667U);
  ASSERT_FALSE(got[2].has_value());
  EXPECT_EQ(got[2].error().code(), ErrorCode::TooLarge);
  EXPECT_EQ(got[3].value_or(0), 1U);
}

TEST_F(Counts, OfNodesStopWithTheBudget) {
  Budget budget;
  budget.cancelled = true;
  ExecuteOptions options;
  options.budget = &budget;
  const std::vector<NodeId> nodes = {plan_.range(9, 1, 2), plan_.range(9, 3, 4)};
  for (const auto& users : counts_of_nodes(plan_, nodes, people_, options)) {
    ASSERT_FALSE(users.has_value());
    EXPECT_EQ(users.error().code(), ErrorCode::Cancelled);
  }
}

}  // namespace
}  // namespace tagline::engine
