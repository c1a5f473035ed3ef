#include "engine/execute.h"

#include "engine/memory_source.h"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr FieldId kNumber = 5;

ExecuteOptions as_written(unsigned threads = 1) {
  ExecuteOptions options;
  options.rewrite = false;
  options.threads = threads;
  return options;
}

// Counts and fails fetches.
class Observed final : public Source {
 public:
  explicit Observed(const Source& inner) : inner_(inner) {}
  ShardId shard_count() const override { return inner_.shard_count(); }
  Result<Fragment> fetch(RowKey row, ShardId shard) const override {
    ++fetches;
    if (row == broken_row && shard == broken_shard) {
      return failure(ErrorCode::Corrupt, {"damaged", "已损坏"});
    }
    if (cancel_at != 0 && fetches >= cancel_at) {
      budget.cancelled = true;
    }
    return inner_.fetch(row, shard);
  }
  Result<std::uint64_t> cardinality(RowKey row) const override {
    ++cardinalities;
    budget.cancelled = budget.cancelled || cancel_when_planning;
    return inner_.cardinality(row);
  }
  Result<std::vector<DayRows>> event_days(FieldId series, DayWindow window) const override {
    ++days_asked;
    budget.cancelled = budget.cancelled || cancel_when_planning;
    return inner_.event_days(series, window);
  }

  mutable std::atomic<int> fetches{0};
  mutable int cardinalities = 0;
  mutable int days_asked = 0;
  mutable Budget budget;
  int cancel_at = 0;
  bool cancel_when_planning = false;  ///< at the first question that is no fetch
  RowKey broken_row{99, 99};
  ShardId broken_shard = 0;

 private:
  const Source& inner_;
};

class Execute : public testing::Test {
 protected:
  Execute() : source_(kShardUsers * 3 + 100) {
    source_.set_row({1, 1}, Bitmap::range(0, 3000));
    source_.set_row({1, 2}, Bitmap::range(2000, kShardUsers * 2));
    Bitmap tens;
    for (std::uint32_t user = 0; user < kShardUsers * 3 + 100; user += 10) {
      tens.add(user);
    }
    source_.set_row({1, 3}, tens);
  }
  NodeId all(std::initializer_list<NodeId> ids) { return plan_.all_of(std::vector<NodeId>(ids)); }

  MemorySource source_;
  Plan plan_;
  NodeId few_ = plan_.row({1, 1});
  NodeId many_ = plan_.row({1, 2});
  NodeId tens_ = plan_.row({1, 3});
};

TEST_F(Execute, OneRowIsAnsweredFromStoredCardinalities) {
  const Observed observed(source_);
  EXPECT_EQ(count(plan_, tens_, observed).value(), (kShardUsers * 3 + 100 + 9) / 10);
  EXPECT_EQ(count(plan_, plan_.everyone(), observed).value(), kShardUsers * 3 + 100);
  EXPECT_EQ(count(plan_, plan_.nothing(), observed).value(), 0U);
  EXPECT_EQ(count(plan_, plan_.negate(few_), observed).value(), kShardUsers * 3 + 100 - 3000);
  EXPECT_EQ(observed.fetches, 0);
}

TEST_F(Execute, ShardsWithoutTheRequiredRowAreNotRead) {
  const Observed observed(source_);
  ExecuteStats stats;
  EXPECT_EQ(count(plan_, all({few_, many_, tens_}), observed, as_written(), &stats).value(), 100U);
  EXPECT_EQ(observed.fetches,
            3 + 3);  // all three in shard 0, then the first alone in each of the others
  EXPECT_EQ(stats.blocks_run, 1U);
  EXPECT_EQ(stats.blocks_skipped, 63U);
  EXPECT_EQ(stats.instructions_run, 1U);
  EXPECT_EQ(stats.fragments_borrowed, 3U);
  EXPECT_EQ(stats.fragments_copied, 0U);
  EXPECT_GT(stats.payload_bytes, 0U);
}

TEST_F(Execute, BlocksInNoRowAreSettledWithoutRunning) {
  ExecuteStats stats;
  source_.set_row({1, 4}, Bitmap::range(1000, 5000));
  const NodeId neither = plan_.negate(plan_.any_of(std::array{few_, plan_.row({1, 4})}));
  EXPECT_EQ(count(plan_, neither, source_, as_written(), &stats).value(),
            kShardUsers * 3 + 100 - 5000);
  EXPECT_EQ(stats.blocks_run, 1U);
  EXPECT_EQ(stats.blocks_skipped, 63U);
}

TEST_F(Execute, ALimitStopsReading) {
  const Observed observed(source_);
  const Result<Bitmap> first = select(plan_, all({many_, tens_}), observed, as_written(), 5);
  EXPECT_EQ(first->to_vector(), (std::vector<std::uint32_t>{2000, 2010, 2020, 2030, 2040}));
  EXPECT_EQ(observed.fetches, 2);
  EXPECT_TRUE(select(plan_, tens_, source_, as_written(), 0)->empty());
}

TEST_F(Execute, AnErrorOfTheSourceIsTheAnswer) {
  for (const unsigned threads : {1U, 2U}) {
    Observed observed(source_);
    observed.broken_row = {1, 2};
    observed.broken_shard = 1;
    const NodeId root = plan_.any_of(std::array{few_, many_});
    EXPECT_EQ(count(plan_, root, observed, as_written(threads)).error().code(), ErrorCode::Corrupt);
    EXPECT_EQ(select(plan_, root, observed, as_written(threads)).error().code(),
              ErrorCode::Corrupt);
    EXPECT_EQ(select(plan_, root, observed, as_written(threads), kShardUsers * 2).error().code(),
              ErrorCode::Corrupt);
  }
}

TEST_F(Execute, DeadlineAndCancellation) {
  Budget late;
  late.deadline = std::chrono::steady_clock::now();
  ExecuteOptions options = as_written();
  options.budget = &late;
  const NodeId root = all({many_, tens_});
  EXPECT_EQ(count(plan_, root, source_, options).error().code(), ErrorCode::DeadlineExceeded);
  EXPECT_EQ(select(plan_, root, source_, options).error().code(), ErrorCode::DeadlineExceeded);
  for (const unsigned threads : {1U, 2U}) {
    // Cancelled while it runs: by the source, in the middle of the second shard.
    Observed observed(source_);
    observed.cancel_at = 4;
    options.threads = threads;
    options.budget = &observed.budget;
    EXPECT_EQ(count(plan_, root, observed, options).error().code(), ErrorCode::Cancelled);
  }
}

// Ordered are the clauses by what the source says of them: at the first answer the time is up.
TEST_F(Execute, RewritingStopsInTheMiddleOfAPass) {
  std::vector<NodeId> pairs;
  for (RowId row = 1; row <= 1000; ++row) {
    pairs.push_back(all({plan_.row({2, row}), plan_.row({3, row})}));
  }
  const NodeId root = plan_.any_of(pairs);
  Observed observed(source_);
  ExecuteOptions options;
  options.budget = &observed.budget;
  EXPECT_EQ(count(plan_, root, observed, options).value(), 0U);
  EXPECT_GE(observed.cardinalities, 2000);
  observed.cancel_when_planning = true;
  observed.cardinalities = 0;
  EXPECT_EQ(count(plan_, root, observed, options).error().code(), ErrorCode::Cancelled);
  EXPECT_LE(observed.cardinalities, 2);
}

// Of events and of one event with many series.
TEST_F(Execute, CompilingStopsInTheMiddleOfItsEvents) {
  Node done;
  done.op = Op::Did;
  done.window = {0, 100};
  Node wide = done;
  wide.steps.emplace_back();
  std::vector<NodeId> events;
  for (FieldId series = 1000; series < 2000; ++series) {
    done.steps = {{series}};
    events.push_back(plan_.add(done));
    wide.steps.front().push_back(series);
  }
  for (const NodeId root : {plan_.any_of(events), plan_.add(wide)}) {
    for (const bool rewritten : {false, true}) {
      Observed observed(source_);
      ExecuteOptions options;
      options.rewrite = rewritten;
      options.budget = &observed.budget;
      EXPECT_EQ(count(plan_, root, observed, options).value(), 0U);
      EXPECT_EQ(observed.days_asked, 1000);
      observed.cancel_when_planning = true;
      observed.days_asked = 0;
      EXPECT_EQ(count(plan_, root, observed, options).error().code(), ErrorCode::Cancelled);
      EXPECT_LE(observed.days_asked, 1);
    }
  }
}

class Numbers : public testing::Test {
 protected:
  Numbers() : source_(10) {
    const std::vector<std::pair<UserIndex, std::int64_t>> values{
        {0, 0}, {1, 1}, {2, -1}, {3, 7}, {4, -8}, {5, kMax}, {6, -kMax}};
    source_.set_numbers(kNumber, values);
  }
  std::vector<std::uint32_t> within(std::int64_t low, std::int64_t high) {
    const NodeId range = plan_.range(kNumber, low, high);
    auto users = select(plan_, range, source_, as_written())->to_vector();
    EXPECT_EQ(count(plan_, range, source_, as_written()).value(), users.size());
    EXPECT_EQ(select(plan_, range, source_).value().to_vector(), users);
    return users;
  }

  MemorySource source_;
  Plan plan_;
};

using Users = std::vector<std::uint32_t>;

TEST_F(Numbers, BoundsBelongToTheRange) {
  EXPECT_EQ(within(0, 0), Users{0});
  EXPECT_EQ(within(1, 7), (Users{1, 3}));
  EXPECT_EQ(within(-1, 1), (Users{0, 1, 2}));
  EXPECT_EQ(within(-8, -1), (Users{2, 4}));
  EXPECT_EQ(within(-7, -2), Users{});
  EXPECT_EQ(within(2, 6), Users{});
  EXPECT_EQ(within(5, 1), Users{});
}

TEST_F(Numbers, Extremes) {
  const Users everyone{0, 1, 2, 3, 4, 5, 6};
  EXPECT_EQ(within(kMin, kMax), everyone);
  EXPECT_EQ(within(kMin + 1, kMax), everyone);
  EXPECT_EQ(within(kMax, kMax), Users{5});
  EXPECT_EQ(within(kMin, kMin), Users{});
  EXPECT_EQ(within(kMin, -kMax), Users{6});
  EXPECT_EQ(within(kMin + 2, kMax - 1), (Users{0, 1, 2, 3, 4}));
  EXPECT_EQ(within(kMax, kMin), Users{});
  EXPECT_EQ(within(kMin, -1), (Users{2, 4, 6}));
  EXPECT_EQ(within(0, kMax), (Users{0, 1, 3, 5}));
}

TEST_F(Numbers, OneUserAtATime) {
  source_.set_number(kNumber, 3, -5);
  source_.set_number(kNumber, 9, 5);
  source_.set_number(kNumber, 10, 5);  // unknown
  EXPECT_EQ(within(-5, 5), (Users{0, 1, 2, 3, 9}));
  EXPECT_EQ(source_.cardinality({kNumber, kExistsRow}).value(), 8U);
}

// Both the users in question and those with a number are lists, and theirs is the shorter one.
TEST(Ranges, AShortListOfNumbersIsStillMetWithTheRow) {
  MemorySource source(60'000);
  std::vector<std::pair<UserIndex, std::int64_t>> values;
  Bitmap row;
  for (std::uint32_t i = 0; i < 52; ++i) {
    values.emplace_back(i * 1000 + 1, i);
    row.add(i * 500);
    row.add(i * 500 + 7);
  }
  source.set_numbers(kNumber, values);
  source.set_row({1, 1}, row);
  Plan plan;
  const std::array both{plan.row({1, 1}), plan.range(kNumber, 0, 40)};
  EXPECT_EQ(count(plan, plan.all_of(both), source, as_written()).value(), 0U);
}

TEST_F(Numbers, AFieldThatIsNotThere) {
  const NodeId missing = plan_.range(77, kMin, kMax);
  EXPECT_EQ(count(plan_, missing, source_).value(), 0U);
  EXPECT_EQ(count(plan_, plan_.negate(missing), source_).value(), 10U);
}

TEST_F(Numbers, ValueBitsAreProbedFromTheTop) {
  EXPECT_EQ(source_.value_bits(kNumber).value(), 63U);
  EXPECT_EQ(source_.value_bits(77).value(), 0U);
  const std::vector<std::pair<UserIndex, std::int64_t>> small{{0, 5}, {1, -9}};
  source_.set_numbers(8, small);
  EXPECT_EQ(source_.value_bits(8).value(), 4U);
}

TEST(MemorySource, DropsUsersBeyondThePopulation) {
  MemorySource source(70'000);
  source.set_row({1, 1}, Bitmap::range(69'998, 80'000));
  EXPECT_EQ(source.row({1, 1}).to_vector(), (Users{69'998, 69'999}));
  source.set_row({1, 1}, Bitmap());
  EXPECT_EQ(source.cardinality({1, 1}).value(), 0U);
  EXPECT_EQ(source.fetch({1, 1}, 0)->cardinality(), 0U);
  EXPECT_EQ(MemorySource(0).shard_count(), 0U);
  EXPECT_EQ(MemorySource(kShardUsers).shard_count(), 1U);
  EXPECT_EQ(MemorySource(kShardUsers + 1).shard_count(), 2U);
}

TEST(ProgramText, NamesRowsAsAsked) {
  Plan plan;
  const NodeId root = plan.all_of(std::array{plan.row({1, 1}), plan.range(2, 18, 24)});
  const RowName name = [](RowKey key) { return key.field == 1 ? "vip" : "age"; };
  EXPECT_EQ(program_text(plan, root, MemorySource(10), name).value(),
            "0  all_of r0 {vip}\n"
            "1  skip_if_empty r0 to 3\n"
            "2  range r0 and age [18, 24]\n");
}

}  // namespace
}  // namespace tagline::engine
