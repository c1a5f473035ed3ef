// Breakdowns, tables, overlaps and counts of random expressions over random worlds, against tallies
// of single users.
#include "engine/counts.h"
#include "engine/cross_counts.h"
#include "engine/overlap.h"
#include "engine/row_counts.h"
#include "tests/engine/scenario.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine::test {
namespace {

constexpr FieldId kCategory = 40;  // one value a user at most
constexpr RowId kCategoryValues = 50;

// Gives users of the world's rows, and as many as one in 20 of the others in some block, a value:
// some values are of many, most of few.
void add_category(Random& random, World& world) {
  std::set<std::uint32_t> valued;
  for (const auto& [key, members] : world.rows) {
    if (pick(random, 0, 1) == 0) {
      valued.insert(members.begin(), members.end());
    }
  }
  for (const std::uint32_t user : valued) {
    const std::uint64_t value =
        pick(random, 0, 2) == 0 ? pick(random, 1, kCategoryValues) : pick(random, 1, 3);
    world.rows[{kCategory, static_cast<RowId>(value)}].insert(user);
  }
}

// Who is in what, user by user.
class Tally {
 public:
  Tally(const World& world, const Oracle& oracle, const Plan& plan,
        const std::vector<NodeId>& roots)
      : world_(world), in_(world.users) {
    for (std::size_t i = 0; i < roots.size(); ++i) {
      for (const std::uint32_t user : oracle.select(plan, roots[i])) {
        in_[user] |= std::uint32_t{1} << i;
      }
    }
    for (std::uint32_t user = 0; user < world.users; ++user) {
      if (!world.erased.contains(user)) {
        ++patterns_[in_[user]];
      }
    }
  }

  [[nodiscard]] std::set<std::uint32_t> members(RowKey row) const {
    std::set<std::uint32_t> users;
    if (row == kPopulationRow) {
      for (std::uint32_t user = 0; user < world_.users; ++user) {
        users.insert(users.end(), user);
      }
      for (const std::uint32_t user : world_.erased) {
        users.erase(user);
      }
    } else if (const auto found = world_.rows.find(row); found != world_.rows.end()) {
      users = found->second;
    } else if (const auto field = world_.numbers.find(row.field);
               field != world_.numbers.end() && row.row == kExistsRow) {
      for (const auto& [user, value] : field->second) {
        users.insert(user);
      }
    }
    return users;
  }
  [[nodiscard]] bool in(std::uint32_t user, std::size_t answer) const {
    return (in_[user] >> answer & 1U) != 0;
  }
  // Users whose answers are such.
  template <class Such>
  [[nodiscard]] std::uint64_t count(Such such) const {
    std::uint64_t users = 0;
    for (const auto& [pattern, of_it] : patterns_) {
      users += such(pattern) ? of_it : 0;
    }
    return users;
  }

 private:
  const World& world_;
  std::vector<std::uint32_t> in_;                    ///< bit i: in answer i
  std::map<std::uint32_t, std::uint64_t> patterns_;  ///< known users by that
};

struct Size {
  std::uint32_t users;
  int worlds;
};

class Answered : public testing::TestWithParam<Size> {
 protected:
  struct Case {
    Random& random;
    const MemorySource& source;
    const Tally& tally;
    Plan& plan;
    const std::vector<NodeId>& roots;
    ExecuteOptions options;

    [[nodiscard]] Result<Sweep> prepare(Answers answers) const {
      return Sweep::prepare(plan, roots, source, options, answers);
    }
  };

  // Calls check for lists of as many roots over random worlds.
  template <class Check>
  void for_roots(std::size_t most, int lists_a_world, Check check) {
    SCOPED_TRACE(seed_hint());
    Random random(seed() + GetParam().users);
    for (int i = 0; i < GetParam().worlds; ++i) {
      World world = random_world(random, GetParam().users);
      add_category(random, world);
      const MemorySource source = source_of(world);
      const Oracle oracle(world);
      for (int j = 0; j < lists_a_world && !HasFatalFailure(); ++j) {
        Plan plan;
        std::vector<NodeId> roots;
        const std::uint64_t size = pick(random, 1, most);
        for (std::uint64_t k = 0; k < size; ++k) {
          roots.push_back(random_plan(random, plan, static_cast<int>(pick(random, 0, 2))));
        }
        SCOPED_TRACE("world " + std::to_string(i) + ", list " + std::to_string(j));
        const Tally tally(world, oracle, plan, roots);
        ExecuteOptions options;
        options.threads = static_cast<unsigned>(pick(random, 1, 2));
        check(Case{random, source, tally, plan, roots, options});
      }
    }
  }
};

RowKey random_row(Random& random) {
  switch (pick(random, 0, 9)) {
    case 0:
      return kPopulationRow;
    case 1:
      return {static_cast<FieldId>(kFirstNumber + pick(random, 0, kNumbers)), kExistsRow};
    case 2:
      return {kRowField, kRows + 1};  // of nobody
    case 3:
    case 4:
      return {kCategory, static_cast<RowId>(pick(random, 1, kCategoryValues))};
    default:
      return {kRowField, static_cast<RowId>(pick(random, 1, kRows))};
  }
}

TEST_P(Answered, RowCounts) {
  for_roots(5, 2, [](const Case& c) {
    std::vector<RowKey> rows;
    for (std::uint64_t i = pick(c.random, 0, 12); i > 0; --i) {
      rows.push_back(random_row(c.random));
    }
    const auto sweep = c.prepare(Answers::InTurn);
    ASSERT_TRUE(sweep.has_value());
    const auto counts = row_counts(*sweep, rows);
    ASSERT_TRUE(counts.has_value());
    ASSERT_EQ(counts->size(), c.roots.size());
    std::vector expected(c.roots.size(), std::vector<std::uint64_t>(rows.size()));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (const std::uint32_t user : c.tally.members(rows[row])) {
        for (std::size_t i = 0; i < c.roots.size(); ++i) {
          expected[i][row] += c.tally.in(user, i) ? 1U : 0U;
        }
      }
    }
    ASSERT_EQ(*counts, expected);
  });
}

TEST_P(Answered, CrossCounts) {
  for_roots(1, 3, [](const Case& c) {
    // A whole category, in which rows are apart, or any rows.
    const auto random_list = [&] {
      std::vector<RowKey> rows;
      if (pick(c.random, 0, 1) == 0) {
        for (RowId value = 1; value <= kCategoryValues; ++value) {
          rows.push_back({kCategory, value});
        }
      } else {
        for (std::uint64_t i = pick(c.random, 1, 8); i > 0; --i) {
          rows.push_back(random_row(c.random));
        }
      }
      return rows;
    };
    const std::vector<RowKey> rows = random_list();
    const std::vector<RowKey> columns = random_list();
    const auto sweep = c.prepare(Answers::InTurn);
    ASSERT_TRUE(sweep.has_value());
    const auto counts = cross_counts(*sweep, rows, columns);
    ASSERT_TRUE(counts.has_value());
    std::vector<std::set<std::uint32_t>> in_columns;
    for (const RowKey column : columns) {
      in_columns.push_back(c.tally.members(column));
    }
    std::vector<std::uint64_t> expected(rows.size() * columns.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      std::vector<std::uint32_t> chosen;
      for (const std::uint32_t user : c.tally.members(rows[row])) {
        if (c.tally.in(user, 0)) {
          chosen.push_back(user);
        }
      }
      for (std::size_t column = 0; column < columns.size() && !chosen.empty(); ++column) {
        std::vector<std::uint32_t> both;
        std::set_intersection(chosen.begin(), chosen.end(), in_columns[column].begin(),
                              in_columns[column].end(), std::back_inserter(both));
        expected[row * columns.size() + column] = both.size();
      }
    }
    ASSERT_EQ(*counts, expected);
  });
}

TEST_P(Answered, OverlapsAndRegions) {
  for_roots(kRegionsMax, 3, [](const Case& c) {
    const auto sweep = c.prepare(Answers::Together);
    ASSERT_TRUE(sweep.has_value());
    const std::size_t size = c.roots.size();
    const auto overlaps = overlap_counts(*sweep);
    ASSERT_TRUE(overlaps.has_value());
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        ASSERT_EQ((*overlaps)[i * size + j], c.tally.count([&](std::uint32_t pattern) {
          return (pattern >> i & pattern >> j & 1U) != 0;
        })) << i
            << ' ' << j;
      }
    }
    const auto regions = region_counts(*sweep);
    ASSERT_TRUE(regions.has_value());
    for (std::size_t region = 0; region < regions->size(); ++region) {
      ASSERT_EQ((*regions)[region], c.tally.count([&](std::uint32_t pattern) {
        return pattern == region;
      })) << region;
    }
    const std::size_t within = pick(c.random, 0, size - 1);
    const auto inside = region_counts(*sweep, {.within = within});
    ASSERT_TRUE(inside.has_value());
    const std::uint32_t below = (std::uint32_t{1} << within) - 1;
    for (std::size_t region = 0; region < inside->size(); ++region) {
      ASSERT_EQ((*inside)[region], c.tally.count([&](std::uint32_t pattern) {
        return (pattern >> within & 1U) != 0 &&
               ((pattern & below) | (pattern >> 1U & ~below)) == region;
      })) << region
          << " within " << within;
    }
  });
}

TEST_P(Answered, CountsAndWithoutEach) {
  for_roots(9, 3, [](const Case& c) {
    const auto in_turn = c.prepare(Answers::InTurn);
    ASSERT_TRUE(in_turn.has_value());
    const auto each = counts(*in_turn);
    ASSERT_TRUE(each.has_value());
    const auto together = c.prepare(Answers::Together);
    ASSERT_TRUE(together.has_value());
    const auto without = count_without_each(*together);
    ASSERT_TRUE(without.has_value());
    const std::uint32_t whole = (std::uint32_t{1} << c.roots.size()) - 1;
    ASSERT_EQ(without->all, c.tally.count([&](std::uint32_t in) { return in == whole; }));
    for (std::size_t i = 0; i < c.roots.size(); ++i) {
      const std::uint32_t bit = std::uint32_t{1} << i;
      ASSERT_EQ((*each)[i], c.tally.count([&](std::uint32_t in) { return (in & bit) != 0; }));
      ASSERT_EQ(without->without[i], c.tally.count([&](std::uint32_t in) {
        return (in | bit) == whole;
      })) << i;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Sizes, Answered,
                         testing::Values(Size{0, 2}, Size{1, 10}, Size{1000, 10}, Size{65535, 4},
                                         Size{65536, 4}, Size{65537, 4}, Size{(1U << 20U) - 1, 1},
                                         Size{1U << 20U, 1}, Size{(1U << 20U) + 1, 2},
                                         Size{2'200'000, 1}),
                         [](const auto& size) { return std::to_string(size.param.users); });

}  // namespace
}  // namespace tagline::engine::test
