// Counts with a memory, beside counts without one, while the data changes.
#include "engine/cached_count.h"

#include "tests/engine/scenario.h"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine::test {
namespace {

constexpr std::uint32_t kUsers = 3 * kShardUsers - 777;

CachedCount cached(AnswerCache& cache, std::uint64_t version, Plan& plan, NodeId root,
                   const Source& source) {
  ExecuteOptions options;
  options.threads = 1;
  return cached_count(cache, version, plan, root, source, options).value();
}

class CachedCounts : public testing::Test {
 protected:
  CachedCounts() {
    for (RowId row = 1; row <= 20; ++row) {
      Bitmap members;
      for (std::uint32_t user = row; user < kUsers; user += 1000 + row) {
        members.add(user);
      }
      source_.set_row({1, row}, members);
      rows_.push_back(plan_.row({1, row}));
    }
  }
  /// One user more or less in a row.
  void flip(RowId row, UserIndex user) {
    Bitmap members = source_.row({1, row});
    if (members.contains(user)) {
      members.remove(user);
    } else {
      members.add(user);
    }
    source_.set_row({1, row}, members);
    ++version_;
  }
  CachedCount ask(NodeId root) { return cached(cache_, version_, plan_, root, source_); }
  std::uint64_t fresh(NodeId root) { return count(plan_, root, source_).value(); }

  MemorySource source_{kUsers};
  Plan plan_;
  std::vector<NodeId> rows_;
  AnswerCache cache_{std::size_t{1} << 24U};
  std::uint64_t version_ = 1;
};

TEST_F(CachedCounts, TheSameOfTheSameDataIsLookedUp) {
  const NodeId root = plan_.all_of(std::array{rows_[0], plan_.negate(rows_[1])});
  const CachedCount first = ask(root);
  EXPECT_FALSE(first.use.whole);
  EXPECT_EQ(first.users, fresh(root));
  // Another plan, the same question.
  Plan other;
  other.row({9, 9});
  const NodeId again = other.all_of(std::array{other.row({1, 1}), other.negate(other.row({1, 2}))});
  const CachedCount second = cached(cache_, version_, other, again, source_);
  EXPECT_TRUE(second.use.whole);
  EXPECT_EQ(second.users, first.users);
  EXPECT_FALSE(ask(plan_.all_of(std::array{rows_[0], rows_[1]})).use.whole);
}

TEST_F(CachedCounts, AChangeSpoilsTheShardsAndExpressionsItConcerns) {
  const NodeId root = plan_.all_of(std::array{rows_[0], plan_.negate(rows_[1])});
  const NodeId other = plan_.all_of(std::array{rows_[4], plan_.negate(rows_[5])});
  EXPECT_EQ(ask(root).use.shards_run, 3U);
  EXPECT_EQ(ask(other).use.shards_run, 3U);
  flip(1, kShardUsers + 5);
  const CachedCount concerned = ask(root);
  EXPECT_EQ(concerned.use.shards_kept, 2U);
  EXPECT_EQ(concerned.use.shards_run, 1U);
  EXPECT_EQ(concerned.users, fresh(root));
  const CachedCount spared = ask(other);
  EXPECT_EQ(spared.use.shards_run, 0U);
  EXPECT_EQ(spared.users, fresh(other));
  EXPECT_TRUE(ask(other).use.whole);
}

TEST_F(CachedCounts, APartThatComesAgainIsReadAsASet) {
  const NodeId part = plan_.at_least(2, std::span(rows_).first(8));
  const auto with = [&](std::size_t row) { return plan_.all_of(std::array{part, rows_[row]}); };
  EXPECT_EQ(ask(with(10)).use.parts_run, 0U);  // once is not worth it
  EXPECT_EQ(ask(with(11)).use.parts_run, 1U);
  const CachedCount third = ask(with(12));
  EXPECT_EQ(third.use.parts_kept, 1U);
  EXPECT_EQ(third.users, fresh(with(12)));
  flip(3, 2 * kShardUsers + 9);
  const CachedCount changed = ask(with(13));
  EXPECT_EQ(changed.use.parts_run, 1U);
  EXPECT_EQ(changed.use.shards_kept, 2U);  // of the part's three
  EXPECT_EQ(changed.users, fresh(with(13)));
  EXPECT_EQ(ask(part).users, fresh(part));
}

TEST_F(CachedCounts, HoldsNoMoreThanItMay) {
  AnswerCache small(6000);
  for (std::size_t i = 0; i + 1 < rows_.size(); ++i) {
    const NodeId root = plan_.all_of(std::array{rows_[i], rows_[i + 1]});
    EXPECT_EQ(cached(small, 1, plan_, root, source_).users, fresh(root));
    EXPECT_LE(small.usage().bytes, 6000U);
  }
  EXPECT_GT(small.usage().forgotten, 0U);
  EXPECT_GT(small.usage().answers, 0U);
  const NodeId last = plan_.all_of(std::array{rows_[18], rows_[19]});
  EXPECT_TRUE(cached(small, 1, plan_, last, source_).use.whole);
  AnswerCache none(0);
  EXPECT_EQ(cached(none, 1, plan_, last, source_).users, fresh(last));
  EXPECT_FALSE(cached(none, 1, plan_, last, source_).use.whole);
  EXPECT_EQ(none.usage().answers, 0U);
}

TEST(CachedCountsOfRandomPlans, AreThoseWithoutACache) {
  SCOPED_TRACE(seed_hint());
  Random random(seed());
  for (int world_number = 0; world_number < 3; ++world_number) {
    const World world = random_world(random, 2 * kShardUsers + 4321);
    MemorySource source = source_of(world);
    AnswerCache cache(std::size_t{1} << 20U);
    Plan plan;
    std::vector<NodeId> asked;
    for (std::uint64_t version = 1; version <= 8; ++version) {
      for (int i = 0; i < 12; ++i) {
        const bool again = !asked.empty() && pick(random, 0, 2) == 0;
        asked.push_back(again ? asked[pick(random, 0, asked.size() - 1)]
                              : random_plan(random, plan, 4));
        // Parts of earlier expressions under new roots.
        if (asked.size() > 1 && pick(random, 0, 2) == 0) {
          const NodeId part = plan.at_least(
              1, std::array{asked[pick(random, 0, asked.size() - 1)], plan.row({kRowField, 1})});
          asked.push_back(plan.all_of(
              std::array{part, plan.row({kRowField, static_cast<RowId>(pick(random, 1, kRows))})}));
        }
        // A copy: what answering adds to a plan is no leaf for the next random one.
        Plan copy = plan;
        const std::uint64_t got = cached(cache, version, copy, asked.back(), source).users;
        ASSERT_EQ(got, count(plan, asked.back(), source).value()) << version << " " << i;
      }
      const RowKey row{kRowField, static_cast<RowId>(pick(random, 1, kRows))};
      Bitmap members = source.row(row);
      for (int i = 0; i < 3; ++i) {
        const auto user = static_cast<UserIndex>(pick(random, 0, world.users - 1));
        if (!world.erased.contains(user)) {
          members.add(user);
        }
      }
      source.set_row(row, members);
    }
    EXPECT_GT(cache.usage().hits, 0U);
  }
}

}  // namespace
}  // namespace tagline::engine::test
