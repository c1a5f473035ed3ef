// Queries whose instructions are counted: a figure that no other program on the machine disturbs.
// .ci/check-instructions runs this under callgrind, which is told to count the queries and nothing
// else, and compares with bench/instructions.txt.
//
//   instructions_probe [QUERY ...]          answers, one line a query; all of them without a name
//   instructions_probe --check [QUERY ...]  compares every answer with a loop over single users
//
// The population is drawn from a hash of the user's index: the same everywhere. Queries run twice,
// the second time being the one that counts: what is made once a process is then there.
#include "engine/execute.h"
#include "engine/kernels.h"
#include "engine/number_summary.h"
#include "engine/overlap.h"
#include "engine/ranking.h"
#include "engine/row_counts.h"
#include "engine/sweep.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/made_users.h"

// Where valgrind is not installed, nothing is counted.
#if __has_include(<valgrind/callgrind.h>)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <valgrind/callgrind.h>
#pragma GCC diagnostic pop
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name)
#endif

namespace {

using namespace tagline::engine;
using namespace tagline::bench;
using tagline::Result;

/// What cannot go on ends the probe with its message.
template <class T>
T must(Result<T> result) {
  if (!result.has_value()) {
    throw std::runtime_error(result.error().message().en);
  }
  return std::move(result).value();
}

/// Of many numbers, in order.
class Digest {
 public:
  void add(std::uint64_t value) { digest_ = mix(digest_ ^ value) + 0x9e3779b97f4a7c15ULL; }
  [[nodiscard]] std::uint64_t value() const { return digest_; }

 private:
  std::uint64_t digest_ = 0;
};

ExecuteOptions one_thread() {
  ExecuteOptions options;
  options.threads = 1;
  return options;
}

struct Query {
  std::string name;
  std::function<std::uint64_t(const Source&)> run;
  std::function<std::uint64_t()> naive;  ///< the same by loops over single users
};

using Segment = std::function<NodeId(Plan&)>;
using Holds = std::function<bool(const MadeUser&)>;

Query count_of(std::string name, const Segment& segment, const Holds& holds) {
  return {std::move(name),
          [segment](const Source& source) {
            Plan plan;
            const NodeId root = segment(plan);
            return must(count(plan, root, source, one_thread()));
          },
          [holds] {
            std::uint64_t users = 0;
            for (std::uint32_t index = 0; index < kUsers; ++index) {
              users += holds(MadeUser(index)) ? 1U : 0U;
            }
            return users;
          }};
}

NodeId value_row(Plan& plan, FieldId field, std::uint32_t value) {
  return plan.row({field, kFirstValueRow + value});
}

NodeId rows_from(Plan& plan, FieldId field, std::uint32_t first, std::uint32_t last) {
  std::vector<NodeId> any;
  for (std::uint32_t value = first; value <= last; ++value) {
    any.push_back(value_row(plan, field, value));
  }
  return plan.any_of(any);
}

std::vector<Query> counts_asked() {
  return {
      count_of(
          "and_of_two",
          [](Plan& plan) {
            return plan.all_of(std::array{value_row(plan, kGender, 1), value_row(plan, kTier, 0)});
          },
          [](const MadeUser& user) { return user.gender == 1 && user.tier == 0; }),
      count_of(
          "selective_and",
          [](Plan& plan) {
            return plan.all_of(std::array{value_row(plan, kCity, 250), plan.row({kVip, kFlagRow}),
                                          value_row(plan, kGender, 0),
                                          value_row(plan, kInterest, 3)});
          },
          [](const MadeUser& user) {
            return user.city == 250 && user.vip && user.gender == 0 &&
                   (user.interests >> 3U & 1U) != 0;
          }),
      count_of(
          "wide_or", [](Plan& plan) { return rows_from(plan, kCity, 100, 149); },
          [](const MadeUser& user) { return user.city >= 100 && user.city < 150; }),
      count_of(
          "range", [](Plan& plan) { return plan.range(kSpend, 10'000, 50'000); },
          [](const MadeUser& user) {
            return user.has_spend && user.spend >= 10'000 && user.spend <= 50'000;
          }),
      count_of(
          "three_of_eight",
          [](Plan& plan) {
            std::vector<NodeId> all;
            for (std::uint32_t i = 0; i < kInterests; ++i) {
              all.push_back(value_row(plan, kInterest, i));
            }
            return plan.at_least(3, all);
          },
          [](const MadeUser& user) { return __builtin_popcount(user.interests) >= 3; }),
      count_of(
          "five_days_of_thirty",
          [](Plan& plan) {
            Node node;
            node.op = Op::EventDays;
            node.steps = {{kView}};
            node.window = {kToday - kDays + 1, kToday};
            node.intervals = {{5, std::numeric_limits<std::int64_t>::max()}};
            return plan.add(node);
          },
          [](const MadeUser& user) { return __builtin_popcount(user.days) >= 5; }),
      count_of(
          "nested",
          [](Plan& plan) {
            const NodeId young =
                plan.all_of(std::array{value_row(plan, kGender, 1), plan.range(kAge, 18, 24)});
            const NodeId vip = plan.difference(plan.row({kVip, kFlagRow}),
                                               std::array{value_row(plan, kInterest, 0)});
            const NodeId place =
                plan.any_of(std::array{value_row(plan, kTier, 0), rows_from(plan, kCity, 60, 90)});
            return plan.all_of(std::array{plan.any_of(std::array{young, vip}), place,
                                          plan.negate(value_row(plan, kInterest, 2))});
          },
          [](const MadeUser& user) {
            const bool young = user.gender == 1 && user.age >= 18 && user.age <= 24;
            const bool vip = user.vip && (user.interests & 1U) == 0;
            const bool place = user.tier == 0 || (user.city >= 60 && user.city <= 90);
            return (young || vip) && place && (user.interests >> 2U & 1U) == 0;
          }),
  };
}

/// The segment that the other answers are about.
NodeId segment(Plan& plan) {
  return plan.all_of(std::array{value_row(plan, kGender, 1), rows_from(plan, kTier, 0, 1),
                                plan.range(kAge, 25, 44)});
}
bool in_segment(const MadeUser& user) {
  return user.gender == 1 && user.tier <= 1 && user.age >= 25 && user.age <= 44;
}

Sweep sweep_of(Plan& plan, std::span<const NodeId> roots, const Source& source, Answers answers) {
  return must(Sweep::prepare(plan, roots, source, one_thread(), answers));
}

Query sum() {
  return {"sum",
          [](const Source& source) {
            Plan plan;
            const std::array roots{segment(plan)};
            const Sweep sweep = sweep_of(plan, roots, source, Answers::InTurn);
            const NumberTotal total = must(number_totals(sweep, kSpend)).front();
            return static_cast<std::uint64_t>(total.sum) + total.known;
          },
          [] {
            std::uint64_t sum = 0;
            for (std::uint32_t index = 0; index < kUsers; ++index) {
              const MadeUser user(index);
              sum += in_segment(user) && user.has_spend ? user.spend + 1U : 0U;
            }
            return sum;
          }};
}

Query top() {
  constexpr std::size_t kTop = 100;
  return {"top_100",
          [](const Source& source) {
            Plan plan;
            const std::array roots{segment(plan)};
            const Sweep sweep = sweep_of(plan, roots, source, Answers::InTurn);
            Digest digest;
            for (const RankedUser& each : must(ranked_users(sweep, kSpend, Rank::Largest, kTop))) {
              digest.add(each.user);
              digest.add(static_cast<std::uint64_t>(each.value));
            }
            return digest.value();
          },
          [] {
            std::vector<std::pair<std::int64_t, std::uint32_t>> all;  // -spend, user
            for (std::uint32_t index = 0; index < kUsers; ++index) {
              const MadeUser user(index);
              if (in_segment(user) && user.has_spend) {
                all.emplace_back(-std::int64_t{user.spend}, index);
              }
            }
            std::sort(all.begin(), all.end());
            Digest digest;
            for (std::size_t i = 0; i < kTop; ++i) {
              digest.add(all[i].second);
              digest.add(static_cast<std::uint64_t>(-all[i].first));
            }
            return digest.value();
          }};
}

Query breakdown() {
  return {"by_city",
          [](const Source& source) {
            Plan plan;
            const std::array roots{segment(plan)};
            const Sweep sweep = sweep_of(plan, roots, source, Answers::InTurn);
            std::vector<RowKey> rows;
            for (std::uint32_t city = 0; city < kCities; ++city) {
              rows.push_back({kCity, kFirstValueRow + city});
            }
            const auto counts = must(row_counts(sweep, rows));
            Digest digest;
            for (const std::uint64_t users : counts.front()) {
              digest.add(users);
            }
            return digest.value();
          },
          [] {
            std::vector<std::uint64_t> counts(kCities);
            for (std::uint32_t index = 0; index < kUsers; ++index) {
              const MadeUser user(index);
              counts[user.city] += in_segment(user) ? 1U : 0U;
            }
            Digest digest;
            for (const std::uint64_t users : counts) {
              digest.add(users);
            }
            return digest.value();
          }};
}

Query overlaps() {
  return {"overlaps_of_eight",
          [](const Source& source) {
            Plan plan;
            std::vector<NodeId> roots;
            for (std::uint32_t i = 0; i < kInterests; ++i) {
              roots.push_back(value_row(plan, kInterest, i));
            }
            const Sweep sweep = sweep_of(plan, roots, source, Answers::Together);
            Digest digest;
            for (const std::uint64_t users : must(overlap_counts(sweep))) {
              digest.add(users);
            }
            return digest.value();
          },
          [] {
            std::array<std::uint64_t, std::size_t{kInterests} * kInterests> counts{};
            for (std::uint32_t index = 0; index < kUsers; ++index) {
              const std::uint32_t interests = MadeUser(index).interests;
              for (std::uint32_t i = 0; i < counts.size(); ++i) {
                counts[i] += interests >> (i / kInterests) & interests >> (i % kInterests) & 1U;
              }
            }
            Digest digest;
            for (const std::uint64_t users : counts) {
              digest.add(users);
            }
            return digest.value();
          }};
}

std::vector<Query> queries() {
  std::vector<Query> all = counts_asked();
  for (Query (*make)() : {sum, top, breakdown, overlaps}) {
    all.push_back(make());
  }
  return all;
}

/// The figure goes into a file of its own, which says the query's name.
std::uint64_t measured(const Query& query, const Source& source) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  const std::uint64_t answer = query.run(source);
  CALLGRIND_STOP_INSTRUMENTATION;
  CALLGRIND_DUMP_STATS_AT(query.name.c_str());
  return answer;
}

int run(std::span<char* const> arguments) {
  const bool check = !arguments.empty() && std::string(arguments.front()) == "--check";
  const std::vector<std::string> names(arguments.begin() + (check ? 1 : 0), arguments.end());
  std::vector<Query> asked;
  for (const Query& query : queries()) {
    if (names.empty() || std::find(names.begin(), names.end(), query.name) != names.end()) {
      asked.push_back(query);
    }
  }
  if (asked.size() < names.size() || asked.empty()) {
    throw std::runtime_error("no such query; without a name, all of them run");
  }
  const MemorySource source = made_users();
  std::printf("compiler %d\nkernels %s\n", __GNUC__, kernels().name);
  for (const Query& query : asked) {
    const std::uint64_t first = query.run(source);
    const std::uint64_t answer = measured(query, source);
    if (answer != first || (check && answer != query.naive())) {
      throw std::runtime_error(query.name + ": a wrong answer");
    }
    std::printf("query %s %llu\n", query.name.c_str(), static_cast<unsigned long long>(answer));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::span<char* const>(argv, static_cast<std::size_t>(argc)).subspan(1));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "instructions_probe: %s\n", problem.what());
    return 1;
  }
}
