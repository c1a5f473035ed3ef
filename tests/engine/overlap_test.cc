#include "engine/overlap.h"

#include "engine/memory_source.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kUsers = 150'000;

// Answer i: users that are a multiple of i + 2.
class Overlap : public testing::Test {
 protected:
  Overlap() : people_(kUsers) {
    for (std::uint32_t i = 0; i < 64; ++i) {
      std::vector<std::uint32_t> members;
      for (std::uint32_t user = 0; user < kUsers; user += i + 2) {
        members.push_back(user);
      }
      people_.set_row({1, i}, Bitmap::of(members));
      roots_.push_back(plan_.row({1, i}));
    }
  }
  Result<Sweep> prepare(std::size_t answers, Answers how = Answers::Together) {
    return Sweep::prepare(plan_, std::span(roots_).first(answers), people_, {}, how);
  }
  static bool in(std::uint32_t user, std::size_t answer) { return user % (answer + 2) == 0; }

  MemorySource people_;
  Plan plan_;
  std::vector<NodeId> roots_;
};

TEST_F(Overlap, EveryPairOfAsManyAsAllowed) {
  const auto counts = overlap_counts(*prepare(kOverlapsMax));
  ASSERT_TRUE(counts.has_value());
  for (std::size_t i = 0; i < kOverlapsMax; ++i) {
    for (std::size_t j = 0; j < kOverlapsMax; ++j) {
      std::uint64_t expected = 0;
      for (std::uint32_t user = 0; user < kUsers; user += static_cast<std::uint32_t>(i) + 2) {
        expected += in(user, j) ? 1U : 0U;
      }
      ASSERT_EQ((*counts)[i * kOverlapsMax + j], expected) << i << ' ' << j;
    }
  }
}

TEST_F(Overlap, RegionsOfEveryNumberOfAnswers) {
  for (std::size_t n = 1; n <= kRegionsMax; ++n) {
    const auto regions = region_counts(*prepare(n));
    ASSERT_TRUE(regions.has_value());
    std::vector<std::uint64_t> expected(std::size_t{1} << n);
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      std::size_t region = 0;
      for (std::size_t i = 0; i < n; ++i) {
        region |= std::size_t{in(user, i)} << i;
      }
      ++expected[region];
    }
    ASSERT_EQ(*regions, expected) << n;
  }
}

TEST_F(Overlap, RegionsWithinAnAnswerLeaveItsBitOut) {
  for (const std::size_t n : {std::size_t{3}, kRegionsMax + 1}) {
    const auto regions = region_counts(*prepare(n), {.within = 1});
    ASSERT_TRUE(regions.has_value());
    std::vector<std::uint64_t> expected(std::size_t{1} << (n - 1));
    for (std::uint32_t user = 0; user < kUsers; user += 3) {
      std::size_t region = in(user, 0) ? 1 : 0;
      for (std::size_t i = 2; i < n; ++i) {
        region |= std::size_t{in(user, i)} << (i - 1);
      }
      ++expected[region];
    }
    ASSERT_EQ(*regions, expected) << n;
  }
}

// All in one region, as many as there are users: no tally may run over.
TEST_F(Overlap, TwelveTimesEverybodyAndOnce) {
  for (const NodeId root : {plan_.everyone(), plan_.negate(plan_.row({9, 9}))}) {
    const std::vector<NodeId> roots(kRegionsMax, root);
    const auto sweep = Sweep::prepare(plan_, roots, people_, {}, Answers::Together);
    const auto regions = region_counts(*sweep);
    ASSERT_TRUE(regions.has_value());
    std::vector<std::uint64_t> expected(std::size_t{1} << kRegionsMax);
    expected.back() = kUsers;
    EXPECT_EQ(*regions, expected);
  }
}

TEST_F(Overlap, TooManyOrInTurnIsRefused) {
  roots_.push_back(plan_.everyone());
  const auto pairs = overlap_counts(*prepare(kOverlapsMax + 1));
  ASSERT_FALSE(pairs.has_value());
  EXPECT_EQ(pairs.error().code(), ErrorCode::TooLarge);
  const auto regions = region_counts(*prepare(kRegionsMax + 1));
  ASSERT_FALSE(regions.has_value());
  EXPECT_EQ(regions.error().code(), ErrorCode::TooLarge);
  EXPECT_FALSE(overlap_counts(*prepare(2, Answers::InTurn)).has_value());
  EXPECT_FALSE(region_counts(*prepare(2, Answers::InTurn)).has_value());
  EXPECT_FALSE(region_counts(*prepare(2), {.within = 2}).has_value());
}

}  // namespace
}  // namespace tagline::engine
