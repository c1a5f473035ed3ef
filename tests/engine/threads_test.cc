// What several threads do at once; also run under ThreadSanitizer.
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
