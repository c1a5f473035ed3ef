// The past of segments: any history of recordings, renames, drops, merges, erasures and openings
// reads as a naive model of plain sets says; nothing of it is what a plan reads.
#include "tests/storage/database_folder.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using engine::UserIndex;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;

using People = std::set<UserIndex>;

Bitmap bitmap_of(const People& people) {
  return Bitmap::of(std::vector<std::uint32_t>(people.begin(), people.end()));
}

People people_of(const Bitmap& members) {
  const auto list = members.to_vector();
  return {list.begin(), list.end()};
}

std::uint64_t without(const People& people, const People& others) {
  return static_cast<std::uint64_t>(std::count_if(
      people.begin(), people.end(), [&](UserIndex user) { return !others.contains(user); }));
}

template <class Fn>
void write(Store& store, const Fn& fn) {
  must(store.write([&](WriteTxn& txn) -> Status {
    fn(txn);
    return {};
  }));
}

void put_rule_segment(WriteTxn& txn, const std::string& name) {
  SegmentRecord segment;
  segment.name = name;
  segment.expression = "vip";
  must(txn.put_segment(segment));
}

struct ModelPoint {
  std::int64_t taken_s = 0;
  People people;  ///< by the indexes they had then; without those erased since
  std::uint64_t count = 0;
  std::optional<std::uint64_t> entered;
  std::optional<std::uint64_t> left;
};

class Model {
 public:
  void record(const std::string& segment, const People& people, std::int64_t taken_s) {
    auto& points = segments[segment];
    ModelPoint point{taken_s, people, people.size(), std::nullopt, std::nullopt};
    if (!points.empty()) {
      point.entered = without(people, points.back().people);
      point.left = without(points.back().people, people);
    }
    points.push_back(point);
  }
  void erase(UserIndex user) {
    for (auto& [name, points] : segments) {
      for (ModelPoint& point : points) {
        point.people.erase(user);
      }
    }
  }
  [[nodiscard]] UserIndex survivor(UserIndex user) const {
    const auto found = merged.find(user);
    return found == merged.end() ? user : survivor(found->second);
  }
  [[nodiscard]] People now(const People& then) const {
    People people;
    for (const UserIndex user : then) {
      people.insert(survivor(user));
    }
    return people;
  }
  std::map<std::string, std::vector<ModelPoint>> segments;
  std::map<UserIndex, UserIndex> merged;  ///< loser to survivor
};

void expect_as(const Model& model, Store& store) {
  must(store.read([&](const Snapshot& snapshot) -> Status {
    for (const auto& [name, points] : model.segments) {
      const auto history = must(snapshot.history(name));
      EXPECT_EQ(history.has_value(), !points.empty()) << name;
      if (!history) {
        continue;
      }
      EXPECT_EQ(history->points.size(), points.size());
      for (std::size_t i = 0; i < std::min(points.size(), history->points.size()); ++i) {
        const HistoryPoint& point = history->points[i];
        EXPECT_EQ(point.taken_s, points[i].taken_s);
        EXPECT_EQ(point.count, points[i].count);
        EXPECT_EQ(point.entered, points[i].entered);
        EXPECT_EQ(point.left, points[i].left);
        EXPECT_EQ(people_of(must(snapshot.members_at(*history, i))), model.now(points[i].people))
            << name << " point " << i << " of " << points.size();
      }
    }
    return {};
  }));
}

// Users on both sides of the border between two shards.
constexpr UserIndex kFirst = engine::kShardUsers - 60;
constexpr UserIndex kEnd = engine::kShardUsers + 60;

TEST(Histories, AnyReadsAsTheModelSays) {
  Folder folder;
  auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    must(add_users(txn, 0, kEnd));
    put_rule_segment(txn, "a");
    put_rule_segment(txn, "b");
  });
  Model model;
  std::vector<std::string> names{"a", "b"};
  People alive;
  for (UserIndex user = kFirst; user < kEnd; ++user) {
    alive.insert(user);
  }
  std::map<UserIndex, std::uint32_t> merges;  // loser to number
  std::mt19937 random(20261129);
  const auto below = [&](std::size_t n) { return random() % n; };
  const auto any = [&] {
    return *std::next(alive.begin(), static_cast<std::ptrdiff_t>(below(alive.size())));
  };
  std::int64_t clock = 1'700'000'000;
  for (unsigned step = 0; step < 160; ++step) {
    const std::size_t which = below(names.size());
    const std::string name = names[which];
    switch (below(10)) {
      case 0: {
        const UserIndex survivor = any();
        const UserIndex loser = any();
        if (survivor == loser) {
          break;
        }
        write(*store, [&](WriteTxn& txn) {
          MergeRecord merge;
          merge.survivor = survivor;
          merge.loser = loser;
          merges[loser] = must(txn.put_merge(merge));
        });
        model.merged[loser] = survivor;
        alive.erase(loser);
        break;
      }
      case 1: {
        // The last that can be undone: its survivor has not lost one since.
        const auto found = std::find_if(merges.begin(), merges.end(), [&](const auto& merge) {
          return alive.contains(model.merged[merge.first]);
        });
        if (found == merges.end()) {
          break;
        }
        write(*store, [&](WriteTxn& txn) { must(txn.undo_merge(found->second, clock)); });
        alive.insert(found->first);
        model.merged.erase(found->first);
        merges.erase(found);
        break;
      }
      case 2: {
        const UserIndex user = any();
        const bool plain = std::none_of(model.merged.begin(), model.merged.end(),
                                        [&](const auto& merge) { return merge.second == user; });
        if (!plain || alive.size() < 60) {
          break;
        }
        write(*store, [&](WriteTxn& txn) { static_cast<void>(must(txn.erase_user(user))); });
        alive.erase(user);
        model.erase(user);
        break;
      }
      case 3: {
        const std::string fresh = name + "x";
        write(*store, [&](WriteTxn& txn) {
          SegmentRecord record = *must(txn.segment(name));
          record.name = fresh;
          must(txn.rename_segment(name, record));
        });
        auto points = model.segments.extract(name);
        if (!points.empty()) {
          points.key() = fresh;
          model.segments.insert(std::move(points));
        }
        names[which] = fresh;
        break;
      }
      case 4: {
        const std::size_t keep = below(6);
        write(*store, [&](WriteTxn& txn) { must(txn.drop_history(name, keep)); });
        auto& points = model.segments[name];
        if (points.size() > keep) {
          points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(keep));
        }
        break;
      }
      case 5:
        store.reset();
        store = open_store(folder.path(), OpenMode::Write);
        break;
      default: {
        People people;
        const std::size_t share = 1 + below(4);
        std::copy_if(alive.begin(), alive.end(), std::inserter(people, people.end()),
                     [&](UserIndex) { return below(4) < share; });
        clock += 86'400;
        HistoryPoint point;
        point.taken_s = clock;
        write(*store, [&](WriteTxn& txn) {
          static_cast<void>(must(txn.add_history(name, point, bitmap_of(people))));
        });
        model.record(name, people, clock);
      }
    }
    if (step % 10 == 9) {
      expect_as(model, *store);
    }
  }
  expect_as(model, *store);
  const VerifyReport report = test::verified(*store);
  EXPECT_TRUE(report.clean()) << test::problems_of(report);
  EXPECT_GT(report.histories, 0U);
}

TEST(Histories, SpoilNothingThatIsKeptOfAnswersAndGoWithTheirSegment) {
  Folder folder;
  auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    must(add_users(txn, 0, 10));
    put_rule_segment(txn, "a");
  });
  struct Versions {
    std::uint64_t version = 0;
    std::uint64_t data = 0;
    std::uint64_t catalogue = 0;
  };
  const auto versions = [&] {
    Versions now;
    must(store->read([&](const Snapshot& snapshot) -> Status {
      now = {snapshot.version(), snapshot.data_version(), snapshot.catalogue_version()};
      return {};
    }));
    return now;
  };
  const auto add = [&](const People& people) {
    HistoryPoint point;
    point.taken_s = 5;  // not after the last: it becomes the second after it
    HistoryPoint made;
    write(*store,
          [&](WriteTxn& txn) { made = must(txn.add_history("a", point, bitmap_of(people))); });
    return made;
  };
  const Versions before = versions();
  EXPECT_EQ(add({1, 2, 3}).taken_s, 5);
  const HistoryPoint second = add({2, 3, 4, 5});
  EXPECT_EQ(second.taken_s, 6);
  EXPECT_EQ(second.entered, 2U);
  EXPECT_EQ(second.left, 1U);
  const Versions after = versions();
  EXPECT_EQ(after.version, before.version + 2);
  EXPECT_EQ(after.data, before.data);
  EXPECT_EQ(after.catalogue, before.catalogue);
  const std::uint64_t fragments = test::verified(*store).fragments;
  write(*store, [](WriteTxn& txn) { must(txn.erase_segment("a")); });
  const VerifyReport report = test::verified(*store);
  EXPECT_TRUE(report.clean()) << test::problems_of(report);
  EXPECT_EQ(report.histories, 0U);
  // The newest members, who came and who went.
  EXPECT_EQ(report.fragments, fragments - 3);
}

TEST(Histories, OfNoSegmentOrOfStrangersAreRefused) {
  Folder folder;
  auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    must(add_users(txn, 0, 10));
    put_rule_segment(txn, "a");
    EXPECT_EQ(txn.add_history("b", {}, Bitmap()).error().code(), ErrorCode::Internal);
    EXPECT_EQ(txn.add_history("a", {}, bitmap_of({10})).error().code(), ErrorCode::Internal);
  });
  EXPECT_EQ(test::verified(*store).histories, 0U);
}

TEST(Histories, SpreadsComeBackAsTheyWerePut) {
  Folder folder;
  auto store = open_store(folder.path(), OpenMode::Create);
  SpreadRecord put;
  write(*store, [&](WriteTxn& txn) {
    TagRecord tag;
    tag.name = "city";
    tag.kind = engine::TagKind::Category;
    put.field = must(txn.put_tag(tag));
    put.bounds = {-5, 0, 7};
    put.days = {{19'000, 1'700'000'000, 10, 8, {{1, 5}, {3, 3}}},
                {19'001, 1'700'086'400, 11, 0, {}}};
    must(txn.put_spread(put));
  });
  must(store->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.spread(put.field)), put);
    EXPECT_EQ(must(snapshot.spread(put.field + 1)), std::nullopt);
    return {};
  }));
  EXPECT_TRUE(test::verified(*store).clean());
}

}  // namespace
}  // namespace tagline::storage
