// Event conditions over a year of daily events, one thread. Answers are first compared with a plain
// loop over every user's history: a difference fails the run.
//
//   events_bench [USERS [SHARE]]     1,000,000 users; SHARE of them active on a day (0.05)
#include "engine/execute.h"
#include "engine/kernels.h"
#include "engine/memory_source.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tagline::engine;

constexpr Day kFirst = 19'723;  // 2024-01-01
constexpr Day kYear = 366;
constexpr std::size_t kThings = 3;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Done {
  std::uint8_t count = 0;
  std::int16_t amount = 0;
};
/// Of one user: by thing and day.
using History = std::array<std::array<Done, kYear>, kThings>;

History history_of(std::uint32_t user, double share) {
  std::mt19937 random(user * 2'654'435'761U + 1);
  History history{};
  for (std::size_t thing = 0; thing < kThings; ++thing) {
    // The later things are done by fewer.
    const auto limit =
        static_cast<std::uint32_t>(share / static_cast<double>(1U << thing) * 4294967295.0);
    for (Done& done : history[thing]) {
      if (random() < limit) {
        done.count = static_cast<std::uint8_t>(1 + (random() % 4 == 0 ? random() % 7 : 0));
        done.amount = static_cast<std::int16_t>(static_cast<int>(random() % 1000) - 100);
      }
    }
  }
  return history;
}

Node node_of(Op op, std::vector<Interval> intervals = {}) {
  Node node;
  node.op = op;
  node.steps = {{1}};
  node.intervals = std::move(intervals);
  return node;
}

struct Query {
  std::string name;
  Node node;
  std::function<bool(const History&)> holds;
};

template <class Of>
std::int64_t total(const History& history, Of of) {
  std::int64_t sum = 0;
  for (const Done& done : history[0]) {
    sum += of(done);
  }
  return sum;
}

bool streak(const History& history, int low) {
  int run = 0;
  return std::any_of(history[0].begin(), history[0].end(), [&](const Done& done) {
    run = done.count > 0 ? run + 1 : 0;
    return run >= low;
  });
}

// From every start, each step as early as may be; the last one not before `least` days have gone
// by.
bool sequence(const History& history, const std::vector<std::size_t>& steps, Day least, Day most) {
  for (Day start = 0; start < kYear; ++start) {
    if (history[steps.front()][static_cast<std::size_t>(start)].count == 0) {
      continue;
    }
    std::size_t taken = 0;
    for (Day day = start; day < kYear && day - start <= most; ++day) {
      std::array<std::size_t, kThings> used{};
      while (taken + (day - start >= least ? 0U : 1U) < steps.size()) {
        const std::size_t thing = steps[taken];
        if (used[thing] >= history[thing][static_cast<std::size_t>(day)].count) {
          break;
        }
        ++used[thing];
        ++taken;
      }
      if (taken == steps.size()) {
        return true;
      }
    }
  }
  return false;
}

Query sequence_query(std::string name, const std::vector<std::size_t>& steps, Day least, Day most) {
  Query query{std::move(name), {}, [=](const History& history) {
                return sequence(history, steps, least, most);
              }};
  query.node.op = Op::Sequence;
  for (const std::size_t step : steps) {
    query.node.steps.push_back({static_cast<FieldId>(step + 1)});
  }
  query.node.gap_min = {0, least};
  if (most < kYear) {
    query.node.gap_max = DayGap{0, most};
  }
  return query;
}

std::vector<Query> queries() {
  const auto count = [](const Done& done) { return std::int64_t{done.count}; };
  const auto sum = [](const Done& done) { return std::int64_t{done.amount}; };
  const auto day = [](const Done& done) { return std::int64_t{done.count > 0}; };
  Node days_in_a_row = node_of(Op::Streak);
  days_in_a_row.low = 3;
  return {
      {"did", node_of(Op::Did), [=](const History& h) { return total(h, day) > 0; }},
      {"days 20 or more", node_of(Op::EventDays, {{20, kMost}}),
       [=](const History& h) { return total(h, day) >= 20; }},
      {"count 10-40", node_of(Op::EventCount, {{10, 40}}),
       [=](const History& h) { return total(h, count) >= 10 && total(h, count) <= 40; }},
      {"sum over 5,000", node_of(Op::EventSum, {{5001, kMost}}),
       [=](const History& h) { return total(h, sum) > 5000; }},
      {"streak 3", days_in_a_row, [](const History& h) { return streak(h, 3); }},
      sequence_query("sequence of 3", {0, 1, 2}, 0, kYear),
      sequence_query("sequence of 3 within 3..30 days", {0, 1, 2}, 3, 30),
      sequence_query("sequence of 3 within 180 days", {0, 1, 2}, 0, 180),
      sequence_query("4 times the same within 300 days", {0, 0, 0, 0}, 0, 300),
      sequence_query("8 times the same within 10..60 days", std::vector<std::size_t>(8), 10, 60),
      sequence_query("sequence of 6 within 30..90 days", {0, 0, 1, 2, 0, 1}, 30, 90),
      sequence_query("32 times the same within 30..300 days", std::vector<std::size_t>(32), 30,
                     300),
  };
}

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

}  // namespace

int main(int argc, char** argv) {
  const auto users =
      static_cast<std::uint32_t>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000);
  const double share = argc > 2 ? std::strtod(argv[2], nullptr) : 0.05;
  MemorySource source(users);
  const std::vector<Query> all = queries();
  std::vector<std::uint64_t> expected(all.size());
  std::vector<std::vector<MemorySource::DayEvents>> days(kThings * std::size_t{kYear});
  for (std::uint32_t user = 0; user < users; ++user) {
    const History history = history_of(user, share);
    for (std::size_t i = 0; i < all.size(); ++i) {
      expected[i] += all[i].holds(history) ? 1U : 0U;
    }
    for (std::size_t at = 0; at < days.size(); ++at) {
      const Done done = history[at / kYear][at % kYear];
      if (done.count > 0) {
        days[at].push_back({user, done.count, done.amount});
      }
    }
  }
  for (std::size_t at = 0; at < days.size(); ++at) {
    source.set_events(static_cast<FieldId>(at / kYear + 1), kFirst + static_cast<Day>(at % kYear),
                      days[at]);
    days[at] = {};
  }
  std::printf(
      "%u users, %.1f%% a day, %d days, kernels %s, one thread, medians of processor time\n", users,
      share * 100, kYear, kernels().name);
  for (std::size_t i = 0; i < all.size(); ++i) {
    ExecuteOptions options;
    options.threads = 1;
    std::vector<double> times;
    for (int run = 0; run < 5; ++run) {
      Plan plan;
      const NodeId root = plan.add(all[i].node);
      const double start = thread_ms();
      const std::uint64_t got = count(plan, root, source, options).value_or(0);
      times.push_back(thread_ms() - start);
      if (got != expected[i]) {
        std::printf("%s: %llu, but user by user %llu\n", all[i].name.c_str(),
                    static_cast<unsigned long long>(got),
                    static_cast<unsigned long long>(expected[i]));
        return 1;
      }
    }
    std::nth_element(times.begin(), times.begin() + 2, times.end());
    std::printf("%-38s %10llu %10.1f ms\n", all[i].name.c_str(),
                static_cast<unsigned long long>(expected[i]), times[2]);
  }
  return 0;
}
