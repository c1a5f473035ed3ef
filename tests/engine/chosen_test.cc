// Sets chosen from all users: small cases to be read, promises about samples, and lookalike against
// a naive one.
#include "engine/computed_rows.h"
#include "engine/execute.h"
#include "engine/lookalike.h"
#include "engine/memory_source.h"
#include "engine/sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

using Users = std::vector<std::uint32_t>;
constexpr FieldId kSpend = 5;

Users selected(Plan& plan, NodeId root, const Source& source) {
  const Result<Bitmap> users = select(plan, root, source);
  EXPECT_TRUE(users.has_value());
  return users.has_value() ? users->to_vector() : Users{};
}

NodeId chosen(Plan& plan, Op op, std::int64_t n, NodeId among) {
  Node node;
  node.op = op;
  node.low = n;
  node.row.field = kSpend;
  node.operands = {among};
  return plan.add(node);
}

class Chosen : public testing::Test {
 protected:
  Chosen() : source_(8) {
    const std::vector<std::pair<UserIndex, std::int64_t>> spends{{0, 5}, {1, -7}, {2, 5},
                                                                 {3, 9}, {4, 0},  {6, 5}};
    source_.set_numbers(kSpend, spends);
    source_.set_row({1, 1}, Bitmap::range(2, 7));
  }
  MemorySource source_;
  Plan plan_;
};

TEST_F(Chosen, TiesGoToTheLowestIndexAndTheNumberIsExact) {
  const NodeId all = plan_.everyone();
  EXPECT_EQ(selected(plan_, chosen(plan_, Op::Top, 3, all), source_), (Users{0, 2, 3}));
  EXPECT_EQ(selected(plan_, chosen(plan_, Op::Top, 1, all), source_), Users{3});
  EXPECT_EQ(selected(plan_, chosen(plan_, Op::Bottom, 3, all), source_), (Users{0, 1, 4}));
  EXPECT_EQ(selected(plan_, chosen(plan_, Op::Top, 0, all), source_), Users{});
}

TEST_F(Chosen, NobodyWithoutTheNumberIsIn) {
  EXPECT_EQ(selected(plan_, chosen(plan_, Op::Top, 100, plan_.everyone()), source_),
            (Users{0, 1, 2, 3, 4, 6}));
}

TEST_F(Chosen, TopOfAConjunctionIsNotAConjunctionWithATop) {
  const NodeId row = plan_.row({1, 1});
  EXPECT_EQ(selected(plan_, chosen(plan_, Op::Bottom, 2, row), source_), (Users{2, 4}));
  const std::array both{chosen(plan_, Op::Bottom, 2, plan_.everyone()), row};
  EXPECT_EQ(selected(plan_, plan_.all_of(both), source_), Users{4});
}

TEST_F(Chosen, InnerOnesAreDecidedFirst) {
  const NodeId inner = chosen(plan_, Op::Top, 4, plan_.everyone());
  EXPECT_EQ(selected(plan_, chosen(plan_, Op::Bottom, 2, inner), source_), (Users{0, 2}));
}

TEST_F(Chosen, AreKeptFromCallToCall) {
  ComputedRows rows;
  ExecuteOptions options;
  options.computed = &rows;
  const NodeId top = chosen(plan_, Op::Top, 3, plan_.everyone());
  EXPECT_EQ(count(plan_, top, source_, options).value(), 3U);
  EXPECT_TRUE(rows.has(top));
  // What is kept is what is read.
  rows.put(top, Bitmap::range(0, 2));
  EXPECT_EQ(count(plan_, plan_.negate(top), source_, options).value(), 6U);
}

TEST_F(Chosen, ProgramsNameTheSet) {
  const NodeId top = chosen(plan_, Op::Top, 3, plan_.everyone());
  EXPECT_EQ(program_text(plan_, top, source_).value(),
            "0  all_of r0 {set #" + std::to_string(top) + "}\n");
}

// Stored segments depend on these numbers.
TEST(Sample, HashesDoNotChange) {
  EXPECT_EQ(mix64(1), 0x5692161D100B05E5ULL);
  EXPECT_EQ(sample_hash(0, 0), mix64(mix64(kSampleStep) + kSampleStep));
  EXPECT_EQ(seed_of("a"), mix64(0xAF63DC4C8601EC8CULL));
  EXPECT_NE(seed_of("a"), seed_of("b"));
}

TEST(Sample, SharesAreWithinChanceAndLieInsideEachOther) {
  MemorySource source(200'000);
  Plan plan;
  const auto share = [&](double of, std::uint64_t seed) {
    Node node;
    node.op = Op::SampleShare;
    node.seed = seed;
    node.share = static_cast<std::uint64_t>(std::ldexp(of, 64));
    return plan.add(node);
  };
  const NodeId tenth = share(0.1, 1);
  // Five standard deviations.
  EXPECT_NEAR(static_cast<double>(count(plan, tenth, source).value()), 20'000, 670);
  EXPECT_EQ(count(plan, plan.difference(tenth, std::array{share(0.2, 1)}), source).value(), 0U);
  // Another seed is another sample: a tenth of a tenth in both.
  const std::array both{tenth, share(0.1, 2)};
  EXPECT_NEAR(static_cast<double>(count(plan, plan.all_of(both), source).value()), 2'000, 225);
}

TEST(Sample, UsersInNoRowAreSampledToo) {
  MemorySource source(kShardUsers + 70'000);
  Plan plan;
  Node node;
  node.op = Op::SampleShare;
  node.share = std::uint64_t{1} << 63U;
  const NodeId half = plan.add(node);
  const std::uint64_t in = count(plan, half, source).value();
  const std::uint64_t out = count(plan, plan.negate(half), source).value();
  EXPECT_GT(in, 500'000U);
  EXPECT_EQ(in + out, kShardUsers + 70'000);
  std::uint64_t expected = 0;
  for (UserIndex user = 0; user < kShardUsers + 70'000; ++user) {
    expected += in_share(sample_hash(user, 0), node.share) ? 1U : 0U;
  }
  EXPECT_EQ(in, expected);
}

// The method again, user by user.
class NaiveLookalike {
 public:
  NaiveLookalike(std::uint32_t users, std::vector<std::set<std::uint32_t>> rows,
                 std::map<std::uint32_t, std::int64_t> number, std::set<std::uint32_t> seed)
      : users_(users), rows_(std::move(rows)), seed_(std::move(seed)) {
    std::vector<std::int64_t> values;
    for (const auto& [user, value] : number) {
      values.push_back(value);
    }
    std::sort(values.begin(), values.end());
    std::set<std::int64_t> ends;
    for (std::size_t part = 1; part < kLookalikeRangesMax && !values.empty(); ++part) {
      const std::size_t up_to =
          std::max<std::size_t>(values.size() * part / kLookalikeRangesMax, 1);
      ends.insert(values[up_to - 1]);
    }
    ends.insert(std::numeric_limits<std::int64_t>::max());
    std::map<std::int64_t, std::set<std::uint32_t>> ranges;
    for (const auto& [user, value] : number) {
      ranges[*ends.lower_bound(value)].insert(user);
    }
    for (auto& [end, members] : ranges) {
      rows_.push_back(std::move(members));
    }
  }

  Users nearest(std::size_t n) const {
    std::vector<std::int64_t> score(users_);
    for (const auto& row : rows_) {
      const std::int64_t weight = weight_of(row);
      for (const std::uint32_t user : row) {
        score[user] += weight;
      }
    }
    Users outside;
    for (std::uint32_t user = 0; user < users_; ++user) {
      if (!seed_.contains(user)) {
        outside.push_back(user);
      }
    }
    std::stable_sort(outside.begin(), outside.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return score[a] > score[b]; });
    outside.resize(std::min(outside.size(), n));
    std::sort(outside.begin(), outside.end());
    return outside;
  }

 private:
  std::int64_t weight_of(const std::set<std::uint32_t>& row) const {
    double a = 0;
    double b = 0;
    for (const std::uint32_t user : row) {
      (seed_.contains(user) ? a : b) += 1;
    }
    const auto in = static_cast<double>(seed_.size());
    const double out = users_ - in;
    const double weight =
        std::log((a + 0.5) / (in - a + 0.5)) - std::log((b + 0.5) / (out - b + 0.5));
    return std::llround(weight * kLookalikeWeightScale);
  }

  std::uint32_t users_;
  std::vector<std::set<std::uint32_t>> rows_;
  std::set<std::uint32_t> seed_;
};

Bitmap bitmap_of(const std::set<std::uint32_t>& users) {
  return Bitmap::of(Users(users.begin(), users.end()));
}

TEST(Lookalike, IsTheNaiveOne) {
  std::mt19937_64 random(11);
  for (std::size_t i = 0; i < 12; ++i) {
    const std::uint32_t users = std::array<std::uint32_t, 4>{30, 2000, 65'537, 70'000}[i % 4];
    MemorySource source(users);
    std::vector<std::set<std::uint32_t>> rows(20);
    std::map<std::uint32_t, std::int64_t> number;
    std::set<std::uint32_t> seed;
    for (std::uint32_t user = 0; user < users; ++user) {
      for (std::size_t row = 0; row < rows.size(); ++row) {
        if (random() % (2 + row * row) == 0) {
          rows[row].insert(user);
        }
      }
      if (random() % 4 != 0) {
        number[user] = static_cast<std::int64_t>(random() % 100) - 40;
      }
      if (rows[3].contains(user) ? random() % 3 == 0 : random() % 50 == 0) {
        seed.insert(user);
      }
    }
    Node node;
    node.op = Op::Lookalike;
    for (RowId row = 0; row < rows.size(); ++row) {
      source.set_row({2, row}, bitmap_of(rows[row]));
      node.features.push_back({2, row});
    }
    source.set_numbers(
        kSpend, std::vector<std::pair<UserIndex, std::int64_t>>(number.begin(), number.end()));
    source.set_row({1, 1}, bitmap_of(seed));
    node.features.push_back({kSpend, kNumberFeature});
    const NaiveLookalike naive(users, rows, number, seed);
    for (const std::size_t n : {std::size_t{1}, std::size_t{17}, std::size_t{users / 3}}) {
      Plan plan;
      node.operands = {plan.row({1, 1})};
      node.low = static_cast<std::int64_t>(n);
      ASSERT_EQ(selected(plan, plan.add(node), source), naive.nearest(n)) << users << " " << n;
    }
  }
}

TEST(Lookalike, FeaturesSayWhy) {
  MemorySource source(1000);
  source.set_row({1, 1}, Bitmap::range(0, 100));     // the seed
  source.set_row({2, 1}, Bitmap::range(0, 200));     // half of them in it
  source.set_row({2, 2}, Bitmap::range(100, 1000));  // none of them
  source.set_row({2, 3}, Bitmap());                  // nobody
  Plan plan;
  Node node;
  node.op = Op::Lookalike;
  node.low = 10;
  node.operands = {plan.row({1, 1})};
  node.features = {{2, 1}, {2, 2}, {2, 3}};
  const NodeId id = plan.add(node);
  const auto features = lookalike_features(plan, id, source).value();
  ASSERT_EQ(features.size(), 2U);
  EXPECT_EQ(features[0].row, (RowKey{2, 2}));
  EXPECT_LT(features[0].weight, 0);
  EXPECT_EQ(features[0].in_seed, 0U);
  EXPECT_EQ(features[0].in_rest, 900U);
  EXPECT_EQ(features[1].row, (RowKey{2, 1}));
  EXPECT_GT(features[1].weight, 0);
  EXPECT_EQ(features[1].in_seed, 100U);
  EXPECT_EQ(features[1].in_rest, 100U);
  EXPECT_EQ(selected(plan, id, source), (Users{100, 101, 102, 103, 104, 105, 106, 107, 108, 109}));
}

TEST(Lookalike, NumbersMayBeAsLargeAsNumbersGet) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  MemorySource source(8);
  const std::vector<std::pair<UserIndex, std::int64_t>> numbers{
      {0, kMost}, {1, kMost}, {2, kMost}, {3, -kMost}, {4, -kMost}, {5, 0}};
  source.set_numbers(kSpend, numbers);
  source.set_row({1, 1}, Bitmap::range(0, 2));
  Plan plan;
  Node node;
  node.op = Op::Lookalike;
  node.low = 1;
  node.operands = {plan.row({1, 1})};
  node.features = {{kSpend, kNumberFeature}};
  EXPECT_EQ(selected(plan, plan.add(node), source), Users{2});
}

TEST(Lookalike, WithoutFeaturesTheFirstOutside) {
  MemorySource source(50);
  source.set_row({1, 1}, Bitmap::range(0, 5));
  Plan plan;
  Node node;
  node.op = Op::Lookalike;
  node.low = 2;
  node.operands = {plan.row({1, 1})};
  EXPECT_EQ(selected(plan, plan.add(node), source), (Users{5, 6}));
  node.low = 1000;
  EXPECT_EQ(selected(plan, plan.add(node), source).size(), 45U);
}

TEST(Lookalike, NobodyIsLikeNobody) {
  MemorySource source(50);
  source.set_row({1, 1}, Bitmap::range(0, 5));
  source.set_row({1, 2}, Bitmap::range(5, 9));
  Plan plan;
  Node node;
  node.op = Op::Lookalike;
  node.features = {{1, 1}};
  for (const std::int64_t n : {2, 1000}) {
    node.low = n;
    node.operands = {plan.all_of(std::array{plan.row({1, 1}), plan.row({1, 2})})};
    EXPECT_EQ(selected(plan, plan.add(node), source), Users());
    node.operands = {plan.nothing()};
    EXPECT_EQ(selected(plan, plan.add(node), source), Users());
  }
}

}  // namespace
}  // namespace tagline::engine
