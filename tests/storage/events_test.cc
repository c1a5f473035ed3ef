// Events as rows of days: what the catalogue accepts, the days of a series against a naive model,
// one user's history, and trimming.
#include "engine/events.h"

#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "tests/storage/database_folder.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using engine::Day;
using engine::day_row;
using engine::DayRows;
using engine::DayWindow;
using engine::FieldId;
using engine::TagKind;
using engine::UserIndex;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;
using test::tag_of;

constexpr Day kToday = 20'000;

TagRecord event_of(const std::string& name, bool has_amount = false) {
  TagRecord event = tag_of(name, TagKind::Event);
  event.has_amount = has_amount;
  event.scale = has_amount ? 2 : 0;
  return event;
}

ErrorCode error_of(const Status& status) {
  return status.has_value() ? ErrorCode::Internal : status.error().code();
}

/// Runs one write; the test fails with the error's text.
void write(Store& store, const std::function<void(WriteTxn&)>& fn) {
  must(store.write([&](WriteTxn& txn) -> Status {
    fn(txn);
    return {};
  }));
}

std::vector<std::string> names_of(const std::vector<TagRecord>& records) {
  std::vector<std::string> names;
  for (const TagRecord& record : records) {
    names.push_back(record.name);
  }
  return names;
}

std::vector<DayRows> days_of(Store& store, FieldId series, DayWindow window = {}) {
  return must(
      store.read([&](const Snapshot& snapshot) { return snapshot.event_days(series, window); }));
}

/// What one user did on one day.
struct Done {
  std::uint64_t count = 0;
  std::int64_t amount = 0;
};
using History = std::map<Day, std::map<UserIndex, Done>>;

unsigned width(std::uint64_t value) {
  return static_cast<unsigned>(std::bit_width(value));
}
std::uint64_t magnitude(std::int64_t amount) {
  return static_cast<std::uint64_t>(amount < 0 ? -amount : amount);
}

/// Writes the rows of engine/events.h, shard by shard.
void put_history(WriteTxn& txn, FieldId series, const History& history) {
  for (const auto& [day, users] : history) {
    std::map<std::pair<std::uint32_t, engine::ShardId>, Bitmap> rows;
    for (const auto& [user, done] : users) {
      const auto add = [&, at = user](std::uint32_t part) {
        rows[{part, engine::shard_of(at)}].add(engine::within_shard(at));
      };
      const auto add_bits = [&](std::uint32_t part, std::uint64_t value) {
        for (unsigned bit = 0; bit < width(value); ++bit) {
          if ((value >> bit & 1U) != 0) {
            add(part + bit);
          }
        }
      };
      add(engine::kPresentPart);
      add_bits(engine::kExtraPart, done.count - 1);
      add_bits(done.amount < 0 ? engine::kMinusPart : engine::kPlusPart, magnitude(done.amount));
    }
    for (auto& [at, members] : rows) {
      must(txn.put_fragment({series, day_row(day, at.first)}, at.second, std::move(members)));
    }
  }
}

/// Rewritten from engine/events.h, without looking at rows.
std::vector<DayRows> naive_days(const History& history, DayWindow window) {
  std::vector<DayRows> days;
  for (const auto& [day, users] : history) {
    if (day < window.first || day > window.last || users.empty()) {
      continue;
    }
    DayRows rows{day, 0, 0, 0};
    for (const auto& [user, done] : users) {
      rows.extra_bits = std::max(rows.extra_bits, width(done.count - 1));
      unsigned& bits = done.amount < 0 ? rows.minus_bits : rows.plus_bits;
      bits = std::max(bits, width(magnitude(done.amount)));
    }
    days.push_back(rows);
  }
  return days;
}

TEST(Events, AreRecordsOfTheirOwnAmongTheTags) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      must(txn.put_tag(tag_of("vip", TagKind::Flag)));
      must(txn.put_tag(event_of("view")));
      must(txn.put_tag(tag_of("city", TagKind::Category)));
      must(txn.put_tag(event_of("purchase", true)));
      EXPECT_EQ(names_of(must(txn.tags())), (std::vector<std::string>{"vip", "city"}));
      EXPECT_EQ(names_of(must(txn.events())), (std::vector<std::string>{"view", "purchase"}));
    });
  }
  const auto store = open_store(folder.path(), OpenMode::Read);
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(names_of(must(snapshot.tags())), (std::vector<std::string>{"vip", "city"}));
    const auto events = must(snapshot.events());
    EXPECT_EQ(names_of(events), (std::vector<std::string>{"view", "purchase"}));
    EXPECT_EQ(events[1].field, 4U);
    EXPECT_TRUE(events[1].has_amount);
    EXPECT_EQ(events[1].scale, 2U);
    EXPECT_FALSE(events[0].has_amount);
    return {};
  }));
}

TEST(Events, ShareTheirNamesWithTags) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    must(txn.put_tag(tag_of("vip", TagKind::Flag)));
    must(txn.put_tag(event_of("view")));
  });
  write(*store, [](WriteTxn& txn) {
    const auto event = txn.put_tag(event_of("vip"));
    ASSERT_FALSE(event.has_value());
    EXPECT_EQ(event.error().code(), ErrorCode::SchemaConflict);
    EXPECT_EQ(event.error().message().en, "the name \"vip\" is taken by a tag");
    EXPECT_EQ(event.error().message().zh, "名称 \"vip\" 已被标签使用");
    const auto tag = txn.put_tag(tag_of("view", TagKind::Number));
    ASSERT_FALSE(tag.has_value());
    EXPECT_EQ(tag.error().code(), ErrorCode::SchemaConflict);
    EXPECT_EQ(tag.error().message().en, "the name \"view\" is taken by an event");
    EXPECT_EQ(tag.error().message().zh, "名称 \"view\" 已被事件使用");
  });
}

TEST(Events, MayGainAmountsButNeitherLoseNorRescaleThem) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    TagRecord event = event_of("purchase");
    event.field = must(txn.put_tag(event));
    event.has_amount = true;
    event.scale = 2;
    must(txn.put_tag(event));
    TagRecord rescaled = event;
    rescaled.scale = 3;
    EXPECT_EQ(txn.put_tag(rescaled).error().code(), ErrorCode::SchemaConflict);
    TagRecord without = event;
    without.has_amount = false;
    EXPECT_EQ(txn.put_tag(without).error().code(), ErrorCode::SchemaConflict);
    TagRecord other_kind = event;
    other_kind.kind = TagKind::Number;
    other_kind.has_amount = false;
    EXPECT_EQ(txn.put_tag(other_kind).error().code(), ErrorCode::SchemaConflict);
    TagRecord number = tag_of("age", TagKind::Number);
    number.has_amount = true;
    EXPECT_EQ(txn.put_tag(number).error().code(), ErrorCode::Internal);
  });
}

TEST(Events, AKeyIsAValueWhoseRowIsABareField) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  FieldId view = 0;
  FieldId beauty = 0;
  write(*store, [&](WriteTxn& txn) {
    view = must(txn.put_tag(event_of("view")));
    beauty = must(txn.new_field());
    EXPECT_EQ(beauty, view + 1);
    const ValueRecord key{beauty, "beauty", {"cosmetics"}, {"Beauty", "美妆"}};
    must(txn.put_values(view, std::span(&key, 1)));
    const FieldId tag = must(txn.put_tag(tag_of("vip", TagKind::Flag)));
    EXPECT_EQ(tag, beauty + 1);
    for (const FieldId wrong : {FieldId{0}, view, tag, tag + 1, engine::kComputedField}) {
      const ValueRecord odd{wrong, "odd", {}, {}};
      EXPECT_EQ(error_of(txn.put_values(view, std::span(&odd, 1))), ErrorCode::Internal) << wrong;
    }
    const ValueRecord again{must(txn.new_field()), "beauty", {}, {}};
    EXPECT_EQ(error_of(txn.put_values(view, std::span(&again, 1))), ErrorCode::SchemaConflict);
  });
  must(store->read([&](const Snapshot& snapshot) -> Status {
    const auto keys = must(snapshot.values(view));
    EXPECT_EQ(keys,
              (std::vector<ValueRecord>{{beauty, "beauty", {"cosmetics"}, {"Beauty", "美妆"}}}));
    return {};
  }));
}

TEST(Events, TheFieldOfComputedRowsIsNeverGivenOut) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create);
  {
    auto environment = must(LmdbEnvironment::open(folder.path(), Access::Write, 0));
    must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
    auto txn = must(environment.begin_write());
    auto meta = must(decode_meta(*must(txn.get(KeySpace::Meta, bytes_of("database")))));
    meta.next_field = engine::kComputedField - 2;
    RecordWriter record;
    encode(meta, record);
    must(txn.put(KeySpace::Meta, bytes_of("database"), record.bytes()));
    must(txn.commit());
  }
  const auto store = open_store(folder.path(), OpenMode::Write);
  write(*store, [](WriteTxn& txn) {
    EXPECT_EQ(must(txn.put_tag(event_of("view"))), engine::kComputedField - 2);
    EXPECT_EQ(must(txn.new_field()), engine::kComputedField - 1);
    EXPECT_EQ(txn.new_field().error().code(), ErrorCode::TooLarge);
    EXPECT_EQ(txn.put_tag(event_of("more")).error().code(), ErrorCode::TooLarge);
  });
}

/// Random days of some series beside each other, users in two shards.
class SeriesTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kUsers = engine::kShardUsers + 40;

  History random_history(bool amounts) {
    History history;
    const auto below = [&](std::uint64_t end) { return random_() % end; };
    Day day = kToday;
    for (std::uint64_t n = 1 + below(12); n > 0; --n) {
      day += below(3) == 0 ? static_cast<Day>(1 + below(400)) : 1;
      for (std::uint64_t who = 1 + below(6); who > 0; --who) {
        const auto user =
            static_cast<UserIndex>(below(2) == 0 ? below(20) : engine::kShardUsers + below(20));
        Done& done = history[day][user];
        done.count = 1 + (below(2) == 0 ? 0 : below(std::uint64_t{1} << (1 + below(33))) % kCounts);
        if (amounts && below(3) != 0) {
          const auto size = static_cast<std::int64_t>(
              below(std::uint64_t{1} << (1 + below(engine::kAmountBitsMax))));
          done.amount = below(3) == 0 ? -size : size;
        }
      }
    }
    return history;
  }

  static constexpr std::uint64_t kCounts = std::uint64_t{1} << engine::kExtraBitsMax;
  std::mt19937_64 random_{20260101};  // NOLINT(cert-msc51-cpp): the same every run
};

TEST_F(SeriesTest, DaysAndHistoriesAreThoseOfANaiveModel) {
  const Folder folder;
  std::map<FieldId, History> all;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [&](WriteTxn& txn) {
      must(add_users(txn, 0, kUsers));
      for (int n = 0; n < 12; ++n) {
        const bool amounts = n % 3 != 0;
        const FieldId event = must(txn.put_tag(event_of("event" + std::to_string(n), amounts)));
        all.emplace(event, n == 5 ? History() : random_history(amounts));
        put_history(txn, event, all[event]);
      }
    });
  }
  const auto store = open_store(folder.path(), OpenMode::Write);
  must(store->read([&](const Snapshot& snapshot) -> Status {
    std::vector<DayWindow> windows = {{}, {0, kToday}, {kToday + 1, kToday + 1}, {5, 4}};
    windows.push_back({std::numeric_limits<Day>::min(), std::numeric_limits<Day>::max()});
    for (int n = 0; n < 30; ++n) {
      const Day first = kToday + static_cast<Day>(random_() % 900);
      windows.push_back({first, first + static_cast<Day>(random_() % 500)});
    }
    for (const auto& [series, history] : all) {
      for (const DayWindow window : windows) {
        EXPECT_EQ(must(snapshot.event_days(series, window)), naive_days(history, window))
            << series << " " << window.first << ".." << window.last;
        for (const UserIndex user : {3U, 7U, engine::kShardUsers + 3U}) {
          std::vector<DayOfUser> expected;
          for (const auto& [day, users] : history) {
            const auto found = users.find(user);
            if (found != users.end() && day >= window.first && day <= window.last) {
              expected.push_back({day, found->second.count, found->second.amount});
            }
          }
          EXPECT_EQ(must(snapshot.event_history(series, user, window)), expected);
        }
      }
    }
    EXPECT_TRUE(must(snapshot.event_days(12345, {})).empty());
    EXPECT_TRUE(must(snapshot.event_days(engine::kComputedField, {})).empty());
    EXPECT_TRUE(must(snapshot.event_history(12345, 0, {})).empty());
    return {};
  }));
  EXPECT_TRUE(test::verified(*store).clean()) << test::problems_of(test::verified(*store));
  constexpr Day kBefore = kToday + 300;
  std::uint64_t gone = 0;
  write(*store, [&](WriteTxn& txn) { gone = must(txn.trim_events(kBefore)).series_days; });
  for (const auto& [series, history] : all) {
    EXPECT_EQ(days_of(*store, series), naive_days(history, {kBefore, engine::kLastDay}));
    gone -= naive_days(history, {engine::kFirstDay, kBefore - 1}).size();
  }
  EXPECT_EQ(gone, 0U);
}

TEST(EventDays, TheFirstAndLastDayOfTheCalendarAndTheWidestRows) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  const std::int64_t widest = (std::int64_t{1} << engine::kAmountBitsMax) - 1;
  const std::uint64_t most = std::uint64_t{1} << engine::kExtraBitsMax;
  const History history = {{engine::kFirstDay, {{0, {1, -widest}}}},
                           {engine::kLastDay, {{0, {most, widest}}, {1, {2, -1}}}}};
  write(*store, [&](WriteTxn& txn) {
    must(add_users(txn, 0, 2));
    must(txn.put_tag(event_of("purchase", true)));
    put_history(txn, 1, history);
  });
  EXPECT_EQ(
      days_of(*store, 1),
      (std::vector<DayRows>{{engine::kFirstDay, 0, 0, engine::kAmountBitsMax},
                            {engine::kLastDay, engine::kExtraBitsMax, engine::kAmountBitsMax, 1}}));
  must(store->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.event_history(1, 0, {})),
              (std::vector<DayOfUser>{{engine::kFirstDay, 1, -widest},
                                      {engine::kLastDay, most, widest}}));
    return {};
  }));
}

TEST(EventDays, RowsNoEventCanHaveAreCorrupt) {
  for (const std::uint32_t part :
       {engine::kExtraPart, engine::kExtraPart + engine::kExtraBitsMax, engine::kPlusPart - 1,
        engine::kPlusPart + engine::kAmountBitsMax, engine::kMinusPart - 1,
        engine::kMinusPart + engine::kAmountBitsMax, 255U}) {
    const Folder folder;
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [&](WriteTxn& txn) {
      must(add_users(txn, 0, 2));
      must(txn.put_tag(event_of("purchase", true)));
      if (part != engine::kExtraPart) {  // else: counts of nobody
        must(txn.put_fragment({1, day_row(kToday, engine::kPresentPart)}, 0, Bitmap::range(0, 1)));
      }
      must(txn.put_fragment({1, day_row(kToday, part)}, 0, Bitmap::range(0, 1)));
    });
    must(store->read([&](const Snapshot& snapshot) -> Status {
      const auto days = snapshot.event_days(1, {});
      EXPECT_FALSE(days.has_value()) << part;
      if (!days.has_value()) {
        EXPECT_EQ(days.error().code(), ErrorCode::Corrupt);
      }
      EXPECT_TRUE(must(snapshot.event_days(1, {kToday + 1, kToday + 9})).empty());
      return {};
    }));
  }
}

TEST(EventDays, MayBeAskedByManyThreadsAtOnce) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  History history;
  for (Day day = 0; day < 50; ++day) {
    history[kToday + day][0] = {static_cast<std::uint64_t>(1 + day), day};
  }
  write(*store, [&](WriteTxn& txn) {
    must(add_users(txn, 0, 2));
    must(txn.put_tag(event_of("purchase", true)));
    put_history(txn, 1, history);
  });
  const auto expected = naive_days(history, {});
  must(store->read([&](const Snapshot& snapshot) -> Status {
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n) {
      threads.emplace_back([&] {
        for (int round = 0; round < 20; ++round) {
          EXPECT_EQ(must(snapshot.event_days(1, {})), expected);
          EXPECT_TRUE(must(snapshot.holds({1, day_row(kToday, 0)}, 0)));
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return {};
  }));
}

TEST(TrimEvents, TakesTheDaysBeforeOfEverySeriesAndNothingElse) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  FieldId view = 0;
  FieldId key = 0;
  FieldId number = 0;
  FieldId list = 0;
  const History history = {{kToday - 2, {{0, {3, 5}}}},
                           {kToday - 1, {{0, {1, 0}}, {1, {1, -7}}}},
                           {kToday, {{0, {1, 0}}}},
                           {kToday + 1, {{1, {1, 0}}}}};
  write(*store, [&](WriteTxn& txn) {
    must(add_users(txn, 0, 100));
    number = must(txn.put_tag(tag_of("age", TagKind::Number)));
    view = must(txn.put_tag(event_of("view", true)));
    key = must(txn.new_field());
    list = must(txn.new_field());
    const ValueRecord beauty{key, "beauty", {}, {}};
    must(txn.put_values(view, std::span(&beauty, 1)));
    put_history(txn, view, history);
    put_history(txn, key, {{kToday - 1, {{1, {1, 0}}}}, {kToday, {{0, {1, 0}}}}});
    must(txn.put_fragment({number, 0}, 0, Bitmap::range(0, 10)));
    must(txn.put_fragment({list, 0}, 0, Bitmap::range(0, 10)));
  });
  write(*store, [&](WriteTxn& txn) {
    const auto trimmed = must(txn.trim_events(kToday));
    // view: present, extra bit 1, plus bits 0 and 2; present, minus bits 0 to 2. Its key: present.
    EXPECT_EQ(trimmed.series_days, 3U);
    EXPECT_EQ(trimmed.fragments, 4U + 4U + 1U);
  });
  const auto days = [](const std::vector<DayRows>& rows) {
    std::vector<Day> found;
    for (const DayRows& row : rows) {
      found.push_back(row.day);
    }
    return found;
  };
  EXPECT_EQ(days(days_of(*store, view)), (std::vector<Day>{kToday, kToday + 1}));
  EXPECT_EQ(days(days_of(*store, key)), (std::vector<Day>{kToday}));
  must(store->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.cardinality({number, 0})), 10U);
    EXPECT_EQ(must(snapshot.cardinality({list, 0})), 10U);
    return {};
  }));
  std::uint64_t version = 0;
  must(store->read([&](const Snapshot& snapshot) -> Status {
    version = snapshot.version();
    return {};
  }));
  write(*store, [&](WriteTxn& txn) {  // nothing left to do: no new state
    EXPECT_EQ(must(txn.trim_events(kToday)).fragments, 0U);
    EXPECT_EQ(must(txn.trim_events(engine::kFirstDay)).fragments, 0U);
    EXPECT_EQ(must(txn.trim_events(std::numeric_limits<Day>::min())).fragments, 0U);
  });
  write(*store, [&](WriteTxn& txn) {
    EXPECT_EQ(must(txn.trim_events(std::numeric_limits<Day>::max())).series_days, 3U);
  });
  EXPECT_TRUE(days_of(*store, view).empty());
  must(store->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.version(), version + 1);
    EXPECT_EQ(must(snapshot.events()).size(), 1U);  // the event itself stays
    return {};
  }));
}

TEST(TrimEvents, AKeyThatPointsAtATagTakesNoRowsAlong) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [&](WriteTxn& txn) {
      must(add_users(txn, 0, 10));
      must(txn.put_tag(tag_of("vip", TagKind::Flag)));
      must(txn.put_tag(event_of("view")));
      must(txn.put_fragment({1, 0}, 0, Bitmap::range(0, 10)));
    });
  }
  {
    auto environment = must(LmdbEnvironment::open(folder.path(), Access::Write, 0));
    must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
    auto txn = must(environment.begin_write());
    RecordWriter record;
    encode(ValueRecord{1, "odd", {}, {}}, record);
    must(txn.put(KeySpace::Values, make_key<2>({2, 1}), record.bytes()));
    must(txn.commit());
  }
  const auto store = open_store(folder.path(), OpenMode::Write);
  EXPECT_FALSE(store
                   ->write([](WriteTxn& txn) -> Status {
                     TAGLINE_ASSIGN_OR_RETURN(const auto trimmed, txn.trim_events(kToday));
                     EXPECT_EQ(trimmed.fragments, 0U);
                     return {};
                   })
                   .has_value());
  must(store->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.cardinality({1, 0})), 10U);
    return {};
  }));
}

TEST(TrimEvents, ALongHistoryGoesInOneTransaction) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create, 1 << 20U);
  constexpr Day kDays = 3000;
  must(store->write([&](WriteTxn& txn) -> Status {
    TAGLINE_RETURN_IF_ERROR(add_users(txn, 0, 2000));
    TAGLINE_ASSIGN_OR_RETURN(const FieldId event, txn.put_tag(event_of("view")));
    for (Day day = 0; day < kDays; ++day) {
      // Large ones on pages of their own and small ones, so that pages of both kinds are freed.
      const std::uint32_t step = day % 2 == 0 ? 2 : 50;
      TAGLINE_RETURN_IF_ERROR(txn.put_fragment({event, day_row(day, engine::kPresentPart)}, 0,
                                               test::scattered(0, 2000, step)));
    }
    return {};
  }));
  must(store->write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto trimmed, txn.trim_events(kDays - 1));
    EXPECT_EQ(trimmed.series_days, std::uint64_t{kDays - 1});
    return {};
  }));
  EXPECT_EQ(days_of(*store, 1).size(), 1U);
}

}  // namespace
}  // namespace tagline::storage
