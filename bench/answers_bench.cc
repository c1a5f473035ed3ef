// What readers of answers cost: breakdowns, tables, overlaps, regions, leave-one-out counts; one
// thread, 1,048,576 users in memory. Each answer is first compared with CRoaring's own calls over
// the same rows; a difference ends the run. `per_user` is time over all users.
//
//   answers_bench [--benchmark_filter=...]
#include "engine/counts.h"
#include "engine/cross_counts.h"
#include "engine/memory_source.h"
#include "engine/overlap.h"
#include "engine/row_counts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>
#include <roaring/roaring.hh>

namespace {

using namespace tagline::engine;
using roaring::Roaring;

constexpr std::uint32_t kUsers = 1U << 20U;
constexpr FieldId kEven = 1;    // 300 values, each of as many
constexpr FieldId kZipf = 2;    // 300 values, the k-th of 1/k
constexpr FieldId kGender = 3;  // 2 values
constexpr FieldId kFlags = 4;   // 12 of 4% .. 70%
constexpr FieldId kTopic = 5;   // 40 values, several a user
constexpr std::array kFlagShares = {0.12, 0.25, 0.55, 0.4,  0.7,  0.33,
                                    0.62, 0.28, 0.04, 0.08, 0.18, 0.5};

struct People {
  MemorySource source{kUsers};
  std::map<RowKey, Roaring> rows;

  People() {
    std::mt19937_64 random(1);
    put_category(kEven, std::vector<double>(300, 1.0), random);
    std::vector<double> zipf;
    for (int k = 1; k <= 300; ++k) {
      zipf.push_back(1.0 / k);
    }
    put_category(kZipf, zipf, random);
    put_category(kGender, {0.48, 0.52}, random);
    for (RowId flag = 0; flag < kFlagShares.size(); ++flag) {
      put_share({kFlags, flag}, kFlagShares[flag], random);
    }
    for (RowId topic = 0; topic < 40; ++topic) {
      put_share({kTopic, topic}, 0.3 / (topic + 1), random);
    }
  }
  void put(RowKey key, const std::vector<std::uint32_t>& members) {
    source.set_row(key, Bitmap::of(members));
    Roaring bitmap(members.size(), members.data());
    bitmap.runOptimize();
    rows.emplace(key, std::move(bitmap));
  }
  void put_share(RowKey key, double share, std::mt19937_64& random) {
    std::bernoulli_distribution has(share);
    std::vector<std::uint32_t> members;
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      if (has(random)) {
        members.push_back(user);
      }
    }
    put(key, members);
  }
  void put_category(FieldId field, const std::vector<double>& shares, std::mt19937_64& random) {
    std::discrete_distribution<std::size_t> pick(shares.begin(), shares.end());
    std::vector<std::vector<std::uint32_t>> values(shares.size());
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      values[pick(random)].push_back(user);
    }
    for (RowId value = 0; value < values.size(); ++value) {
      put({field, value}, values[value]);
    }
  }
};

const People& people() {
  static const People kPeople;
  return kPeople;
}

std::vector<RowKey> rows_of(FieldId field, std::size_t size) {
  std::vector<RowKey> rows;
  for (RowId row = 0; row < size; ++row) {
    rows.push_back({field, row});
  }
  return rows;
}

std::vector<RowKey> all_rows() {
  std::vector<RowKey> rows;
  for (const auto& [key, bitmap] : people().rows) {
    rows.push_back(key);
  }
  return rows;
}

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "answers_bench: %s differs from CRoaring\n", what);
    std::exit(1);
  }
}

// Sweeps over the first `size` flags.
struct Flags {
  explicit Flags(std::size_t size, Answers answers, std::size_t from = 0) {
    for (const RowKey row : rows_of(kFlags, from + size)) {
      roots.push_back(plan.row(row));
    }
    roots.erase(roots.begin(), roots.begin() + static_cast<std::ptrdiff_t>(from));
    ExecuteOptions options;
    options.threads = 1;
    sweep.emplace_back(*Sweep::prepare(plan, roots, people().source, options, answers));
  }
  Plan plan;
  std::vector<NodeId> roots;
  std::vector<Sweep> sweep;
};

const Roaring& flag(std::size_t i) {
  return people().rows.at({kFlags, static_cast<RowId>(i)});
}

void per_user(benchmark::State& state) {
  state.counters["per_user"] = benchmark::Counter(
      kUsers, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void row_counts_of(benchmark::State& state, const std::vector<RowKey>& rows, std::size_t from,
                   std::size_t answers) {
  const Flags flags(answers, Answers::InTurn, from);
  const auto once = row_counts(flags.sweep[0], rows);
  for (std::size_t i = 0; i < answers; ++i) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      require((*once)[i][row] == flag(from + i).and_cardinality(people().rows.at(rows[row])),
              "a row count");
    }
  }
  for ([[maybe_unused]] auto step : state) {
    benchmark::DoNotOptimize(row_counts(flags.sweep[0], rows));
  }
  per_user(state);
}

void rows_by_roaring(benchmark::State& state, const std::vector<RowKey>& rows, std::size_t from) {
  for ([[maybe_unused]] auto step : state) {
    std::uint64_t users = 0;
    for (const RowKey row : rows) {
      users += flag(from).and_cardinality(people().rows.at(row));
    }
    benchmark::DoNotOptimize(users);
  }
  per_user(state);
}

void cross_counts_of(benchmark::State& state, const std::vector<RowKey>& rows,
                     const std::vector<RowKey>& columns) {
  const Flags flags(1, Answers::InTurn);
  const auto once = cross_counts(flags.sweep[0], rows, columns);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Roaring chosen = flag(0) & people().rows.at(rows[row]);
    for (std::size_t column = 0; column < columns.size(); ++column) {
      require((*once)[row * columns.size() + column] ==
                  chosen.and_cardinality(people().rows.at(columns[column])),
              "a table");
    }
  }
  for ([[maybe_unused]] auto step : state) {
    benchmark::DoNotOptimize(cross_counts(flags.sweep[0], rows, columns));
  }
  per_user(state);
}

void overlap(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const Flags flags(size, Answers::Together);
  const auto once = overlap_counts(flags.sweep[0]);
  for (std::size_t i = 0; i < size * size; ++i) {
    require((*once)[i] == flag(i / size).and_cardinality(flag(i % size)), "an overlap");
  }
  for ([[maybe_unused]] auto step : state) {
    benchmark::DoNotOptimize(overlap_counts(flags.sweep[0]));
  }
  per_user(state);
}

void overlap_by_roaring(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  for ([[maybe_unused]] auto step : state) {
    std::uint64_t users = 0;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i + 1; j < size; ++j) {
        users += flag(i).and_cardinality(flag(j));
      }
    }
    benchmark::DoNotOptimize(users);
  }
  per_user(state);
}

void regions(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const Flags flags(size, Answers::Together);
  const auto once = region_counts(flags.sweep[0]);
  Roaring all = flag(0);
  Roaring any = flag(0);
  for (std::size_t i = 1; i < size; ++i) {
    all &= flag(i);
    any |= flag(i);
  }
  require(once->back() == all.cardinality() && (*once)[0] == kUsers - any.cardinality(),
          "a region");
  for ([[maybe_unused]] auto step : state) {
    benchmark::DoNotOptimize(region_counts(flags.sweep[0]));
  }
  per_user(state);
}

void without_each(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const Flags flags(size, Answers::Together);
  const auto once = count_without_each(flags.sweep[0]);
  for (std::size_t left_out = 0; left_out < size; ++left_out) {
    Roaring others;
    others.addRange(0, kUsers);
    for (std::size_t i = 0; i < size; ++i) {
      others = i == left_out ? others : others & flag(i);
    }
    require(once->without[left_out] == others.cardinality(), "a count without a clause");
  }
  for ([[maybe_unused]] auto step : state) {
    benchmark::DoNotOptimize(count_without_each(flags.sweep[0]));
  }
  per_user(state);
}

}  // namespace

BENCHMARK_CAPTURE(row_counts_of, 300_even, rows_of(kEven, 300), 1, 1);
BENCHMARK_CAPTURE(rows_by_roaring, 300_even, rows_of(kEven, 300), 1);
BENCHMARK_CAPTURE(row_counts_of, 300_zipf, rows_of(kZipf, 300), 1, 1);
BENCHMARK_CAPTURE(rows_by_roaring, 300_zipf, rows_of(kZipf, 300), 1);
BENCHMARK_CAPTURE(row_counts_of, 300_zipf_of_few, rows_of(kZipf, 300), 8, 1);
BENCHMARK_CAPTURE(rows_by_roaring, 300_zipf_of_few, rows_of(kZipf, 300), 8);
BENCHMARK_CAPTURE(row_counts_of, all_654, all_rows(), 1, 1);
BENCHMARK_CAPTURE(rows_by_roaring, all_654, all_rows(), 1);
BENCHMARK_CAPTURE(row_counts_of, all_654_of_8, all_rows(), 0, 8);
BENCHMARK_CAPTURE(cross_counts_of, 300x2, rows_of(kZipf, 300), rows_of(kGender, 2));
BENCHMARK_CAPTURE(cross_counts_of, 300x300, rows_of(kZipf, 300), rows_of(kEven, 300));
BENCHMARK_CAPTURE(cross_counts_of, 40x300, rows_of(kTopic, 40), rows_of(kZipf, 300));
BENCHMARK_CAPTURE(cross_counts_of, 40x40, rows_of(kTopic, 40), rows_of(kTopic, 40));
BENCHMARK(overlap)->Arg(10);
BENCHMARK(overlap_by_roaring)->Arg(10);
BENCHMARK(regions)->Arg(3)->Arg(6)->Arg(7)->Arg(8)->Arg(12);
BENCHMARK(without_each)->Arg(3)->Arg(8)->Arg(12);

BENCHMARK_MAIN();
