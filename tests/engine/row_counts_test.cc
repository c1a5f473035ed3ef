#include "engine/row_counts.h"

#include "engine/memory_source.h"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr RowKey kThirds{1, 1};  // bitsets
constexpr RowKey kFew{1, 2};     // arrays
constexpr RowKey kSpan{1, 3};    // runs
constexpr RowKey kAll{1, 4};
constexpr RowKey kAbsent{1, 5};
constexpr std::uint32_t kUsers = kShardUsers + 70'000;

// Multiples of 3; multiples of 1,000; [100,000, 500,000) in one run; everybody.
MemorySource source() {
  MemorySource made(kUsers);
  std::vector<std::uint32_t> thirds;
  std::vector<std::uint32_t> few;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    if (user % 3 == 0) {
      thirds.push_back(user);
    }
    if (user % 1000 == 0) {
      few.push_back(user);
    }
  }
  made.set_row(kThirds, Bitmap::of(thirds));
  made.set_row(kFew, Bitmap::of(few));
  made.set_row(kSpan, Bitmap::range(100'000, 500'000));
  made.set_row(kAll, Bitmap::range(0, kUsers));
  return made;
}

constexpr std::array kRows{kThirds, kFew, kSpan, kAll, kAbsent, kPopulationRow, kFew};

std::uint64_t multiples(std::uint64_t below, std::uint64_t of) {
  return (below + of - 1) / of;
}

TEST(RowCounts, AnswersOfEveryFormMeetRowsOfEveryForm) {
  const MemorySource people = source();
  Plan plan;
  const std::array roots{plan.row(kThirds), plan.row(kFew), plan.row(kSpan),
                         plan.everyone(),   plan.nothing(), plan.negate(plan.row(kThirds))};
  const auto sweep = Sweep::prepare(plan, roots, people, {}, Answers::InTurn);
  ASSERT_TRUE(sweep.has_value());
  ExecuteStats stats;
  const auto counts = row_counts(*sweep, kRows, &stats);
  ASSERT_TRUE(counts.has_value());
  const std::uint64_t thirds = multiples(kUsers, 3);
  const std::uint64_t few = multiples(kUsers, 1000);
  const std::uint64_t both = multiples(kUsers, 3000);
  const std::uint64_t thirds_in_span = multiples(500'000, 3) - multiples(100'000, 3);
  using Counts = std::vector<std::uint64_t>;
  EXPECT_EQ((*counts)[0], (Counts{thirds, both, thirds_in_span, thirds, 0, thirds, both}));
  EXPECT_EQ((*counts)[1], (Counts{both, few, 400, few, 0, few, few}));
  EXPECT_EQ((*counts)[2], (Counts{thirds_in_span, 400, 400'000, 400'000, 0, 400'000, 400}));
  EXPECT_EQ((*counts)[3], (Counts{thirds, few, 400'000, kUsers, 0, kUsers, few}));
  EXPECT_EQ((*counts)[4], Counts(kRows.size()));
  EXPECT_EQ((*counts)[5], (Counts{0, few - both, 400'000 - thirds_in_span, kUsers - thirds, 0,
                                  kUsers - thirds, few - both}));
  EXPECT_GT(stats.payload_bytes, 0U);
}

// Answers of a handful of users a block are kept as lists only, and some blocks have none of them.
TEST(RowCounts, AHandfulOfUsersMeetsRowsOfEveryForm) {
  MemorySource people = source();
  const auto every = [](std::uint32_t step, std::uint32_t below) {
    std::vector<std::uint32_t> users;
    for (std::uint32_t user = 0; user < below; user += step) {
      users.push_back(user);
    }
    return Bitmap::of(users);
  };
  const std::array<RowKey, 3> handfuls{RowKey{2, 1}, RowKey{2, 2}, RowKey{2, 3}};
  people.set_row(handfuls[0], every(30'000, kUsers));
  people.set_row(handfuls[1], every(4'500, kUsers));   // 14 or 15 a block
  people.set_row(handfuls[2], every(1'500, 300'000));  // 43, in some blocks
  Plan plan;
  std::vector<NodeId> roots;
  std::vector<RowKey> rows(kRows.begin(), kRows.end());
  for (const RowKey row : handfuls) {
    roots.push_back(plan.row(row));
    rows.push_back(row);
  }
  const auto sweep = Sweep::prepare(plan, roots, people, {}, Answers::InTurn);
  ASSERT_TRUE(sweep.has_value());
  const auto counts = row_counts(*sweep, rows);
  ASSERT_TRUE(counts.has_value());
  for (std::size_t answer = 0; answer < handfuls.size(); ++answer) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      Bitmap both = people.row(handfuls[answer]);
      both.intersect(people.row(rows[row]));
      EXPECT_EQ((*counts)[answer][row], both.cardinality()) << answer << " in row " << row;
    }
  }
}

TEST(RowCounts, MoreRowsThanAreHeldAtOnce) {
  constexpr std::uint32_t kHere = 40'000;
  constexpr std::uint32_t kValues = 2 * kRowsAtOnce + 3;
  MemorySource people(kHere);
  std::vector<RowKey> rows;
  for (std::uint32_t value = 0; value < kValues; ++value) {
    std::vector<std::uint32_t> members;
    for (std::uint32_t user = value; user < kHere; user += kValues) {
      members.push_back(user);
    }
    rows.push_back({2, value});
    people.set_row(rows.back(), Bitmap::of(members));
  }
  people.set_row({3, 0}, Bitmap::range(0, 10'000));
  Plan plan;
  const std::array roots{plan.row({3, 0})};
  const auto sweep = Sweep::prepare(plan, roots, people, {}, Answers::InTurn);
  const auto counts = row_counts(*sweep, rows);
  ASSERT_TRUE(counts.has_value());
  for (std::uint32_t value = 0; value < kValues; ++value) {
    ASSERT_EQ((*counts)[0][value], (10'000 - value + kValues - 1) / kValues) << value;
  }
}

TEST(RowCounts, TooManyAnswersOrCountsAreRefusedWithAdvice) {
  const MemorySource people = source();
  Plan plan;
  const std::vector<NodeId> roots(kBrokenDownAnswersMax + 1, plan.row(kFew));
  const auto sweep = Sweep::prepare(plan, roots, people, {}, Answers::InTurn);
  const auto answers = row_counts(*sweep, kRows);
  ASSERT_FALSE(answers.has_value());
  EXPECT_EQ(answers.error().code(), ErrorCode::TooLarge);
  EXPECT_FALSE(answers.error().hint().empty());
  const auto one = Sweep::prepare(plan, std::span(roots).first(1), people, {}, Answers::InTurn);
  const auto counts = row_counts(*one, std::vector<RowKey>(kRowCountsMax + 1, kAbsent));
  ASSERT_FALSE(counts.has_value());
  EXPECT_EQ(counts.error().code(), ErrorCode::TooLarge);
}

// A source that fails, or withdraws the request, when a row is fetched.
class Failing final : public Source {
 public:
  Failing(const Source& below, RowKey row, Budget* cancels)
      : below_(below), row_(row), cancels_(cancels) {}
  [[nodiscard]] ShardId shard_count() const override { return below_.shard_count(); }
  [[nodiscard]] Result<Fragment> fetch(RowKey row, ShardId shard) const override {
    if (row == row_) {
      if (cancels_ == nullptr) {
        return failure(ErrorCode::Corrupt, {"damaged", "已损坏"});
      }
      cancels_->cancelled = true;
    }
    return below_.fetch(row, shard);
  }
  [[nodiscard]] Result<std::uint64_t> cardinality(RowKey row) const override {
    return below_.cardinality(row);
  }

 private:
  const Source& below_;
  const RowKey row_;
  Budget* const cancels_;
};

TEST(RowCounts, AnErrorOfARowAndACancelBetweenRowsStopIt) {
  const MemorySource people = source();
  Plan plan;
  const std::array roots{plan.row(kThirds)};
  const Failing damaged(people, kFew, nullptr);
  const auto broken = Sweep::prepare(plan, roots, damaged, {}, Answers::InTurn);
  const auto counts = row_counts(*broken, kRows);
  ASSERT_FALSE(counts.has_value());
  EXPECT_EQ(counts.error().code(), ErrorCode::Corrupt);

  Budget budget;
  ExecuteOptions options;
  options.threads = 1;
  options.budget = &budget;
  const Failing cancels(people, kFew, &budget);
  // Only in the first shard, so that no block is left whose check would notice.
  const std::array first{plan.row(kSpan)};
  const auto cancelled = Sweep::prepare(plan, first, cancels, options, Answers::InTurn);
  std::vector<RowKey> rows(kRowsAtOnce, kFew);
  rows.push_back(kThirds);
  const auto stopped = row_counts(*cancelled, rows);
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code(), ErrorCode::Cancelled);
}

}  // namespace
}  // namespace tagline::engine
