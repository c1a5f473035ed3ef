// What several threads do at once; also run under ThreadSanitizer.
#include "engine/cached_count.h"
#include "engine/execute.h"
#include "engine/memory_source.h"
#include "engine/worker_pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

// Work for `run`: takes numbers from a queue until it is empty.
struct Queue {
  explicit Queue(int numbers) : taken(static_cast<std::size_t>(numbers)) {}
  void work() {
    for (std::size_t i = next++; i < taken.size(); i = next++) {
      ++taken[i];
    }
  }
  bool every_one_once() const {
    return std::all_of(taken.begin(), taken.end(), [](const auto& times) { return times == 1; });
  }
  std::atomic<std::size_t> next{0};
  std::vector<std::atomic<int>> taken;
};

TEST(WorkerPool, SharesWork) {
  WorkerPool pool(3);
  EXPECT_EQ(pool.workers(), 3U);
  for (int i = 0; i < 200; ++i) {
    Queue queue(100);
    pool.run(3, [&] { queue.work(); });
    ASSERT_TRUE(queue.every_one_once());
  }
}

TEST(WorkerPool, WithoutWorkersTheCallerDoesItAll) {
  WorkerPool pool(0);
  Queue queue(10);
  pool.run(5, [&] { queue.work(); });
  EXPECT_TRUE(queue.every_one_once());
}

TEST(WorkerPool, HelpersDoJoin) {
  WorkerPool pool(1);
  std::atomic<int> present{0};
  // Each call waits for the other: it ends only if the worker comes.
  pool.run(1, [&] {
    ++present;
    while (present < 2) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(present, 2);
}

TEST(WorkerPool, ManyCallersAndNestedCalls) {
  WorkerPool pool(2);
  std::vector<std::thread> callers;
  std::atomic<int> done{0};
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        Queue outer(4);
        Queue inner(50);
        pool.run(2, [&] {
          outer.work();
          pool.run(1, [&] { inner.work(); });
        });
        done += outer.every_one_once() && inner.every_one_once() ? 1 : 0;
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(done, 200);
}

TEST(Threads, QueriesRunTogether) {
  MemorySource source(kShardUsers * 4 + 5);
  Bitmap thirds;
  for (std::uint32_t user = 0; user < kShardUsers * 4 + 5; user += 3) {
    thirds.add(user);
  }
  source.set_row({1, 1}, thirds);
  source.set_row({1, 2}, Bitmap::range(1000, kShardUsers * 3));
  Bitmap expected = thirds.clone();
  expected.intersect(source.row({1, 2}));
  std::vector<std::thread> callers;
  std::atomic<int> right{0};
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        Plan plan;
        const NodeId root = plan.all_of(std::array{plan.row({1, 1}), plan.row({1, 2})});
        ExecuteOptions options;
        options.threads = 3;
        right += count(plan, root, source, options).value() == expected.cardinality() ? 1 : 0;
        right += select(plan, root, source, options).value() == expected ? 1 : 0;
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(right, 30);
}

// One cache, too small for all of it: single questions and dashboards at once, and two states of
// the data, of which each must get its own answers.
TEST(Threads, KeptAnswersAreAskedForTogether) {
  constexpr RowId kConditions = 20;
  std::array<MemorySource, 2> states{MemorySource(kShardUsers * 2), MemorySource(kShardUsers * 2)};
  std::array<std::vector<std::uint64_t>, 2> expected;
  const auto question = [](Plan& plan, RowId row) {
    return plan.at_least(2,
                         std::array{plan.row({1, row}), plan.row({1, row + 1}), plan.row({2, 1})});
  };
  for (std::size_t state = 0; state < states.size(); ++state) {
    for (RowId row = 1; row <= kConditions + 1; ++row) {
      states[state].set_row({1, row}, Bitmap::range(row * 100, kShardUsers + row * 1000));
    }
    states[state].set_row({2, 1}, Bitmap::range(0, kShardUsers * 2));
    if (state == 1) {  // the second state is the first, one row later
      states[state].set_row({2, 1}, Bitmap::range(2'000, kShardUsers * 2));
    }
    for (RowId row = 1; row <= kConditions; ++row) {
      Plan plan;
      expected[state].push_back(count(plan, question(plan, row), states[state]).value());
    }
  }
  ASSERT_NE(expected[0], expected[1]);
  AnswerCache cache(6'000);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (std::size_t caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      const std::size_t state = caller % 2;
      for (int round = 0; round < 5; ++round) {
        Plan plan;
        std::vector<NodeId> nodes;
        for (RowId row = 1; row <= kConditions; ++row) {
          nodes.push_back(question(plan, row));
        }
        ExecuteOptions options;
        options.threads = 2;
        if (caller < 2) {
          const CachedCounts found =
              cached_counts(cache, state, plan, nodes, states[state], options);
          for (std::size_t i = 0; i < nodes.size(); ++i) {
            wrong += found.users[i].value() == expected[state][i] ? 0 : 1;
          }
          wrong += found.whole + found.run == nodes.size() ? 0 : 1;
          continue;
        }
        for (std::size_t i = 0; i < nodes.size(); ++i) {
          const auto found = cached_count(cache, state, plan, nodes[i], states[state], options);
          wrong += found.value().users == expected[state][i] ? 0 : 1;
        }
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(cache.usage().forgotten, 0U);
  EXPECT_LE(cache.usage().bytes, 6'000U);
}

TEST(Threads, ABudgetStopsAllOfThem) {
  MemorySource source(kShardUsers * 6);
  source.set_row({1, 1}, Bitmap::range(0, kShardUsers * 6));
  source.set_row({1, 2}, Bitmap::range(5, kShardUsers * 5));
  Budget budget;
  std::thread canceller([&] { budget.cancelled = true; });
  Plan plan;
  const NodeId root = plan.any_of(std::array{plan.row({1, 1}), plan.row({1, 2})});
  ExecuteOptions options;
  options.threads = 3;
  options.budget = &budget;
  Result<std::uint64_t> users = count(plan, root, source, options);
  while (users.has_value()) {
    EXPECT_EQ(*users, kShardUsers * 6);
    users = count(plan, root, source, options);
  }
  EXPECT_EQ(users.error().code(), ErrorCode::Cancelled);
  canceller.join();
}

}  // namespace
}  // namespace tagline::engine
