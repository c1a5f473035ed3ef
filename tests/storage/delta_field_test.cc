// Delta and its fields against a plain map, whenever and in whatever order they are read.
#include "storage/delta_field.h"

#include "engine/events.h"
#include "storage/delta.h"

#include <atomic>
#include <deque>
#include <map>
#include <random>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::FieldId;
using engine::RowId;
using engine::UserIndex;

constexpr FieldId kFlag = 1;
constexpr FieldId kSet = 2;
constexpr FieldId kCategory = 3;
constexpr FieldId kNumber = 4;
constexpr FieldId kSeries = 5;
constexpr FieldId kFields = 6;

/// Of the users' changes, the last of each cell, and the record it is of.
struct Last {
  CellShape shape = CellShape::Bit;
  std::optional<std::int64_t> value;
  std::uint64_t record = 0;
};
using Model = std::map<std::tuple<FieldId, RowId, UserIndex>, Last>;

class Commits {
 public:
  explicit Commits(unsigned seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  Change change() {
    // Two blocks of one shard and one of another, with few users, so that they meet.
    const UserIndex user = static_cast<UserIndex>(
        below(3) * (engine::kShardUsers - engine::kBlockUsers) / 2 + below(40));
    const auto field = static_cast<FieldId>(1 + below(kFields - 1));
    const bool gone = below(4) == 0;
    const auto value = [&](std::int64_t some) {
      return gone ? std::optional<std::int64_t>() : std::optional(some);
    };
    const auto some = static_cast<std::int64_t>(below(1000)) + 1;
    const auto day = static_cast<engine::Day>(20'000 + below(3));
    switch (field) {
      case kFlag:
        return {field, CellShape::Bit, engine::kFlagRow, user, value(1)};
      case kSet:
        return {field, CellShape::Bit, static_cast<RowId>(below(6)), user, value(1)};
      case kCategory:
        return {field, CellShape::Choice, 0, user, value(engine::kFirstValueRow + some % 7)};
      case kNumber:
        return {field, CellShape::Number, 0, user, value(some - 500)};
      default:
        return below(2) == 0 ? Change{field, CellShape::Count,
                                      engine::day_row(day, engine::kPresentPart), user, value(some)}
                             : Change{field, CellShape::Amount,
                                      engine::day_row(day, engine::kPlusPart), user, value(-some)};
    }
  }

  std::vector<Change> some() {
    std::vector<Change> changes(below(30) == 0 ? 6000 : 1 + below(8));
    for (Change& each : changes) {
      each = change();
    }
    settle(changes);
    return changes;
  }

 private:
  std::mt19937_64 random_;
};

void apply(const std::vector<Change>& changes, std::uint64_t record, Model& model) {
  for (const Change& change : changes) {
    model[{change.field, change.cell, change.user}] = {change.shape, change.value, record};
  }
}

void expect_found(const Delta& delta, const Model& model) {
  for (const auto& [place, last] : model) {
    const auto [field, cell, user] = place;
    const auto said = delta.find({field, cell}, user);
    ASSERT_TRUE(said.has_value());
    ASSERT_EQ(said->shape, last.shape);
    ASSERT_EQ(said->has, last.value);
    ASSERT_EQ(delta.holds({field, cell}, user),
              last.value.has_value() && in_row(last.shape, cell, *last.value));
  }
  EXPECT_FALSE(delta.find({kFlag, engine::kFlagRow}, 77).has_value());
  EXPECT_FALSE(delta.find({kFields, 0}, 0).has_value());
}

void expect_each(const Delta& delta, const Model& model, UserIndex user) {
  std::map<std::pair<FieldId, RowId>, std::optional<std::int64_t>> told;
  delta.each_of(user, [&](FieldId field, RowId cell, const DeltaField::Said& said) {
    told[{field, cell}] = said.has;
  });
  std::map<std::pair<FieldId, RowId>, std::optional<std::int64_t>> expected;
  for (const auto& [place, last] : model) {
    if (std::get<2>(place) == user) {
      expected[{std::get<0>(place), std::get<1>(place)}] = last.value;
    }
  }
  ASSERT_EQ(told, expected);
}

/// What its cells say, all of them.
Model told_by(const Delta& delta) {
  Model told;
  for (const auto& [number, field] : delta.fields()) {
    for (const auto& [row, cell] : field->cells()) {
      for (const auto& [shard, part] : cell->parts) {
        for (std::uint32_t block = 0; block < part->blocks.size(); ++block) {
          if (part->blocks[block] == nullptr) {
            continue;
          }
          for (const auto& member : part->blocks[block]->members()) {
            const UserIndex user =
                shard * engine::kShardUsers + block * engine::kBlockUsers + member.user;
            told[{number, row, user}] = {cell->shape, member.value, 0};
          }
        }
      }
    }
  }
  return told;
}

void expect_cells(const Delta& delta, const Model& model) {
  const Model told = told_by(delta);
  ASSERT_EQ(told.size(), model.size());
  for (const auto& [place, last] : model) {
    const auto found = told.find(place);
    ASSERT_NE(found, told.end());
    ASSERT_EQ(found->second.value, last.value);
    ASSERT_EQ(found->second.shape, last.shape);
  }
}

TEST(DeltaField, SaysTheSameWheneverItIsRead) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    Commits commits(seed);
    const auto room = std::make_shared<MergedRoom>();
    std::deque<std::pair<std::shared_ptr<const Delta>, Model>> states;
    states.emplace_back(Delta::nothing(0, room), Model());
    // The rarer reads are, the longer the lists that wait.
    const std::uint64_t one_in = std::uint64_t{1} << (2 * (seed % 4));
    for (int i = 0; i < 300; ++i) {
      auto [delta, model] = states.back();
      const auto changes = commits.some();
      apply(changes, delta->next(), model);
      states.emplace_back(delta->with(changes), std::move(model));
      if (states.size() > 5) {
        states.pop_front();
      }
      if (commits.below(one_in) != 0 && i != 299) {
        continue;
      }
      const auto& [some, of_it] = states[commits.below(states.size())];
      switch (commits.below(4)) {
        case 0:
          ASSERT_NO_FATAL_FAILURE(expect_found(*some, of_it));
          break;
        case 1:
          for (UserIndex user = 0; user < 40; ++user) {
            ASSERT_NO_FATAL_FAILURE(expect_each(*some, of_it, user));
          }
          break;
        case 2:
          ASSERT_NO_FATAL_FAILURE(expect_cells(*some, of_it));
          break;
        default:  // one field alone
          static_cast<void>(some->cells(static_cast<FieldId>(1 + commits.below(kFields - 1))));
      }
    }
    for (const auto& [delta, model] : states) {
      ASSERT_NO_FATAL_FAILURE(expect_found(*delta, model));
      ASSERT_NO_FATAL_FAILURE(expect_each(*delta, model, 3));
      ASSERT_NO_FATAL_FAILURE(expect_cells(*delta, model));
    }
  }
}

TEST(DeltaField, ForgetsWhatOlderRecordsAloneSaid) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Commits commits(seed);
    auto delta = Delta::nothing(0, std::make_shared<MergedRoom>());
    Model model;
    for (int i = 0; i < 60; ++i) {
      const auto changes = commits.some();
      apply(changes, delta->next(), model);
      delta = delta->with(changes);
      if (commits.below(10) == 0) {
        static_cast<void>(told_by(*delta));
      }
    }
    const std::uint64_t first = commits.below(delta->next());
    const auto left = delta->since(first);
    EXPECT_EQ(left->first(), first);
    EXPECT_EQ(left->next(), delta->next());
    const Model told = told_by(*left);
    for (const auto& [place, last] : told) {
      ASSERT_EQ(last.value, model.at(place).value);
    }
    for (const auto& [place, last] : model) {
      ASSERT_TRUE(last.record < first || told.contains(place));
    }
    EXPECT_LE(left->changes(), delta->changes());
    EXPECT_TRUE(delta->since(delta->next())->empty());
  }
}

std::vector<Change> flags(UserIndex users) {
  std::vector<Change> changes;
  for (UserIndex user = 0; user < users; ++user) {
    changes.push_back({kFlag, CellShape::Bit, engine::kFlagRow, user, 1});
  }
  return changes;
}

TEST(DeltaField, OfManyChangesIsRightBeforeAndAfterThem) {
  const auto first = Delta::nothing(0, std::make_shared<MergedRoom>())->with(flags(10));
  static_cast<void>(told_by(*first));
  for (const bool read : {false, true}) {
    const auto second = first->with(flags(70'000));
    if (read) {
      static_cast<void>(told_by(*second));
    }
    // Of so many it is not looked whose are left.
    const auto left = second->since(1);
    EXPECT_GE(left->changes(), 70'000U);
    for (UserIndex user = 0; user < 70'000; ++user) {
      ASSERT_EQ(second->holds({kFlag, engine::kFlagRow}, user), std::optional(true)) << user;
      ASSERT_EQ(left->holds({kFlag, engine::kFlagRow}, user), std::optional(true)) << user;
    }
    EXPECT_FALSE(second->holds({kFlag, engine::kFlagRow}, 70'000).has_value());
    EXPECT_FALSE(first->holds({kFlag, engine::kFlagRow}, 10).has_value());
    EXPECT_EQ(told_by(*first).size(), 10U);
  }
}

TEST(DeltaField, HoldsOnToNothingThatCameBeforeOnceItIsRead) {
  const auto room = std::make_shared<MergedRoom>();
  const auto read_rows = [](const Delta& delta) {
    const auto* part = delta.part({kFlag, engine::kFlagRow}, 0);
    ASSERT_NE(part, nullptr);
    for (const auto& block : part->blocks) {
      if (block != nullptr) {
        static_cast<void>(part->rows.put(engine::kFlagRow,
                                         {block->merged(CellShape::Bit, engine::kFlagRow, nullptr)},
                                         engine::Fragment()));
      }
    }
  };
  auto newest = Delta::nothing(0, room)->with(flags(20'000));
  read_rows(*newest);
  const std::size_t once = room->used;
  ASSERT_GT(once, 0U);
  for (UserIndex user = 0; user < 100; ++user) {
    // The reader is a commit behind: it reads a state after the next was made of it.
    const auto older = newest;
    newest = older->with(
        std::vector<Change>{{kFlag, CellShape::Bit, engine::kFlagRow, user, std::nullopt}});
    read_rows(*older);
    ASSERT_LE(room->used, 4 * once) << user;
  }
  newest.reset();
  EXPECT_EQ(room->used, 0U);
}

TEST(DeltaField, OfDamagedRecordsIsReadWithoutACrash) {
  const std::vector<Change> changes = {
      {kNumber, CellShape::Bit, 0, 1, 1},
      {kNumber, CellShape::Number, 0, 2, -7},
      {kNumber, CellShape::Choice, 0, 70'000, 2},
      {kNumber, CellShape::Count, engine::day_row(20'000, engine::kPresentPart), 1, 3},
      {kNumber, CellShape::Amount, engine::day_row(20'000, engine::kPlusPart), 1, 9}};
  auto delta = Delta::nothing(0, std::make_shared<MergedRoom>());
  for (const Change& change : changes) {
    delta = delta->with(std::vector<Change>{change});
  }
  for (const auto& state : {delta, delta->with(changes), delta->since(2)}) {
    for (int i = 0; i < 2; ++i) {
      for (const Change& change : changes) {
        static_cast<void>(state->find({kNumber, change.cell}, change.user));
        static_cast<void>(state->holds({kNumber, change.cell}, change.user));
        state->each_of(change.user, [](FieldId, RowId, const DeltaField::Said&) {});
      }
      static_cast<void>(told_by(*state));
    }
  }
  EXPECT_EQ(delta->next(), changes.size());
}

TEST(DeltaField, ManyReadersOfManyStatesAgree) {
  Commits commits(7);
  std::vector<std::pair<std::shared_ptr<const Delta>, Model>> states;
  states.emplace_back(Delta::nothing(0, std::make_shared<MergedRoom>()), Model());
  for (int i = 0; i < 40; ++i) {
    auto [delta, model] = states.back();
    std::vector<Change> changes(1 + commits.below(8));
    for (Change& each : changes) {
      each = commits.change();
    }
    settle(changes);
    apply(changes, delta->next(), model);
    states.emplace_back(delta->with(changes), std::move(model));
  }
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&, reader] {
      Commits order(reader);
      for (int i = 0; i < 60; ++i) {
        const auto& [delta, model] = states[order.below(states.size())];
        if (order.below(2) == 0) {
          const Model told = told_by(*delta);
          for (const auto& [place, last] : model) {
            const auto found = told.find(place);
            wrong += found == told.end() || found->second.value != last.value ? 1 : 0;
          }
        } else {
          for (const auto& [place, last] : model) {
            const auto said =
                delta->find({std::get<0>(place), std::get<1>(place)}, std::get<2>(place));
            wrong += !said.has_value() || said->has != last.value ? 1 : 0;
          }
        }
      }
    });
  }
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tagline::storage
