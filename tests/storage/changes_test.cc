// Changes beside the fragments: after any history of changes, folds, bulk writes and openings,
// every row, count and user reads as a naive model says, and a snapshot taken earlier reads as
// then.
#include "engine/events.h"
#include "storage/change.h"
#include "storage/delta.h"
#include "storage/stored_value.h"
#include "tests/storage/database_folder.h"

#include <bit>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Day;
using engine::day_row;
using engine::FieldId;
using engine::RowId;
using engine::RowKey;
using engine::TagKind;
using engine::UserIndex;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;
using test::tag_of;

constexpr Day kToday = 20'000;
constexpr std::uint32_t kUsers = engine::kShardUsers + 3 * engine::kBlockUsers / 2;

void write(Store& store, const std::function<void(WriteTxn&)>& fn) {
  must(store.write([&](WriteTxn& txn) -> Status {
    fn(txn);
    return {};
  }));
}

std::set<std::uint32_t> members_of(const engine::Fragment& fragment) {
  std::set<std::uint32_t> members;
  for (const engine::Container& container : fragment.containers()) {
    for (std::uint32_t user = 0; user < engine::kBlockUsers; ++user) {
      const std::uint32_t within = container.block * engine::kBlockUsers + user;
      if (fragment.contains(within)) {
        members.insert(within);
      }
    }
  }
  return members;
}

/// What users have, as plainly as can be.
class Model {
 public:
  using Place = std::pair<FieldId, RowId>;
  void apply(const Change& change) {
    auto& cell = cells_[{change.field, change.cell}];
    cell.first = change.shape;
    if (change.value.has_value()) {
      cell.second[change.user] = *change.value;
    } else {
      cell.second.erase(change.user);
    }
  }
  void put(RowKey row, const std::set<UserIndex>& users) {
    auto& cell = cells_[{row.field, row.row}];
    cell.second.clear();
    for (const UserIndex user : users) {
      cell.second[user] = 1;
    }
  }
  [[nodiscard]] std::optional<std::int64_t> value(FieldId field, RowId cell, UserIndex user) const {
    const auto found = cells_.find({field, cell});
    if (found == cells_.end() || !found->second.second.contains(user)) {
      return std::nullopt;
    }
    return found->second.second.at(user);
  }
  /// By the text of FORMAT.md, not by the code under test.
  [[nodiscard]] std::set<UserIndex> row(RowKey row) const {
    std::set<UserIndex> users;
    for (const auto& [place, cell] : cells_) {
      if (place.first == row.field) {
        for (const auto& [user, value] : cell.second) {
          if (is_in(cell.first, place.second, value, row.row)) {
            users.insert(user);
          }
        }
      }
    }
    return users;
  }

 private:
  static bool is_in(CellShape shape, RowId cell, std::int64_t value, RowId row) {
    const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
    const auto bit = [&](std::uint64_t number, RowId first, unsigned bits) {
      return row >= first && row < first + bits && (number >> (row - first)) % 2 == 1;
    };
    switch (shape) {
      case CellShape::Bit:
        return row == cell;
      case CellShape::Choice:
        return row == 0 || row == static_cast<RowId>(value);
      case CellShape::Number:
        return row == 0 || (row == 1 && value < 0) || bit(magnitude, 2, 63);
      case CellShape::Count:
        return row == cell || bit(magnitude - 1, cell + 1, 32);
      case CellShape::Amount:
        return value > 0 ? bit(magnitude, cell, 53) : bit(magnitude, cell + 64, 53);
    }
    return false;
  }
  std::map<Place, std::pair<CellShape, std::map<UserIndex, std::int64_t>>> cells_;
};

class Changes : public testing::Test {
 protected:
  Changes() : store_(open_store(folder_.path(), OpenMode::Create)) {
    write(*store_, [&](WriteTxn& txn) {
      flag_ = must(txn.put_tag(tag_of("vip", TagKind::Flag)));
      city_ = must(txn.put_tag(tag_of("city", TagKind::Category)));
      set_ = must(txn.put_tag(tag_of("interests", TagKind::Set)));
      spend_ = must(txn.put_tag(tag_of("spend", TagKind::Number)));
      TagRecord buy = tag_of("buy", TagKind::Event);
      buy.has_amount = true;
      buy_ = must(txn.put_tag(buy));
      std::vector<ValueRecord> values;
      for (RowId row = 1; row <= 5; ++row) {
        values.push_back({row, "v" + std::to_string(row), {}, {}});
      }
      must(txn.put_values(city_, values));
      must(txn.put_values(set_, values));
    });
  }
  void add(std::uint32_t users) {
    write(*store_, [&](WriteTxn& txn) { must(add_users(txn, 0, users)); });
  }
  void change(std::vector<Change> changes) {
    for (const Change& each : changes) {
      model_.apply(each);
    }
    write(*store_, [&](WriteTxn& txn) { must(txn.change(std::move(changes))); });
  }
  /// The shortest there is: a fragment, or some records.
  FoldMark fold_step(const FoldMark& mark) {
    FoldMark next;
    write(*store_,
          [&](WriteTxn& txn) { next = must(txn.fold_step(mark, std::chrono::microseconds(0))); });
    return next;
  }
  void reopen() {
    store_.reset();
    store_ = open_store(folder_.path(), OpenMode::Write);
  }
  [[nodiscard]] std::vector<RowKey> rows() const {
    std::vector<RowKey> rows = {{flag_, 0}};
    for (RowId row = 0; row <= 5; ++row) {
      rows.push_back({city_, row});
      rows.push_back({set_, row});
    }
    for (RowId row = 0; row < 65; ++row) {
      rows.push_back({spend_, row});
    }
    for (Day day = kToday; day < kToday + 2; ++day) {
      for (RowId part = 0; part < 192; ++part) {
        rows.push_back({buy_, day_row(day, part)});
      }
    }
    return rows;
  }
  static void expect_row(const Snapshot& snapshot, RowKey row, const Model& model) {
    const std::set<UserIndex> expected = model.row(row);
    std::set<UserIndex> found;
    for (engine::ShardId shard = 0; shard < snapshot.shard_count(); ++shard) {
      const engine::Fragment fragment = must(snapshot.fetch(row, shard));
      const auto members = members_of(fragment);
      EXPECT_EQ(fragment.cardinality(), members.size());
      for (const std::uint32_t user : members) {
        found.insert(shard * engine::kShardUsers + user);
      }
    }
    EXPECT_EQ(found, expected) << row.field << " " << row.row;
    EXPECT_EQ(must(snapshot.cardinality(row)), expected.size()) << row.field << " " << row.row;
  }
  void expect_all() {
    must(store_->read([&](const Snapshot& snapshot) -> Status {
      for (const RowKey row : rows()) {
        expect_row(snapshot, row, model_);
      }
      return {};
    }));
    const VerifyReport report = test::verified(*store_);
    EXPECT_EQ(report.problem_count, 0U) << test::problems_of(report);
  }
  void expect_user(const Snapshot& snapshot, UserIndex user) const {
    EXPECT_EQ(must(snapshot.holds({flag_, 0}, user)), model_.value(flag_, 0, user).has_value());
    EXPECT_EQ(must(snapshot.number_of(spend_, user)), model_.value(spend_, 0, user));
    const auto city = model_.value(city_, 0, user);
    for (RowId row = 1; row <= 5; ++row) {
      EXPECT_EQ(must(snapshot.holds({city_, row}, user)), city == std::optional<std::int64_t>(row));
    }
    std::vector<DayOfUser> history;
    for (Day day = kToday; day < kToday + 2; ++day) {
      if (const auto count = model_.value(buy_, day_row(day, 0), user); count.has_value()) {
        history.push_back({day, static_cast<std::uint64_t>(*count),
                           model_.value(buy_, day_row(day, 64), user).value_or(0)});
      }
    }
    EXPECT_EQ(must(snapshot.event_history(buy_, user, {})), history);
  }

  Folder folder_;
  std::unique_ptr<Store> store_;
  Model model_;
  FieldId flag_ = 0;
  FieldId city_ = 0;
  FieldId set_ = 0;
  FieldId spend_ = 0;
  FieldId buy_ = 0;
};

TEST_F(Changes, AreReadAtOnceByEveryone) {
  add(10);
  change({{flag_, CellShape::Bit, 0, 3, 1},
          {city_, CellShape::Choice, 0, 3, 2},
          {spend_, CellShape::Number, 0, 3, -1250},
          {buy_, CellShape::Count, day_row(kToday, 0), 3, 2},
          {buy_, CellShape::Amount, day_row(kToday, 64), 3, -99}});
  expect_all();
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    expect_user(snapshot, 3);
    expect_user(snapshot, 4);
    EXPECT_EQ(must(snapshot.value_bits(spend_)), 11U);
    const auto days = must(snapshot.event_days(buy_, {}));
    EXPECT_EQ(days, (std::vector<engine::DayRows>{{kToday, 1, 0, 7}}));
    EXPECT_EQ(must(snapshot.event_days(buy_, {kToday + 1, kToday + 9})).size(), 0U);
    return {};
  }));
  change({{city_, CellShape::Choice, 0, 3, {}}, {flag_, CellShape::Bit, 0, 3, {}}});
  expect_all();
}

TEST_F(Changes, OfWhatIsStoredGoOverItAndAreFoldedIntoIt) {
  add(kUsers);
  write(*store_, [&](WriteTxn& txn) {
    for (engine::ShardId shard = 0; shard < 2; ++shard) {
      const std::uint32_t end = shard == 0 ? engine::kShardUsers : kUsers - engine::kShardUsers;
      must(txn.put_fragment({flag_, 0}, shard, test::scattered(0, end, 7)));
    }
  });
  std::set<UserIndex> stored;
  for (UserIndex user = 0; user < kUsers; ++user) {
    if ((user < engine::kShardUsers ? user : user - engine::kShardUsers) % 7 == 0) {
      stored.insert(user);
    }
  }
  model_.put({flag_, 0}, stored);
  const UserIndex last = kUsers - 1;
  change({{flag_, CellShape::Bit, 0, 0, {}},
          {flag_, CellShape::Bit, 0, 1, 1},
          {flag_, CellShape::Bit, 0, engine::kBlockUsers - 1, 1},
          {flag_, CellShape::Bit, 0, engine::kShardUsers, {}},
          {flag_, CellShape::Bit, 0, last, 1}});
  std::optional<std::uint64_t> before;
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    expect_row(snapshot, {flag_, 0}, model_);
    before = must(snapshot.stamp({flag_, 0}, 0));
    return {};
  }));
  change({{flag_, CellShape::Bit, 0, 2, 1}});
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_NE(must(snapshot.stamp({flag_, 0}, 0)), before);
    return {};
  }));
  write(*store_, [&](WriteTxn& txn) {
    EXPECT_EQ(txn.unfolded().changes, 6U);
    must(txn.fold());
    EXPECT_EQ(txn.unfolded().changes, 0U);
  });
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    expect_row(snapshot, {flag_, 0}, model_);
    return {};
  }));
  EXPECT_EQ(test::verified(*store_).problem_count, 0U);
}

TEST_F(Changes, AreNoStateOfASnapshotTakenBefore) {
  add(10);
  change({{flag_, CellShape::Bit, 0, 1, 1}});
  const Model then = model_;
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    std::thread([&] {
      change({{flag_, CellShape::Bit, 0, 1, {}}, {flag_, CellShape::Bit, 0, 2, 1}});
      write(*store_, [](WriteTxn& txn) { must(txn.fold()); });
      change({{flag_, CellShape::Bit, 0, 5, 1}});
    }).join();
    expect_row(snapshot, {flag_, 0}, then);
    return {};
  }));
  expect_all();
}

TEST_F(Changes, ThatComeLaterLeaveAFragmentThatIsReadAsItIs) {
  add(kUsers);
  std::vector<Change> changes;
  for (UserIndex user = 0; user < 3'000; ++user) {
    changes.push_back({flag_, CellShape::Bit, 0, user * 2, 1});
  }
  change(changes);
  const Model then = model_;
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    const engine::Fragment held = must(snapshot.fetch({flag_, 0}, 0));
    // Newer states go on from what was made for this one, and put theirs in its place.
    std::thread([&] {
      for (UserIndex user = 0; user < 50; ++user) {
        change({{flag_, CellShape::Bit, 0, user * 2, {}},
                {flag_, CellShape::Bit, 0, user * 2 + 1, 1}});
        must(store_->read([&](const Snapshot& now) -> Status {
          EXPECT_EQ(must(now.fetch({flag_, 0}, 0)).cardinality(), 3'000U);
          return {};
        }));
      }
    }).join();
    EXPECT_EQ(members_of(held), then.row({flag_, 0}));
    expect_row(snapshot, {flag_, 0}, then);
    return {};
  }));
  expect_all();
}

TEST_F(Changes, LeaveTheCatalogueVersionAsItIs) {
  add(10);
  const auto catalogue_version = [&] {
    return must(store_->read([](const Snapshot& snapshot) -> Result<std::uint64_t> {
      return snapshot.catalogue_version();
    }));
  };
  const std::uint64_t before = catalogue_version();
  change({{flag_, CellShape::Bit, 0, 1, 1}});
  write(*store_, [](WriteTxn& txn) { must(txn.fold()); });
  EXPECT_EQ(catalogue_version(), before);
  write(*store_, [&](WriteTxn& txn) {
    must(txn.put_values(city_, std::vector<ValueRecord>{{6, "v6", {}, {}}}));
  });
  EXPECT_GT(catalogue_version(), before);
  const std::uint64_t then = catalogue_version();
  write(*store_, [](WriteTxn& txn) { must(add_users(txn, 10, 11)); });
  EXPECT_EQ(catalogue_version(), then);
  SegmentRecord segment;
  segment.name = "some";
  segment.expression = "vip";
  write(*store_, [&](WriteTxn& txn) { must(txn.put_segment(segment)); });
  EXPECT_GT(catalogue_version(), then);
}

TEST_F(Changes, AreKeptByTheFileAndReadByOthers) {
  add(10);
  change({{spend_, CellShape::Number, 0, 1, std::numeric_limits<std::int64_t>::max()},
          {spend_, CellShape::Number, 0, 2, -std::numeric_limits<std::int64_t>::max()}});
  change({{spend_, CellShape::Number, 0, 2, 7}});
  reopen();
  expect_all();
  change({{spend_, CellShape::Number, 0, 1, {}}});
  reopen();
  expect_all();
}

TEST_F(Changes, ThatCannotBeAreRefusedAndLeaveNothing) {
  add(10);
  const Change wrong[] = {
      {flag_, CellShape::Bit, 0, 10, 1},                     // no such user
      {flag_, CellShape::Number, 0, 1, 1},                   // no such shape of a flag
      {flag_, CellShape::Bit, 0, 1, 2},                      // no such value
      {0, CellShape::Bit, 0, 1, 1},                          // the population
      {999, CellShape::Bit, 0, 1, 1},                        // no such field
      {city_, CellShape::Choice, 0, 1, 0},                   // the existence row
      {buy_, CellShape::Count, day_row(kToday, 0), 1, 0},    // never done
      {buy_, CellShape::Count, day_row(kToday, 1), 1, 1},    // not where counts are
      {buy_, CellShape::Amount, day_row(kToday, 64), 1, 0},  // no amount
      {buy_, CellShape::Amount, day_row(kToday, 64), 1, 1LL << 53U},
      {spend_, CellShape::Number, 0, 1, std::numeric_limits<std::int64_t>::min()}};
  for (const Change& change : wrong) {
    const Status status = store_->write([&](WriteTxn& txn) { return txn.change({change}); });
    ASSERT_FALSE(status.has_value()) << change.field;
    EXPECT_EQ(status.error().code(), ErrorCode::Internal);
  }
  expect_all();
}

TEST_F(Changes, ReadByAWriterAreWhatReadersSee) {
  add(10);
  write(*store_, [&](WriteTxn& txn) {
    must(txn.put_fragment({spend_, 0}, 0, engine::Bitmap::range(0, 4)));
    must(txn.put_fragment({spend_, 1}, 0, engine::Bitmap::range(0, 2)));
    must(txn.put_fragment({spend_, 2}, 0, engine::Bitmap::range(1, 3)));
    must(txn.put_fragment({spend_, 9}, 0, engine::Bitmap::range(1, 2)));
    must(txn.put_fragment({city_, 0}, 0, engine::Bitmap::range(0, 4)));
    must(txn.put_fragment({city_, 3}, 0, engine::Bitmap::range(0, 4)));
    must(txn.put_fragment({buy_, day_row(kToday, 0)}, 0, engine::Bitmap::range(0, 4)));
    must(txn.put_fragment({buy_, day_row(kToday, 3)}, 0, engine::Bitmap::range(0, 1)));
    must(txn.put_fragment({buy_, day_row(kToday, 65)}, 0, engine::Bitmap::range(0, 1)));
    must(txn.put_fragment({buy_, day_row(kToday, 128)}, 0, engine::Bitmap::range(1, 2)));
  });
  const auto value = [&](const WriteTxn& txn, FieldId field, CellShape shape, RowId cell,
                         UserIndex user) { return must(txn.value_of(field, shape, cell, user)); };
  using Value = std::optional<std::int64_t>;
  write(*store_, [&](WriteTxn& txn) {
    EXPECT_EQ(value(txn, spend_, CellShape::Number, 0, 0), Value(0));
    EXPECT_EQ(value(txn, spend_, CellShape::Number, 0, 1), Value(-129));
    EXPECT_EQ(value(txn, spend_, CellShape::Number, 0, 2), Value(1));
    EXPECT_EQ(value(txn, spend_, CellShape::Number, 0, 4), Value());
    EXPECT_EQ(value(txn, city_, CellShape::Choice, 0, 3), Value(3));
    EXPECT_EQ(value(txn, city_, CellShape::Choice, 0, 4), Value());
    EXPECT_EQ(value(txn, buy_, CellShape::Count, day_row(kToday, 0), 0), Value(5));
    EXPECT_EQ(value(txn, buy_, CellShape::Count, day_row(kToday, 0), 3), Value(1));
    EXPECT_EQ(value(txn, buy_, CellShape::Amount, day_row(kToday, 64), 0), Value(2));
    EXPECT_EQ(value(txn, buy_, CellShape::Amount, day_row(kToday, 64), 1), Value(-1));
    EXPECT_EQ(value(txn, buy_, CellShape::Amount, day_row(kToday, 64), 2), Value());
    must(txn.change({{spend_, CellShape::Number, 0, 1, 5}}));
    EXPECT_EQ(value(txn, spend_, CellShape::Number, 0, 1), Value(5)) << "its own writes";
    EXPECT_EQ(must(txn.load_fragment({spend_, 9}, 0)).cardinality(), 0U) << "folded first";
    EXPECT_EQ(value(txn, spend_, CellShape::Number, 0, 1), Value(5));
  });
}

TEST_F(Changes, InAnyHistoryReadAsTheModelSays) {
  add(kUsers);
  std::mt19937 random(20261129);
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  // Few users, at the ends of blocks and shards, so that changes meet.
  const auto any_user = [&] {
    constexpr std::uint32_t kEdges[] = {0, engine::kBlockUsers, 5 * engine::kBlockUsers,
                                        engine::kShardUsers, kUsers - 12};
    return kEdges[below(5)] + below(12);
  };
  const auto any_change = [&]() -> Change {
    const UserIndex user = any_user();
    const bool gone = below(4) == 0;
    const auto value = [&](std::int64_t some) {
      return gone ? std::nullopt : std::optional<std::int64_t>(some);
    };
    switch (below(5)) {
      case 0:
        return {flag_, CellShape::Bit, 0, user, value(1)};
      case 1:
        return {city_, CellShape::Choice, 0, user, value(1 + below(5))};
      case 2:
        return {set_, CellShape::Bit, 1 + below(5), user, value(1)};
      case 3:
        return {spend_, CellShape::Number, 0, user,
                value(static_cast<std::int64_t>(below(4000)) - 2000)};
      default:
        return {buy_, CellShape::Count, day_row(kToday + static_cast<Day>(below(2)), 0), user,
                value(1 + below(9))};
    }
  };
  // Rows 0 of the set and amounts follow from the others, as a caller has to see to.
  const auto completed = [&](std::vector<Change> changes) {
    Model next = model_;
    settle(changes);
    for (const Change& change : changes) {
      next.apply(change);
    }
    const std::vector<Change> asked = changes;
    for (const Change& change : asked) {
      if (change.field == set_) {
        bool any = false;
        for (RowId row = 1; row <= 5; ++row) {
          any = any || next.value(set_, row, change.user).has_value();
        }
        changes.push_back({set_, CellShape::Bit, 0, change.user,
                           any ? std::optional<std::int64_t>(1) : std::nullopt});
      }
      if (change.field == buy_) {
        const auto amount = static_cast<std::int64_t>(below(600)) - 300;
        changes.push_back({buy_, CellShape::Amount, change.cell + 64, change.user,
                           change.value.has_value() && amount != 0
                               ? std::optional<std::int64_t>(amount)
                               : std::nullopt});
      }
    }
    return changes;
  };
  FoldMark mark;
  for (int step = 0; step < 300; ++step) {
    switch (below(16)) {
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
      case 8:
        mark = fold_step(mark.done ? FoldMark() : mark);
        break;
      case 0:
        write(*store_, [](WriteTxn& txn) { must(txn.fold()); });
        break;
      case 1:
        reopen();
        break;
      case 2: {
        // A bulk load of one field, in the middle of changes.
        std::set<UserIndex> users;
        engine::Bitmap first;
        for (int i = 0; i < 20; ++i) {
          const UserIndex user = below(12) + engine::kBlockUsers * below(6);
          users.insert(user);
          first.add(user);
        }
        model_.put({flag_, 0}, users);
        write(*store_, [&](WriteTxn& txn) {
          must(txn.put_fragment({flag_, 0}, 0, std::move(first)));
          must(txn.put_fragment({flag_, 0}, 1, {}));
        });
        break;
      }
      default: {
        std::vector<Change> changes;
        for (std::uint32_t i = 1 + below(30); i > 0; --i) {
          changes.push_back(any_change());
        }
        change(completed(std::move(changes)));
      }
    }
    must(store_->read([&](const Snapshot& snapshot) -> Status {
      for (int i = 0; i < 3; ++i) {
        const auto all = rows();
        expect_row(snapshot, all[below(static_cast<std::uint32_t>(all.size()))], model_);
        expect_user(snapshot, any_user());
      }
      return {};
    }));
    if (step % 25 == 0) {
      const VerifyReport report = test::verified(*store_);
      EXPECT_EQ(report.problem_count, 0U) << test::problems_of(report);
    }
    ASSERT_FALSE(HasFailure()) << "step " << step;
  }
  expect_all();
  write(*store_, [](WriteTxn& txn) { must(txn.fold()); });
  expect_all();
}

TEST_F(Changes, AreFoldedInStepsThatNobodySees) {
  add(kUsers);
  std::vector<Change> changes;
  for (UserIndex user = 0; user < 200; ++user) {
    changes.push_back({spend_, CellShape::Number, 0, user * 5'000, 1 + user});
    changes.push_back({set_, CellShape::Bit, 0, user * 5'000, 1});
    changes.push_back({set_, CellShape::Bit, 1 + user % 5, user * 5'000, 1});
  }
  change(std::move(changes));
  const auto version = [&] {
    return must(store_->read(
        [](const Snapshot& snapshot) -> Result<std::uint64_t> { return snapshot.version(); }));
  };
  const std::uint64_t before = version();
  FoldMark mark;
  int steps = 0;
  for (; !mark.done; ++steps) {
    ASSERT_LT(steps, 1000);
    mark = fold_step(mark);
    const VerifyReport report = test::verified(*store_);
    EXPECT_EQ(report.problem_count, 0U) << test::problems_of(report);
    if (steps == 4) {
      expect_all();
      EXPECT_FALSE(mark.done);
    }
  }
  EXPECT_GT(steps, 10);
  EXPECT_EQ(version(), before);
  write(*store_, [](WriteTxn& txn) {
    EXPECT_EQ(txn.unfolded().changes, 0U);
    EXPECT_EQ(txn.unfolded().records, 0U);
  });
  expect_all();
  reopen();
  expect_all();
}

TEST_F(Changes, ThatWereFoldedUnreadAreNotMissedByWhatWasKeptBefore) {
  const auto flags = [&](UserIndex begin, UserIndex end) {
    std::vector<Change> changes;
    for (UserIndex user = begin; user < end; ++user) {
      changes.push_back({flag_, CellShape::Bit, 0, user, 1});
    }
    return changes;
  };
  add(4000);
  change(flags(0, 1000));
  expect_all();               // keeps the row with these
  change(flags(2000, 2100));  // nobody reads these beside the fragments
  FoldMark mark = fold_step({});
  change(flags(3000, 3010));  // stay beside them
  while (!mark.done) {
    mark = fold_step(mark);
  }
  expect_all();
}

TEST_F(Changes, ManyOfOneShardAreFoldedSomeBlocksAtATime) {
  const auto every_second = [&](UserIndex begin, std::optional<std::int64_t> value) {
    std::vector<Change> changes;
    for (UserIndex user = begin; user < 3 * engine::kBlockUsers; user += 2) {
      changes.push_back({flag_, CellShape::Bit, 0, user, value});
    }
    return changes;
  };
  add(3 * engine::kBlockUsers);
  change(every_second(0, 1));
  change(every_second(1, 1));
  write(*store_, [](WriteTxn& txn) { must(txn.fold()); });
  change(every_second(0, std::nullopt));
  FoldMark mark;
  int steps = 0;
  for (; !mark.written; ++steps) {
    ASSERT_LT(steps, 100);
    mark = fold_step(mark);
    // Of a block that is folded, and of one that is not as long as there is one.
    change({{flag_, CellShape::Bit, 0, static_cast<UserIndex>(2 * steps), 1},
            {flag_, CellShape::Bit, 0, 2 * engine::kBlockUsers + 1, {}}});
    must(store_->read([&](const Snapshot& snapshot) -> Status {
      expect_row(snapshot, {flag_, 0}, model_);
      return {};
    }));
  }
  EXPECT_GE(steps, 3);
  while (!mark.done) {
    mark = fold_step(mark);
  }
  expect_all();
  reopen();
  expect_all();
}

TEST_F(Changes, MadeWhileOthersAreFoldedStayBesideTheFragments) {
  add(10);
  change({{flag_, CellShape::Bit, 0, 1, 1}, {city_, CellShape::Choice, 0, 1, 2}});
  FoldMark mark = fold_step({});
  change({{flag_, CellShape::Bit, 0, 1, {}}, {flag_, CellShape::Bit, 0, 2, 1}});
  while (!mark.done) {
    mark = fold_step(mark);
  }
  write(*store_, [](WriteTxn& txn) {
    EXPECT_EQ(txn.unfolded().records, 1U);
    EXPECT_GE(txn.unfolded().changes, 2U);
  });
  expect_all();
  reopen();
  expect_all();
  // A mark of a fold that another has ended begins anew.
  change({{flag_, CellShape::Bit, 0, 3, 1}});
  mark = fold_step({});
  write(*store_, [](WriteTxn& txn) { must(txn.fold()); });
  change({{flag_, CellShape::Bit, 0, 4, 1}});
  mark.done = false;
  while (!mark.done) {
    mark = fold_step(mark);
  }
  write(*store_, [](WriteTxn& txn) { EXPECT_EQ(txn.unfolded().records, 0U); });
  expect_all();
}

TEST(ChangeRecords, ComeBackSettled) {
  std::vector<Change> changes = {
      {9, CellShape::Number, 0, 5, -1},
      {9, CellShape::Number, 0, 4'000'000'000, 0},
      {9, CellShape::Number, 0, 5, std::numeric_limits<std::int64_t>::max()},
      {2, CellShape::Bit, 7, 1, {}},
      {2, CellShape::Bit, 7, 0, 1}};
  settle(changes);
  ASSERT_EQ(changes.size(), 4U);
  RecordWriter record;
  encode(changes, record);
  EXPECT_EQ(must(decode_changes(record.bytes())), changes);
  for (std::size_t size = 0; size < record.bytes().size(); ++size) {
    const auto part = decode_changes(record.bytes().first(size));
    EXPECT_TRUE(!part.has_value() || part->size() < changes.size()) << size;
  }
}

}  // namespace
}  // namespace tagline::storage
