// The engine against stock roaring, operator by operator, over the same population in the same run.
//
//   engine_bench [USERS [SEED [QUERY]]]      10,000,000 users by default, about 1 GB of memory; one
//   query by its name
//
// The peer is what an expert would write with CRoaring: one bitmap a row over the whole population,
// n-ary and/or where the library has it, counting the last operation without materialising it,
// O'Neil's bit-sliced comparison for ranges, a bit-sliced adder for thresholds. One thread each.
// Answers are compared first: a difference fails the run.
#include "engine/execute.h"
#include "engine/kernels.h"
#include "engine/memory_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <roaring/roaring.hh>

namespace {

using namespace tagline::engine;
using roaring::Roaring;
using Random = std::mt19937_64;

constexpr FieldId kGender = 1;  // F
constexpr FieldId kTier = 2;    // 5 values, skewed
constexpr FieldId kCity = 3;    // 300 values, Zipf
constexpr FieldId kFlag = 4;    // churn, vip, and some
constexpr FieldId kAge = 5;     // 18..90
constexpr FieldId kSpend = 6;   // 0..2^20, a third have none
constexpr RowId kCities = 300;
constexpr std::array kFlagShares = {0.12, 0.05, 0.55, 0.4, 0.7, 0.33, 0.62, 0.28, 0.0002};
constexpr RowId kRareFlag = 8;

class Population {
 public:
  Population(std::uint32_t users, std::uint64_t seed) : source_(users), users_(users) {
    Random random(seed);
    fill(random);
  }

  [[nodiscard]] const MemorySource& source() const { return source_; }
  [[nodiscard]] const Roaring& row(FieldId field, RowId row) const {
    return rows_.at({field, row});
  }
  [[nodiscard]] unsigned bits(FieldId field) const { return field == kAge ? 7 : 20; }

 private:
  using Members = std::vector<std::uint32_t>;

  void put(RowKey key, const Members& members) {
    source_.set_row(key, Bitmap::of(members));
    Roaring bitmap(members.size(), members.data());
    bitmap.runOptimize();
    bitmap.shrinkToFit();
    rows_.emplace(key, std::move(bitmap));
  }

  // One value a user by cumulative shares.
  void put_category(FieldId field, const std::vector<double>& shares, Random& random) {
    std::discrete_distribution<std::size_t> pick(shares.begin(), shares.end());
    std::vector<Members> values(shares.size());
    for (std::uint32_t user = 0; user < users_; ++user) {
      values[pick(random)].push_back(user);
    }
    for (RowId value = 0; value < values.size(); ++value) {
      put({field, value + kFirstValueRow}, values[value]);
    }
  }

  template <class Draw>
  void put_number(FieldId field, double share, Draw draw, Random& random) {
    std::bernoulli_distribution has(share);
    std::vector<Members> rows(kFirstBitRow + bits(field));
    for (std::uint32_t user = 0; user < users_; ++user) {
      if (has(random)) {
        rows[kExistsRow].push_back(user);
        const std::uint64_t value = draw(random);
        for (unsigned bit = 0; bit < bits(field); ++bit) {
          if ((value >> bit & 1U) != 0) {
            rows[kFirstBitRow + bit].push_back(user);
          }
        }
      }
    }
    for (RowId row = 0; row < rows.size(); ++row) {
      put({field, row}, rows[row]);
    }
  }

  void fill(Random& random) {
    rows_.emplace(kPopulationRow, Roaring());
    rows_.at(kPopulationRow).addRange(0, users_);
    put_category(kGender, {0.48, 0.52}, random);
    put_category(kTier, {0.19, 0.3, 0.25, 0.16, 0.1}, random);
    std::vector<double> zipf;
    for (RowId city = 1; city <= kCities; ++city) {
      zipf.push_back(1.0 / city);
    }
    put_category(kCity, zipf, random);
    for (RowId flag = 0; flag < kFlagShares.size(); ++flag) {
      std::bernoulli_distribution has(kFlagShares[flag]);
      Members members;
      for (std::uint32_t user = 0; user < users_; ++user) {
        if (has(random)) {
          members.push_back(user);
        }
      }
      put({kFlag, flag}, members);
    }
    std::normal_distribution<double> age(38, 14);
    put_number(
        kAge, 1.0,
        [&](Random& r) { return static_cast<std::uint64_t>(std::clamp(age(r), 18.0, 90.0)); },
        random);
    std::lognormal_distribution<double> spend(8, 2);
    put_number(
        kSpend, 0.66,
        [&](Random& r) { return static_cast<std::uint64_t>(std::min(spend(r), 1'048'575.0)); },
        random);
  }

  MemorySource source_;
  std::uint32_t users_;
  std::map<RowKey, Roaring> rows_;
};

// low <= value <= high, high bit first, both bounds by the classic equal-so-far walk.
Roaring range_by_operators(const Population& people, FieldId field, std::uint64_t low,
                           std::uint64_t high) {
  const auto at_most = [&](std::uint64_t bound) {
    Roaring less;
    Roaring equal = people.row(field, kExistsRow);
    for (unsigned bit = people.bits(field); bit-- > 0;) {
      const Roaring& slice = people.row(field, kFirstBitRow + bit);
      if ((bound >> bit & 1U) != 0) {
        less |= equal - slice;
        equal &= slice;
      } else {
        equal -= slice;
      }
    }
    return less | equal;
  };
  Roaring result = at_most(high);
  if (low > 0) {
    result -= at_most(low - 1);
  }
  return result;
}

std::uint64_t at_least_by_operators(std::uint64_t k, const std::vector<const Roaring*>& rows) {
  std::vector<Roaring> counter;
  for (const Roaring* row : rows) {
    Roaring carry = *row;
    for (Roaring& slice : counter) {
      const Roaring next = slice & carry;
      slice ^= carry;
      carry = next;
    }
    if (!carry.isEmpty()) {
      counter.push_back(carry);
    }
  }
  // counter >= k: greater so far, or equal to the end.
  Roaring greater;
  Roaring equal;
  for (const Roaring& slice : counter) {
    equal |= slice;
  }
  for (std::size_t bit = counter.size(); bit-- > 0;) {
    if ((k >> bit & 1U) != 0) {
      equal &= counter[bit];
    } else {
      greater |= equal & counter[bit];
      equal -= counter[bit];
    }
  }
  return (greater | equal).cardinality();
}

struct Query {
  std::string name;
  std::function<NodeId(Plan&)> plan;
  std::function<std::uint64_t(const Population&)> peer;
};

NodeId flag(Plan& plan, RowId row) {
  return plan.row({kFlag, row});
}
NodeId city(Plan& plan, RowId rank) {
  return plan.row({kCity, rank});
}
NodeId woman(Plan& plan) {
  return plan.row({kGender, 1});
}
NodeId tier1(Plan& plan) {
  return plan.row({kTier, 1});
}

std::vector<Query> conjunctions() {
  return {
      {"F and tier1",
       [](Plan& p) {
         return p.all_of(std::array{woman(p), tier1(p)});
       },
       [](const Population& x) { return x.row(kGender, 1).and_cardinality(x.row(kTier, 1)); }},
      {"F and tier1 and not churn",
       [](Plan& p) {
         return p.all_of(std::array{woman(p), tier1(p), p.negate(flag(p, 0))});
       },
       [](const Population& x) {
         return (x.row(kGender, 1) & x.row(kTier, 1)).andnot_cardinality(x.row(kFlag, 0));
       }},
      {"8 rows and",
       [](Plan& p) {
         std::vector<NodeId> all{woman(p), tier1(p)};
         for (RowId i = 2; i < 8; ++i) {
           all.push_back(flag(p, i));
         }
         return p.all_of(all);
       },
       [](const Population& x) {
         Roaring all = x.row(kGender, 1) & x.row(kTier, 1);
         for (RowId i = 2; i < 7; ++i) {
           all &= x.row(kFlag, i);
         }
         return all.and_cardinality(x.row(kFlag, 7));
       }},
      {"rare and city and age 25-34",
       [](Plan& p) {
         return p.all_of(std::array{flag(p, kRareFlag), city(p, 2), p.range(kAge, 25, 34)});
       },
       [](const Population& x) {
         return (x.row(kFlag, kRareFlag) & x.row(kCity, 2))
             .and_cardinality(range_by_operators(x, kAge, 25, 34));
       }},
      {"F and tier1 and age 25-34 and not churn",
       [](Plan& p) {
         return p.all_of(
             std::array{woman(p), tier1(p), p.range(kAge, 25, 34), p.negate(flag(p, 0))});
       },
       [](const Population& x) {
         return (x.row(kGender, 1) & x.row(kTier, 1) & range_by_operators(x, kAge, 25, 34))
             .andnot_cardinality(x.row(kFlag, 0));
       }},
  };
}

std::vector<Query> others() {
  return {
      {"or of 50 cities",
       [](Plan& p) {
         std::vector<NodeId> any;
         for (RowId i = 1; i <= 50; ++i) {
           any.push_back(city(p, i * 5));
         }
         return p.any_of(any);
       },
       [](const Population& x) {
         std::vector<const Roaring*> any;
         for (RowId i = 1; i <= 50; ++i) {
           any.push_back(&x.row(kCity, i * 5));
         }
         return Roaring::fastunion(any.size(), any.data()).cardinality();
       }},
      {"age 25-34 (7 slices)", [](Plan& p) { return p.range(kAge, 25, 34); },
       [](const Population& x) { return range_by_operators(x, kAge, 25, 34).cardinality(); }},
      {"spend 1000-50000 (20 slices)", [](Plan& p) { return p.range(kSpend, 1000, 50'000); },
       [](const Population& x) {
         return range_by_operators(x, kSpend, 1000, 50'000).cardinality();
       }},
      {"not churn", [](Plan& p) { return p.negate(flag(p, 0)); },
       [](const Population& x) { return x.row(0, 0).andnot_cardinality(x.row(kFlag, 0)); }},
      {"nested",
       [](Plan& p) {
         const NodeId cities = p.any_of(std::array{city(p, 1), city(p, 3), city(p, 20)});
         const NodeId left = p.all_of(std::array{woman(p), cities, p.negate(flag(p, 0))});
         const NodeId right = p.all_of(std::array{flag(p, 1), p.range(kAge, 40, 60)});
         return p.difference(p.any_of(std::array{left, right}), std::array{p.row({kTier, 5})});
       },
       [](const Population& x) {
         const Roaring cities = x.row(kCity, 1) | x.row(kCity, 3) | x.row(kCity, 20);
         const Roaring left = (x.row(kGender, 1) & cities) - x.row(kFlag, 0);
         const Roaring right = x.row(kFlag, 1) & range_by_operators(x, kAge, 40, 60);
         return (left | right).andnot_cardinality(x.row(kTier, 5));
       }},
      {"3 of 8",
       [](Plan& p) {
         std::vector<NodeId> all;
         for (RowId i = 0; i < 8; ++i) {
           all.push_back(flag(p, i));
         }
         return p.at_least(3, all);
       },
       [](const Population& x) {
         std::vector<const Roaring*> all;
         for (RowId i = 0; i < 8; ++i) {
           all.push_back(&x.row(kFlag, i));
         }
         return at_least_by_operators(3, all);
       }},
  };
}

// Processor time of this thread: other programs on the machine disturb it less than they do the
// clock on the wall.
double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

// Median of repeated calls; half a second of them, five at least.
double median_ms(const std::function<void()>& call) {
  std::vector<double> times;
  const double end = thread_ms() + 500;
  while (times.size() < 5 || thread_ms() < end) {
    const double start = thread_ms();
    call();
    times.push_back(thread_ms() - start);
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

bool measure(const Query& query, const Population& people, double& log_ratios) {
  ExecuteOptions options;
  options.threads = 1;
  const auto ask = [&] {
    Plan plan;
    return count(plan, query.plan(plan), people.source(), options).value_or(0);
  };
  const std::uint64_t got = ask();
  const std::uint64_t expected = query.peer(people);
  if (got != expected) {
    std::printf("%s: %llu, but the peer says %llu\n", query.name.c_str(),
                static_cast<unsigned long long>(got), static_cast<unsigned long long>(expected));
    return false;
  }
  const double engine = median_ms([&] { ask(); });
  const double peer = median_ms([&] { query.peer(people); });
  log_ratios += std::log(peer / engine);
  std::printf("%-42s %12llu %10.3f %10.3f %8.1fx\n", query.name.c_str(),
              static_cast<unsigned long long>(got), engine, peer, peer / engine);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const auto users =
      static_cast<std::uint32_t>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000'000);
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const Population people(users, seed);
  std::printf("%u users, seed %llu, kernels %s, one thread, medians of processor time\n", users,
              static_cast<unsigned long long>(seed), kernels().name);
  std::printf("%-42s %12s %10s %10s %9s\n", "query", "users", "engine ms", "roaring ms", "ratio");
  double log_ratios = 0;
  std::vector<Query> queries = conjunctions();
  const std::vector<Query> rest = others();
  queries.insert(queries.end(), rest.begin(), rest.end());
  std::size_t measured = 0;
  for (const Query& query : queries) {
    if (argc > 3 && query.name != argv[3]) {
      continue;
    }
    ++measured;
    if (!measure(query, people, log_ratios)) {
      return 1;
    }
  }
  std::printf("geometric mean of the ratios: %.1fx\n",
              std::exp(log_ratios / static_cast<double>(measured)));
  return 0;
}
