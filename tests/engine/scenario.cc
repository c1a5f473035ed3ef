#include "tests/engine/scenario.h"

#include <cstdlib>
#include <limits>
#include <utility>

namespace tagline::engine::test {
namespace {

constexpr std::uint64_t kFixedSeed = 20240229;
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

using Users = std::set<std::uint32_t>;

void add(Users& users, std::uint64_t user, std::uint32_t population) {
  if (user < population) {
    users.insert(static_cast<std::uint32_t>(user));
  }
}

// Users around multiples of 64, 65,536 and 2^20, where off-by-one errors live.
void add_edges(Random& random, Users& users, std::uint32_t population) {
  for (const std::uint64_t step :
       {std::uint64_t{64}, std::uint64_t{1} << 16U, std::uint64_t{1} << 20U}) {
    for (std::uint64_t at = 0; at <= std::uint64_t{population} + 1 && at <= step * 40; at += step) {
      if (pick(random, 0, 2) > 0) {
        add(users, at, population);
        add(users, at == 0 ? 0 : at - 1, population);
      }
    }
  }
}

Users random_users(Random& random, std::uint32_t population, std::uint64_t gravity) {
  Users users;
  if (population == 0) {
    return users;
  }
  switch (pick(random, 0, 6)) {
    case 0:
      break;
    case 1:  // everybody; in a large population, everybody in one block
      for (std::uint64_t i = 0; i < kBlockUsers; ++i) {
        add(users, gravity / kBlockUsers * kBlockUsers + i, population);
      }
      break;
    case 2: {  // dense in the block of gravity
      const std::uint64_t one_in = pick(random, 2, 12);
      for (std::uint64_t i = 0; i < kBlockUsers; ++i) {
        if (pick(random, 1, one_in) == 1) {
          add(users, gravity / kBlockUsers * kBlockUsers + i, population);
        }
      }
      break;
    }
    case 3:  // sparse everywhere
      for (std::uint64_t i = pick(random, 1, 600); i > 0; --i) {
        add(users, pick(random, 0, population - 1), population);
      }
      break;
    case 4:  // sparse near gravity
      for (std::uint64_t i = pick(random, 1, 3000); i > 0; --i) {
        add(users, gravity + pick(random, 0, 5000), population);
      }
      break;
    case 5: {  // runs
      std::uint64_t at = gravity / 2;
      for (std::uint64_t runs = pick(random, 1, 12); runs > 0; --runs) {
        at += pick(random, 1, 9000);
        for (std::uint64_t length = pick(random, 1, 4000); length > 0; --length) {
          add(users, at++, population);
        }
      }
      break;
    }
    default:
      add_edges(random, users, population);
  }
  return users;
}

std::int64_t random_number(Random& random, FieldId field) {
  switch (field - kFirstNumber) {
    case 0:
      return static_cast<std::int64_t>(pick(random, 0, 99));
    case 1:
      return static_cast<std::int64_t>(pick(random, 0, 60)) - 30;
    case 2: {  // anything up to the extremes
      const auto magnitude = static_cast<std::int64_t>(random() >> pick(random, 1, 63));
      const std::int64_t value = pick(random, 0, 9) == 0 ? kLargest : magnitude;
      return pick(random, 0, 1) == 0 ? value : -value;
    }
    default:
      return 0;
  }
}

std::int64_t random_bound(Random& random) {
  switch (pick(random, 0, 7)) {
    case 0:
      return kLargest;
    case 1:
      return std::numeric_limits<std::int64_t>::min();
    case 2:
      return -kLargest;
    case 3:
      return static_cast<std::int64_t>(random());
    default:
      return static_cast<std::int64_t>(pick(random, 0, 140)) - 40;
  }
}

NodeId random_leaf(Random& random, Plan& plan) {
  switch (pick(random, 0, 11)) {
    case 0:
      return plan.everyone();
    case 1:
      return plan.nothing();
    case 2:
      return plan.row({kRowField, kRows + 1});  // of nobody
    case 3:
      return plan.row(
          {static_cast<FieldId>(kFirstNumber + pick(random, 0, kNumbers - 1)), kExistsRow});
    case 4:
    case 5:
    case 6:
      return plan.range(static_cast<FieldId>(kFirstNumber + pick(random, 0, kNumbers)),
                        random_bound(random), random_bound(random));
    default:
      return plan.row({kRowField, static_cast<RowId>(pick(random, 1, kRows))});
  }
}

}  // namespace

std::uint64_t seed() {
  const char* text = std::getenv("TAGLINE_SEED");
  return text == nullptr ? kFixedSeed : std::strtoull(text, nullptr, 10);
}

std::string seed_hint() {
  return "run again with TAGLINE_SEED=" + std::to_string(seed());
}

std::uint64_t pick(Random& random, std::uint64_t low, std::uint64_t high) {
  return low + random() % (high - low + 1);
}

World random_world(Random& random, std::uint32_t users) {
  World world;
  world.users = users;
  const std::uint64_t gravity = users == 0 ? 0 : pick(random, 0, users - 1);
  if (users > 0 && pick(random, 0, 1) == 0) {
    world.erased = random_users(random, users, gravity);
  }
  const auto place = [&] {
    return users > 0 && pick(random, 0, 3) == 0 ? pick(random, 0, users - 1) : gravity;
  };
  for (RowId row = 1; row <= kRows; ++row) {
    Users members = random_users(random, users, place());
    std::erase_if(members, [&](std::uint32_t user) { return world.erased.contains(user); });
    world.rows[{kRowField, row}] = std::move(members);
  }
  for (FieldId field = kFirstNumber; field < kFirstNumber + kNumbers; ++field) {
    for (const std::uint32_t user : random_users(random, users, place())) {
      if (!world.erased.contains(user)) {
        world.numbers[field][user] = random_number(random, field);
      }
    }
  }
  return world;
}

MemorySource source_of(const World& world) {
  MemorySource source(world.users);
  const auto bitmap_of = [](const Users& users) {
    return Bitmap::of(std::vector<std::uint32_t>(users.begin(), users.end()));
  };
  Bitmap population = Bitmap::range(0, world.users);
  population.subtract(bitmap_of(world.erased));
  source.set_row(kPopulationRow, population);
  for (const auto& [key, members] : world.rows) {
    source.set_row(key, bitmap_of(members));
  }
  for (const auto& [field, values] : world.numbers) {
    source.set_numbers(
        field, std::vector<std::pair<UserIndex, std::int64_t>>(values.begin(), values.end()));
  }
  std::map<FieldId, std::map<Day, std::vector<MemorySource::DayEvents>>> days;
  for (const auto& [user, history] : world.history_of) {
    for (const auto& [series, done] : world.histories[history]) {
      for (const auto& [day, events] : done) {
        days[series][day].push_back(
            {user, static_cast<std::uint64_t>(events.count), events.amount});
      }
    }
  }
  for (const auto& [series, of_series] : days) {
    for (const auto& [day, events] : of_series) {
      source.set_events(series, day, events);
    }
  }
  return source;
}

NodeId random_plan(Random& random, Plan& plan, int depth, const RandomLeaf& leaf) {
  if (depth == 0 || pick(random, 0, 5) == 0) {
    return leaf && pick(random, 0, 1) == 0 ? leaf(random, plan) : random_leaf(random, plan);
  }
  std::vector<NodeId> operands;
  for (std::uint64_t i = pick(random, 1, 4); i > 0; --i) {
    // Now and then a node there is already, so that sub-plans are shared.
    const bool again = plan.size() > 0 && pick(random, 0, 3) == 0;
    operands.push_back(again ? static_cast<NodeId>(pick(random, 0, plan.size() - 1))
                             : random_plan(random, plan, depth - 1, leaf));
  }
  switch (pick(random, 0, 5)) {
    case 0:
    case 1:
      return plan.all_of(operands);
    case 2:
      return plan.any_of(operands);
    case 3:
      return plan.negate(operands.front());
    case 4:
      return plan.difference(operands.front(), std::span(operands).subspan(1));
    default:
      return plan.at_least(static_cast<std::int64_t>(pick(random, 0, operands.size() + 1)),
                           operands);
  }
}

}  // namespace tagline::engine::test
