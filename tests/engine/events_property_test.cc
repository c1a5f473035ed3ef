// Laws of event conditions over random histories: optimised = unoptimised = naive, whatever the
// window, the shape of the rows and the plan around them.
#include "engine/execute.h"
#include "tests/engine/scenario.h"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace tagline::engine::test {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

constexpr FieldId kFirstSeries = 20;
constexpr FieldId kSeries = 4;  // and one that nobody has

// Around a leap day and the ends of months.
constexpr Day kFebruary10 = 19'763;  // 2024-02-10
constexpr Day kDays = 56;

Day random_day(Random& random) {
  return kFebruary10 + static_cast<Day>(pick(random, 0, kDays - 1));
}

DayWindow random_window(Random& random) {
  switch (pick(random, 0, 4)) {
    case 0:
      return {};
    case 1: {
      const Day only = random_day(random);
      return {only, only};
    }
    default: {
      DayWindow window{random_day(random), random_day(random)};
      if (window.first > window.last && pick(random, 0, 9) != 0) {
        std::swap(window.first, window.last);
      }
      return window;
    }
  }
}

// Up to a dozen days, in runs as often as not; now and then many events, refunds, and amounts that
// cancel out.
History random_history(Random& random) {
  History history;
  for (std::uint64_t runs = pick(random, 1, 6); runs > 0; --runs) {
    const auto series = static_cast<FieldId>(kFirstSeries + pick(random, 0, kSeries - 1));
    Day day = random_day(random);
    for (std::uint64_t length = pick(random, 0, 1) == 0 ? 1 : pick(random, 2, 5); length > 0;
         --length, ++day) {
      Done& done = history[series][day];
      done.count += static_cast<std::int64_t>(pick(random, 0, 2) == 0 ? pick(random, 1, 9) : 1);
      const auto size = static_cast<std::int64_t>(
          pick(random, 0, 5) == 0 ? random() >> pick(random, 13, 40) : pick(random, 0, 60));
      done.amount += pick(random, 0, 2) == 0 ? -size : size;
    }
  }
  return history;
}

void add_histories(Random& random, World& world, History (*make)(Random&)) {
  for (std::uint64_t i = pick(random, 1, 40); i > 0; --i) {
    world.histories.push_back(make(random));
  }
  // Some worlds dense, some sparse, some both.
  const std::uint64_t one_in = std::array<std::uint64_t, 4>{1, 3, 40, 4000}[pick(random, 0, 3)];
  const std::uint64_t dense_to = pick(random, 0, world.users);
  for (std::uint32_t user = 0; user < world.users; ++user) {
    const std::uint64_t rarity = user < dense_to ? one_in : one_in * 50;
    if (!world.erased.contains(user) && pick(random, 1, rarity) == 1) {
      // The first histories are common, the last ones rare.
      const std::uint64_t up_to = pick(random, 0, world.histories.size() - 1);
      world.history_of[user] = pick(random, 0, up_to);
    }
  }
}

SeriesSet random_term(Random& random) {
  SeriesSet term;
  for (FieldId series = kFirstSeries; series <= kFirstSeries + kSeries; ++series) {
    if (pick(random, 0, 3) == 0) {
      term.push_back(series);
    }
  }
  if (term.empty()) {
    term.push_back(static_cast<FieldId>(kFirstSeries + pick(random, 0, kSeries - 1)));
  }
  return term;
}

std::vector<Interval> random_intervals(Random& random, bool sums) {
  std::vector<Interval> intervals;
  std::int64_t at = sums ? static_cast<std::int64_t>(pick(random, 0, 120)) - 100
                         : static_cast<std::int64_t>(pick(random, 0, 3));
  if (sums && pick(random, 0, 3) == 0) {
    intervals.push_back({kMin, at - static_cast<std::int64_t>(pick(random, 2, 40))});
  }
  for (std::uint64_t i = pick(random, 1, 3); i > 0; --i) {
    const auto wide = static_cast<std::int64_t>(pick(random, 0, sums ? 60 : 6));
    intervals.push_back({at, at + wide});
    at += wide + 2 + static_cast<std::int64_t>(pick(random, 0, sums ? 50 : 3));
  }
  if (pick(random, 0, 2) == 0) {
    intervals.back().high = kMax;
  }
  return intervals;
}

DayGap random_gap(Random& random) {
  DayGap gap;
  gap.months = pick(random, 0, 3) == 0 ? 1 : 0;
  gap.days =
      static_cast<std::int32_t>(pick(random, 0, 1) == 0 ? pick(random, 0, 2) : pick(random, 0, 30));
  return gap;
}

Node random_sequence(Random& random) {
  Node node;
  node.op = Op::Sequence;
  const SeriesSet often = random_term(random);
  for (std::uint64_t i = pick(random, 2, 4); i > 0; --i) {
    node.steps.push_back(pick(random, 0, 2) == 0 ? often : random_term(random));
  }
  if (pick(random, 0, 1) == 0) {
    node.gap_min = random_gap(random);
  }
  if (pick(random, 0, 1) == 0) {
    node.gap_max = random_gap(random);
  }
  return node;
}

// A year and more of two or three things, a few of them many times a day.
constexpr Day kLongDays = 420;

Day random_long_day(Random& random) {
  return kFebruary10 + static_cast<Day>(pick(random, 0, kLongDays - 1));
}

History long_history(Random& random) {
  History history;
  const bool dense = pick(random, 0, 3) == 0;
  const Day from = random_long_day(random);
  for (std::uint64_t days = pick(random, 1, 9); days > 0; --days) {
    const auto series = static_cast<FieldId>(kFirstSeries + pick(random, 0, 2));
    const Day day = dense ? from + static_cast<Day>(pick(random, 0, 6)) : random_long_day(random);
    history[series][day].count +=
        static_cast<std::int64_t>(pick(random, 0, 1) == 0 ? 1 : pick(random, 2, 5));
  }
  return history;
}

DayGap long_gap(Random& random) {
  DayGap gap;
  gap.months = static_cast<std::int32_t>(pick(random, 0, 2) == 0 ? pick(random, 1, 9) : 0);
  gap.days = static_cast<std::int32_t>(pick(random, 0, 1) == 0 ? pick(random, 0, 8)
                                                               : pick(random, 0, 350));
  return gap;
}

// The oracle tries every way to place the steps, so there are not too many of them.
NodeId long_sequence(Random& random, Plan& plan) {
  Node node;
  node.op = Op::Sequence;
  const std::array<SeriesSet, 3> terms = {random_term(random), random_term(random),
                                          random_term(random)};
  const std::uint64_t kinds = pick(random, 0, 2);
  for (std::uint64_t i = pick(random, 2, 6); i > 0; --i) {
    node.steps.push_back(terms[pick(random, 0, kinds)]);
  }
  if (pick(random, 0, 2) != 0) {
    node.gap_min = long_gap(random);
  }
  if (pick(random, 0, 3) != 0) {
    node.gap_max = long_gap(random);
  }
  if (pick(random, 0, 3) == 0) {
    node.window = {random_long_day(random), kFebruary10 + kLongDays};
  }
  return plan.add(node);
}

NodeId random_event(Random& random, Plan& plan) {
  Node node;
  switch (pick(random, 0, 5)) {
    case 0:
      node.op = Op::Did;
      break;
    case 1:
      node.op = Op::EventDays;
      node.intervals = random_intervals(random, false);
      break;
    case 2:
      node.op = Op::EventCount;
      node.intervals = random_intervals(random, false);
      break;
    case 3:
      node.op = Op::EventSum;
      node.intervals = random_intervals(random, true);
      break;
    case 4:
      node.op = Op::Streak;
      node.low = static_cast<std::int64_t>(pick(random, 1, 6));
      break;
    default:
      node = random_sequence(random);
  }
  if (node.steps.empty()) {
    node.steps.push_back(random_term(random));
  }
  node.window = random_window(random);
  return plan.add(node);
}

void expect_agreement(Plan& plan, NodeId root, const Source& source, const Oracle& oracle) {
  const auto expected = oracle.select(plan, root);
  for (const bool rewrites : {false, true}) {
    SCOPED_TRACE(rewrites ? "rewritten" : "as written");
    ExecuteOptions options;
    options.rewrite = rewrites;
    options.threads = 1;
    const Result<Bitmap> users = select(plan, root, source, options);
    ASSERT_TRUE(users.has_value()) << users.error().message().en;
    ASSERT_EQ(users->to_vector(), expected);
    ASSERT_EQ(count(plan, root, source, options).value(), expected.size());
  }
}

struct Size {
  std::uint32_t users;
  int worlds;
  int plans;
};

class Histories : public testing::TestWithParam<Size> {
 protected:
  template <class Make>
  void for_worlds(Make make, History (*history)(Random&) = random_history) {
    SCOPED_TRACE(seed_hint());
    Random random(seed() + GetParam().users);
    for (int i = 0; i < GetParam().worlds && !HasFailure(); ++i) {
      World world = random_world(random, GetParam().users);
      add_histories(random, world, history);
      const MemorySource source = source_of(world);
      const Oracle oracle(world);
      for (int j = 0; j < GetParam().plans && !HasFailure(); ++j) {
        Plan plan;
        const NodeId root = make(random, plan);
        SCOPED_TRACE("world " + std::to_string(i) + ", plan " + std::to_string(j) + ":\n" +
                     print(plan, root));
        expect_agreement(plan, root, source, oracle);
      }
    }
  }
};

TEST_P(Histories, OneCondition) {
  for_worlds(random_event);
}

// Few users in question: totals, streaks and sequences are then asked user by user.
TEST_P(Histories, AmongFewUsers) {
  for_worlds([](Random& random, Plan& plan) {
    const NodeId row = plan.row({kRowField, static_cast<RowId>(pick(random, 1, kRows))});
    const NodeId event = random_event(random, plan);
    return pick(random, 0, 2) == 0 ? plan.difference(row, std::array{event})
                                   : plan.all_of(std::array{row, event});
  });
}

// Repeated steps, both gaps, hundreds of days: with all users in question, and with few.
TEST_P(Histories, LongSequences) {
  for_worlds(long_sequence, long_history);
}

TEST_P(Histories, LongSequencesAmongFewUsers) {
  for_worlds(
      [](Random& random, Plan& plan) {
        const NodeId row = plan.row({kRowField, static_cast<RowId>(pick(random, 1, kRows))});
        return plan.all_of(std::array{row, long_sequence(random, plan)});
      },
      long_history);
}

TEST_P(Histories, InsidePlansOfAnyShape) {
  for_worlds([](Random& random, Plan& plan) { return random_plan(random, plan, 3, random_event); });
}

INSTANTIATE_TEST_SUITE_P(Sizes, Histories,
                         testing::Values(Size{1, 10, 30}, Size{300, 20, 30}, Size{65'535, 3, 15},
                                         Size{65'536, 3, 15}, Size{65'537, 3, 15},
                                         Size{200'000, 2, 10}),
                         [](const auto& size) { return std::to_string(size.param.users); });

}  // namespace
}  // namespace tagline::engine::test
