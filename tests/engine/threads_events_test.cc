// Conditions on events, and sets chosen from all users, on several threads at once; also run under
// ThreadSanitizer.
#include "engine/execute.h"
#include "engine/memory_source.h"

#include <array>
#include <atomic>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kUsers = kShardUsers * 3 + 100;
constexpr FieldId kSpend = 1;
constexpr FieldId kCity = 2;
constexpr FieldId kBuy = 7;
constexpr FieldId kView = 8;

/// Ten days of two events, a number and two rows, in a few users of every shard.
MemorySource shop() {
  MemorySource source(kUsers);
  std::vector<std::pair<UserIndex, std::int64_t>> spends;
  Bitmap tier1;
  for (UserIndex user = 3; user < kUsers; user += 6'007) {
    spends.emplace_back(user, static_cast<std::int64_t>(user % 1'009) - 200);
    if (user % 3 == 0) {
      tier1.add(user);
    }
  }
  source.set_numbers(kSpend, spends);
  source.set_row({kCity, 1}, tier1);
  source.set_row({kCity, 2}, Bitmap::range(1'000, kShardUsers * 2));
  for (Day at = 100; at < 110; ++at) {
    std::vector<MemorySource::DayEvents> bought;
    std::vector<MemorySource::DayEvents> viewed;
    for (const auto& [user, spend] : spends) {
      if ((user + static_cast<UserIndex>(at)) % 5 < 2) {
        bought.push_back({user, user % 7 + 1, spend});
      }
      if ((user + static_cast<UserIndex>(at)) % 4 < 2) {
        viewed.push_back({user, 1, 0});
      }
    }
    source.set_events(kBuy, at, bought);
    source.set_events(kView, at, viewed);
  }
  return source;
}

Node event(Op op, std::vector<Interval> intervals = {}) {
  Node node;
  node.op = op;
  node.steps = {{kBuy}};
  node.window = {101, 108};
  node.intervals = std::move(intervals);
  return node;
}

Node chosen(Op op, NodeId among) {
  Node node;
  node.op = op;
  node.low = 150;
  node.row.field = op == Op::SampleSize || op == Op::Lookalike ? 0 : kSpend;
  node.operands = {among};
  return node;
}

/// One of every kind, alone and within each other.
std::vector<NodeId> conditions(Plan& plan) {
  Node sequence = event(Op::Sequence);
  sequence.steps.push_back({kView});
  sequence.gap_min = {0, 1};
  sequence.gap_max = DayGap{0, 3};
  Node streak = event(Op::Streak);
  streak.low = 2;
  Node share;
  share.op = Op::SampleShare;
  share.seed = 5;
  share.share = std::uint64_t{1} << 62U;
  Node two_keys = event(Op::EventDays, {{4, kMax}});
  two_keys.steps = {{kBuy, kView}};
  std::vector<NodeId> roots = {plan.add(event(Op::Did)),
                               plan.add(event(Op::EventDays, {{2, 3}})),
                               plan.add(event(Op::EventCount, {{5, 9}, {12, kMax}})),
                               plan.add(event(Op::EventSum, {{-500, 900}})),
                               plan.add(streak),
                               plan.add(sequence),
                               plan.add(share),
                               plan.add(two_keys)};
  const NodeId did = roots.front();
  const NodeId top = plan.add(chosen(Op::Top, did));
  Node alike = chosen(Op::Lookalike, top);
  alike.features = {{kCity, 1}, {kCity, 2}, {kSpend, kNumberFeature}};
  for (const Node& node : {chosen(Op::Top, plan.everyone()), chosen(Op::Bottom, roots[2]),
                           chosen(Op::SampleSize, roots[5]), alike}) {
    roots.push_back(plan.add(node));
  }
  const std::array some{roots[1], roots[4], roots.back(), plan.row({kCity, 1})};
  roots.push_back(plan.at_least(2, some));
  roots.push_back(plan.difference(plan.any_of(some), std::array{top, roots[6]}));
  return roots;
}

ExecuteOptions on(unsigned threads) {
  ExecuteOptions options;
  options.threads = threads;
  return options;
}

TEST(ThreadsEvents, AnswersDoNotDependOnThreadsNorOnNeighbours) {
  const MemorySource source = shop();
  std::vector<Bitmap> expected;
  {
    Plan plan;
    for (const NodeId root : conditions(plan)) {
      expected.push_back(select(plan, root, source, on(1)).value());
      // Neither nobody nor everybody, or the comparison would say little.
      ASSERT_GT(expected.back().cardinality(), 0U) << print(plan, root);
      ASSERT_LT(expected.back().cardinality(), kUsers) << print(plan, root);
    }
  }
  std::vector<std::thread> callers;
  std::atomic<std::size_t> right{0};
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      Plan plan;
      const std::vector<NodeId> roots = conditions(plan);
      for (std::size_t at = 0; at < roots.size(); ++at) {
        right += select(plan, roots[at], source, on(3)).value() == expected[at] ? 1 : 0;
        right +=
            count(plan, roots[at], source, on(3)).value() == expected[at].cardinality() ? 1 : 0;
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(right, expected.size() * 2 * callers.size());
}

TEST(ThreadsEvents, ABudgetStopsAChoiceToo) {
  const MemorySource source = shop();
  Budget budget;
  std::thread canceller([&] { budget.cancelled = true; });
  Plan plan;
  const NodeId root = plan.negate(plan.add(chosen(Op::Top, plan.add(event(Op::Did)))));
  ExecuteOptions options = on(3);
  options.budget = &budget;
  Result<std::uint64_t> users = count(plan, root, source, options);
  while (users.has_value()) {
    EXPECT_EQ(*users, kUsers - 150);
    users = count(plan, root, source, options);
  }
  EXPECT_EQ(users.error().code(), ErrorCode::Cancelled);
  canceller.join();
}

}  // namespace
}  // namespace tagline::engine
