// What a query holds depends on its program, not on how many people there are; and a limit on it is
// kept.
#include "engine/cross_counts.h"
#include "engine/execute.h"
#include "engine/number_summary.h"
#include "engine/ranking.h"
#include "engine/row_counts.h"
#include "engine/sweep.h"

#include <array>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr FieldId kTag = 1;
constexpr FieldId kNumber = 2;

/// Any number of people, every shard like the first.
class Endless final : public Source {
 public:
  explicit Endless(std::uint64_t users)
      : shards_(static_cast<ShardId>((users + kShardUsers - 1) / kShardUsers)) {
    add(kPopulationRow, 1, 0);
    for (RowId row = 1; row <= 12; ++row) {
      add({kTag, row}, row * row, row);  // dense ones and sparse ones
    }
    add({kNumber, kExistsRow}, 1, 0);
    for (unsigned bit = 0; bit < 10; ++bit) {
      add({kNumber, kFirstBitRow + bit}, 2 + bit, bit);
    }
  }
  [[nodiscard]] ShardId shard_count() const override { return shards_; }
  [[nodiscard]] Result<Fragment> fetch(RowKey row, ShardId /*shard*/) const override {
    const auto found = rows_.find(row);
    return found == rows_.end() ? Fragment() : found->second.lend();
  }
  [[nodiscard]] Result<std::uint64_t> cardinality(RowKey row) const override {
    const auto found = rows_.find(row);
    return found == rows_.end() ? 0 : std::uint64_t{shards_} * found->second.cardinality();
  }
  [[nodiscard]] Result<unsigned> value_bits(FieldId field) const override {
    return field == kNumber ? 10U : 0U;
  }

 private:
  void add(RowKey row, std::uint32_t step, std::uint32_t first) {
    Bitmap members;
    for (std::uint32_t user = first; user < kShardUsers; user += step) {
      members.add(user);
    }
    rows_.emplace(row, Fragment::freeze(members));
  }

  const ShardId shards_;
  std::map<RowKey, Fragment> rows_;
};

struct Question {
  Plan plan;
  NodeId root = 0;
};
Question question() {
  Question asked;
  std::vector<NodeId> rows;
  for (RowId row = 1; row <= 12; ++row) {
    rows.push_back(asked.plan.row({kTag, row}));
  }
  const NodeId enough = asked.plan.at_least(3, std::span(rows).subspan(2));
  const NodeId some = asked.plan.any_of(std::array{enough, asked.plan.negate(rows[4])});
  asked.root = asked.plan.all_of(std::array{some, asked.plan.range(kNumber, 5, 900), rows[1]});
  return asked;
}

using Ask = Status (*)(Question&, const Source&, const ExecuteOptions&);

Result<Sweep> sweep_of(Question& asked, const Source& source, const ExecuteOptions& options) {
  return Sweep::prepare(asked.plan, {&asked.root, 1}, source, options, Answers::InTurn);
}
Status ask_count(Question& asked, const Source& source, const ExecuteOptions& options) {
  return count(asked.plan, asked.root, source, options).map([](std::uint64_t) {});
}
Status ask_top(Question& asked, const Source& source, const ExecuteOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(asked, source, options));
  return ranked_users(sweep, kNumber, Rank::Largest, 100).map([](const auto&) {});
}
Status ask_share(Question& asked, const Source& source, const ExecuteOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(asked, source, options));
  return concentration(sweep, kNumber, 800'000).map([](const auto&) {});
}
Status ask_rows(Question& asked, const Source& source, const ExecuteOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(asked, source, options));
  std::vector<RowKey> rows;
  for (RowId row = 1; row <= 12; ++row) {
    rows.push_back({kTag, row});
  }
  return row_counts(sweep, rows).map([](const auto&) {});
}
Status ask_summary(Question& asked, const Source& source, const ExecuteOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(asked, source, options));
  const std::array<std::uint32_t, 2> quantiles = {500'000, 900'000};
  return number_summary(sweep, kNumber, quantiles).map([](const auto&) {});
}

std::uint64_t most_held(Ask ask, std::uint64_t users) {
  const Endless source(users);
  Question asked = question();
  Budget budget;
  ExecuteOptions options;
  options.threads = 1;
  options.budget = &budget;
  EXPECT_TRUE(ask(asked, source, options).has_value());
  EXPECT_EQ(budget.held(), 0U);  // all of it was given back
  return budget.most_held();
}

TEST(MemoryUse, IsTheSameForAMillionTenAndAHundredMillionPeople) {
  for (const Ask ask : {&ask_count, &ask_top, &ask_share, &ask_rows, &ask_summary}) {
    const std::uint64_t few = most_held(ask, 1'000'000);
    EXPECT_GT(few, 0U);
    EXPECT_LT(few, 8U << 20U);
    EXPECT_EQ(most_held(ask, 10'000'000), few);
    EXPECT_EQ(most_held(ask, 100'000'000), few);
  }
}

// What answers are collected in counts too, also in the last shard of a thread.
TEST(MemoryUse, WhatIsCollectedCounts) {
  const Endless source(1'000'000);
  Plan plan;
  const NodeId root = plan.everyone();
  for (const unsigned threads : {1U, 2U}) {
    Budget budget;
    budget.memory = 1U << 20U;
    ExecuteOptions options;
    options.threads = threads;
    options.budget = &budget;
    const Sweep sweep = Sweep::prepare(plan, {&root, 1}, source, options, Answers::InTurn).value();
    const auto refused = ranked_users(sweep, kNumber, Rank::Largest, 500'000);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::TooLarge);
    EXPECT_TRUE(ranked_users(sweep, kNumber, Rank::Largest, 100).has_value());
  }
}

TEST(MemoryUse, ALimitIsKept) {
  const Endless source(3'000'000);
  Question asked = question();
  for (const Ask ask : {&ask_count, &ask_rows}) {
    Budget budget;
    budget.memory = 20'000;
    ExecuteOptions options;
    options.threads = 1;
    options.budget = &budget;
    const Status refused = ask(asked, source, options);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::TooLarge);
    EXPECT_NE(refused.error().message().en.find("it may have 20000"), std::string::npos)
        << refused.error().message().en;
    Budget enough;
    enough.memory = 8U << 20U;
    options.budget = &enough;
    EXPECT_TRUE(ask(asked, source, options).has_value());
  }
}

}  // namespace
}  // namespace tagline::engine
