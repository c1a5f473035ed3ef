// Each kind of damage is planted through a bare LMDB handle, and verify has to say so; a clean
// database has to be clean.
#include "storage/verify.h"

#include "storage/delta_log.h"
#include "storage/fragment_value.h"
#include "storage/id_records.h"
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "storage/user_directory.h"
#include "tests/storage/database_folder.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <xxhash.h>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using engine::TagKind;
using test::Folder;
using test::must;
using test::open_store;
using test::scattered;
using test::tag_of;

constexpr engine::FieldId kFlag = 1;
constexpr engine::FieldId kCategory = 2;
constexpr engine::FieldId kNumber = 3;
constexpr engine::FieldId kSet = 4;
constexpr std::uint32_t kUsers = 70'000;

std::vector<std::byte> fragment_of(Bitmap members) {
  members.optimize();
  FragmentEncoder encoder;
  const Bytes bytes = encoder.encode(members);
  return {bytes.begin(), bytes.end()};
}

class VerifyTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto store = open_store(folder_.path(), OpenMode::Create);
    must(store->write([](WriteTxn& txn) -> Status {
      must(test::add_users(txn, 0, kUsers));
      must(txn.put_tag(tag_of("flag", TagKind::Flag)));
      must(txn.put_tag(tag_of("city", TagKind::Category)));
      must(txn.put_tag(tag_of("age", TagKind::Number)));
      must(txn.put_tag(tag_of("likes", TagKind::Set)));
      const std::vector<ValueRecord> values = {{1, "a", {}, {}}, {2, "b", {}, {}}};
      must(txn.put_values(kCategory, values));
      must(txn.put_values(kSet, values));
      must(txn.put_fragment({kFlag, 0}, 0, scattered(0, kUsers)));
      must(txn.put_fragment({kCategory, 0}, 0, Bitmap::range(0, 2000)));
      must(txn.put_fragment({kCategory, 1}, 0, Bitmap::range(0, 500)));
      must(txn.put_fragment({kCategory, 2}, 0, Bitmap::range(500, 2000)));
      must(txn.put_fragment({kNumber, 0}, 0, Bitmap::range(0, 100)));
      must(txn.put_fragment({kNumber, 1}, 0, Bitmap::range(50, 60)));
      must(txn.put_fragment({kNumber, 2}, 0, Bitmap::range(0, 60)));
      must(txn.put_fragment({kSet, 0}, 0, Bitmap::range(0, 30)));
      must(txn.put_fragment({kSet, 1}, 0, Bitmap::range(0, 20)));  // a set may overlap
      return txn.put_fragment({kSet, 2}, 0, Bitmap::range(10, 30));
    }));
  }

  /// Changes the database behind the store's back.
  void damage(const std::function<void(WriteTransaction&)>& fn) {
    auto environment = must(LmdbEnvironment::open(folder_.path(), Access::Write, 0));
    must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
    auto txn = must(environment.begin_write());
    fn(txn);
    must(txn.commit());
  }
  static std::vector<std::byte> bytes_at(const Transaction& txn, KeySpace space, Bytes key) {
    const auto stored = must(txn.get(space, key));
    return stored ? std::vector<std::byte>(stored->begin(), stored->end())
                  : std::vector<std::byte>();
  }
  void flip(KeySpace space, Bytes key, std::size_t at) {
    damage([&](WriteTransaction& txn) {
      auto bytes = bytes_at(txn, space, key);
      bytes.at(at < bytes.size() ? at : bytes.size() - 1) ^= std::byte{0x5A};
      must(txn.put(space, key, bytes));
    });
  }
  void put_fragment(engine::RowKey row, engine::ShardId shard, Bitmap members) {
    damage([&](WriteTransaction& txn) {
      must(txn.put(KeySpace::Fragments, make_key<3>({row.field, row.row, shard}),
                   fragment_of(std::move(members))));
    });
  }
  VerifyReport report() { return test::verified(*open_store(folder_.path(), OpenMode::Read)); }

  /// One of the problems contains `text`.
  void expect_problem(const std::string& text) {
    const VerifyReport found = report();
    EXPECT_FALSE(found.clean());
    bool named = false;
    for (const Text& problem : found.problems) {
      named = named || problem.en.find(text) != std::string::npos;
      EXPECT_FALSE(problem.zh.empty());
    }
    EXPECT_TRUE(named) << "expected: " << text << "\nfound:\n" << test::problems_of(found);
  }

  Folder folder_;
};

TEST_F(VerifyTest, ADamagedRecordOfChangesIsReportedAndTheRestIsRead) {
  {
    const auto store = open_store(folder_.path(), OpenMode::Write);
    for (std::uint32_t user = 1; user < 4; ++user) {
      must(store->write([&](WriteTxn& txn) {
        return txn.change({{kFlag, CellShape::Bit, 0, user, 1}});
      }));
    }
  }
  EXPECT_TRUE(report().clean());
  flip(KeySpace::Changes, change_key(1), 3);
  const VerifyReport found = report();
  EXPECT_EQ(found.problem_count, 1U) << test::problems_of(found);
  expect_problem("changes 1: damaged record: changes of users cannot be read");
  EXPECT_EQ(found.changes, 3U);
  EXPECT_EQ(found.fragments, 11U);
  EXPECT_EQ(found.users, kUsers);
  const auto read = open_store(folder_.path(), OpenMode::Read)->read([](const Snapshot&) -> Status {
    return {};
  });
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code(), ErrorCode::Corrupt);
}

TEST_F(VerifyTest, ChangesThatDoNotGoTogetherAreReported) {
  {
    const auto store = open_store(folder_.path(), OpenMode::Write);
    must(store->write([&](WriteTxn& txn) {
      return txn.change({{kSet, CellShape::Bit, 2, 40, 1}});
    }));
  }
  expect_problem("it is not the union of the value rows");
}

TEST_F(VerifyTest, ACleanDatabaseIsCleanAndCounted) {
  const auto store = open_store(folder_.path(), OpenMode::Read);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> progress;
  const auto found = must(store->read([&](const Snapshot& snapshot) {
    return verify(snapshot, [&](std::uint64_t done, std::uint64_t total) {
      progress.emplace_back(done, total);
    });
  }));
  EXPECT_TRUE(found.clean()) << test::problems_of(found);
  EXPECT_EQ(found.fragments, 11U);
  EXPECT_EQ(found.tags, 4U);
  EXPECT_EQ(found.values, 4U);
  EXPECT_EQ(found.users, kUsers);
  EXPECT_GT(found.fragment_bytes, 8192U);
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back(), std::make_pair(std::uint64_t{11}, std::uint64_t{11}));
}

TEST_F(VerifyTest, EveryByteOfAFragmentIsCovered) {
  const auto key = make_key<3>({kFlag, 0, 0});
  for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 7U, 8U, 15U, 16U, 2000U, 8000U, 1'000'000U}) {
    flip(KeySpace::Fragments, key, at);
    expect_problem("fragment of \"flag\", row 0, shard 0");
    flip(KeySpace::Fragments, key, at);
    EXPECT_TRUE(report().clean()) << at;
  }
}

TEST_F(VerifyTest, FragmentsThatAreNoFragments) {
  const auto key = make_key<3>({kFlag, 0, 0});
  damage([&](WriteTransaction& txn) { must(txn.put(KeySpace::Fragments, key, bytes_of("TF"))); });
  expect_problem("a value of 2 bytes");
  damage([&](WriteTransaction& txn) { must(txn.put(KeySpace::Fragments, key, {})); });
  expect_problem("a value of 0 bytes");
  damage([&](WriteTransaction& txn) {
    must(txn.put(KeySpace::Fragments, bytes_of("odd"), fragment_of(Bitmap::range(0, 1))));
  });
  expect_problem("a key of 3 bytes");
}

TEST_F(VerifyTest, ARightChecksumOverAWrongCardinalityIsNotBelieved) {
  // A writer with a bug: the header miscounts, and its checksum is right for what it says
  // (FORMAT.md: seeded by the first eight bytes of the header).
  damage([&](WriteTransaction& txn) {
    auto bytes = fragment_of(Bitmap::range(0, 100));
    const std::span<std::byte> value(bytes);
    store_little(value, 4, std::uint32_t{99});
    store_little(value, 8,
                 std::uint64_t{XXH3_64bits_withSeed(bytes.data() + kFragmentHeaderBytes,
                                                    bytes.size() - kFragmentHeaderBytes,
                                                    load_little<std::uint64_t>(value, 0))});
    must(txn.put(KeySpace::Fragments, make_key<3>({kFlag, 0, 0}), bytes));
  });
  expect_problem("it holds 100 users, the header says 99");
}

TEST_F(VerifyTest, MembersOutsideThePopulationOrTheUsers) {
  put_fragment({kFlag, 0}, 0, Bitmap::range(kUsers - 5, kUsers + 5));
  expect_problem("5 of its users are not in the population");
  put_fragment({kFlag, 0}, 7, Bitmap::range(0, 1));
  expect_problem("1 of its users are not in the population");
  put_fragment(engine::kPopulationRow, 0, Bitmap::range(0, kUsers + 1));
  expect_problem("it holds user 70000, who was never added");
}

TEST_F(VerifyTest, RowsThatCannotBe) {
  put_fragment({99, 0}, 0, Bitmap::range(0, 1));
  expect_problem("fragment of 99, row 0, shard 0: there is no such tag");
  put_fragment({kFlag, 1}, 0, Bitmap::range(0, 1));
  expect_problem("fragment of \"flag\", row 1, shard 0: the tag has no such row");
  put_fragment({kCategory, 3}, 0, Bitmap::range(0, 1));
  expect_problem("fragment of \"city\", row 3, shard 0: the tag has no such row");
  put_fragment({kNumber, 65}, 0, Bitmap::range(0, 1));
  expect_problem("fragment of \"age\", row 65, shard 0: the tag has no such row");
  put_fragment({0, 1}, 0, Bitmap::range(0, 1));
  expect_problem("fragment of 0, row 1, shard 0: there is no such tag");
}

TEST_F(VerifyTest, RowsAgainstTheKindOfTheirTag) {
  put_fragment({kCategory, 2}, 0, Bitmap::range(400, 2000));
  expect_problem("another value of this category");
  put_fragment({kCategory, 2}, 0, Bitmap::range(500, 1999));
  expect_problem("fragment of \"city\", row 0, shard 0: it is not the union of the value rows");
  put_fragment({kSet, 0}, 0, Bitmap::range(0, 29));
  expect_problem("fragment of \"likes\", row 0, shard 0: it is not the union of the value rows");
  put_fragment({kNumber, 3}, 0, Bitmap::range(90, 103));
  expect_problem("3 of its users have no number");
}

TEST_F(VerifyTest, DamagedCatalogue) {
  flip(KeySpace::Tags, make_key<1>({kNumber}), 0);
  expect_problem("tag 3 has record version");
  flip(KeySpace::Tags, make_key<1>({kNumber}), 0);
  flip(KeySpace::Values, make_key<2>({kSet, 2}), 1);  // the length of the name
  expect_problem("values of \"likes\": damaged record");
  flip(KeySpace::Values, make_key<2>({kSet, 2}), 1);
  EXPECT_TRUE(report().clean());
  damage([&](WriteTransaction& txn) {
    must(txn.put(KeySpace::Tags, make_key<1>({kNumber}),
                 bytes_at(txn, KeySpace::Tags, make_key<1>({kFlag}))));
  });
  expect_problem("1 and 3 have the same name \"flag\"");
  damage([&](WriteTransaction& txn) {
    must(txn.put(KeySpace::Values, make_key<2>({kCategory, 2}),
                 bytes_at(txn, KeySpace::Values, make_key<2>({kCategory, 1}))));
  });
  expect_problem("rows 1 and 2 have the same name \"a\"");
  damage([&](WriteTransaction& txn) {
    must(txn.put(KeySpace::Tags, make_key<1>({1000}), bytes_of("x")));
  });
  expect_problem("the key 1000 is not the number of a tag");
  damage([&](WriteTransaction& txn) {
    must(txn.put(KeySpace::Values, bytes_of("key"), bytes_of("x")));
  });
  expect_problem("values: a key of no readable tag");
  damage([&](WriteTransaction& txn) {
    must(txn.put(KeySpace::Values, make_key<2>({kFlag, 1}), bytes_of("x")));
  });
  expect_problem("tag \"flag\" has a value at row 1, where none can be");
}

/// An event with amounts and one key, a static list, a load.
class VerifyEventsTest : public VerifyTest {
 protected:
  static constexpr engine::FieldId kEvent = 5;
  static constexpr engine::FieldId kKey = 6;
  static constexpr engine::FieldId kList = 7;
  static constexpr engine::FieldId kSpare = 8;
  static constexpr engine::Day kDay = 20'000;

  static engine::RowKey at(engine::FieldId series, std::uint32_t part, engine::Day day = kDay) {
    return {series, engine::day_row(day, part)};
  }

  void SetUp() override {
    VerifyTest::SetUp();
    const auto store = open_store(folder_.path(), OpenMode::Write);
    must(store->write([](WriteTxn& txn) -> Status {
      TagRecord event = tag_of("buy", TagKind::Event);
      event.has_amount = true;
      must(txn.put_tag(event));
      EXPECT_EQ(must(txn.new_field()), kKey);
      EXPECT_EQ(must(txn.new_field()), kList);
      EXPECT_EQ(must(txn.new_field()), kSpare);
      const ValueRecord key{kKey, "beauty", {}, {}};
      must(txn.put_values(kEvent, std::span(&key, 1)));
      for (const engine::Day day : {kDay, kDay + 1}) {
        must(txn.put_fragment(at(kEvent, engine::kPresentPart, day), 0, Bitmap::range(0, 100)));
        must(txn.put_fragment(at(kEvent, engine::kExtraPart, day), 0, Bitmap::range(10, 20)));
        must(txn.put_fragment(at(kEvent, engine::kPlusPart, day), 0, Bitmap::range(0, 50)));
        must(txn.put_fragment(at(kEvent, engine::kPlusPart + 1, day), 0, Bitmap::range(40, 60)));
        must(txn.put_fragment(at(kEvent, engine::kMinusPart, day), 0, Bitmap::range(60, 70)));
      }
      must(txn.put_fragment(at(kKey, engine::kPresentPart), 0, Bitmap::range(90, 100)));
      must(txn.put_fragment(at(kKey, engine::kMinusPart), 0, Bitmap::range(90, 95)));
      SegmentRecord list;
      list.name = "guests";
      list.list = kList;
      must(txn.put_segment(list));
      must(txn.put_fragment({kList, engine::kFlagRow}, 0, Bitmap::range(0, 9)));
      SegmentRecord segment;
      segment.name = "vips";
      segment.expression = "flag";
      must(txn.put_segment(segment));
      return txn.put_load({"load", "orders.csv", 1, 1, 1});
    }));
  }

  void put_value(engine::FieldId field, const ValueRecord& value) {
    damage([&](WriteTransaction& txn) {
      RecordWriter record;
      encode(value, record);
      must(txn.put(KeySpace::Values, make_key<2>({field, value.row}), record.bytes()));
    });
  }
  void put_segment(const std::string& key, const SegmentRecord& segment) {
    damage([&](WriteTransaction& txn) {
      RecordWriter record;
      encode(segment, record);
      must(txn.put(KeySpace::Segments, bytes_of(key), record.bytes()));
    });
  }
};

TEST_F(VerifyEventsTest, CleanOnesAreCleanAndCounted) {
  const VerifyReport found = report();
  EXPECT_TRUE(found.clean()) << test::problems_of(found);
  EXPECT_EQ(found.tags, 4U);
  EXPECT_EQ(found.events, 1U);
  EXPECT_EQ(found.values, 5U);
  EXPECT_EQ(found.segments, 2U);
  EXPECT_EQ(found.loads, 1U);
  EXPECT_EQ(found.fragments, 11U + 10U + 2U + 1U);
}

TEST_F(VerifyEventsTest, RowsNoEventCanHave) {
  for (const std::uint32_t part :
       {engine::kExtraPart + engine::kExtraBitsMax, engine::kPlusPart - 1,
        engine::kPlusPart + engine::kAmountBitsMax, engine::kMinusPart - 1,
        engine::kMinusPart + engine::kAmountBitsMax, 255U}) {
    put_fragment(at(kEvent, part), 0, Bitmap::range(0, 1));
    expect_problem("(day 20000, part " + std::to_string(part) +
                   "), shard 0: the tag has no such row");
    put_fragment(at(kKey, part), 0, Bitmap::range(90, 91));
    expect_problem("fragment of \"buy:beauty\", row " +
                   std::to_string(engine::day_row(kDay, part)));
    expect_problem("an event has no such row");
  }
  put_fragment({kEvent, engine::day_row(engine::kLastDay, 0) + 256}, 0, Bitmap::range(0, 1));
  expect_problem("part 0), shard 0: the tag has no such row");
}

TEST_F(VerifyEventsTest, CountsAndAmountsOfUsersWhoWereNotThere) {
  put_fragment(at(kEvent, engine::kExtraPart + 1), 0, Bitmap::range(98, 103));
  expect_problem("part 2), shard 0: 3 of its users were not there that day");
  put_fragment(at(kEvent, engine::kPlusPart + 9), 0, Bitmap::range(98, 104));
  expect_problem("part 73), shard 0: 4 of its users were not there that day");
  put_fragment(at(kEvent, engine::kMinusPart + 9), 0, Bitmap::range(98, 105));
  expect_problem("part 137), shard 0: 5 of its users were not there that day");
  put_fragment(at(kKey, engine::kExtraPart), 0, Bitmap::range(80, 100));
  expect_problem("\"buy:beauty\", row " +
                 std::to_string(engine::day_row(kDay, engine::kExtraPart)) +
                 " (day 20000, part 1), shard 0: 10 of its users were not there that day");
  // A day has to have its own users: those of the day before do not count.
  put_fragment(at(kEvent, engine::kExtraPart, kDay + 2), 0, Bitmap::range(0, 7));
  expect_problem("(day 20002, part 1), shard 0: 7 of its users were not there that day");
}

TEST_F(VerifyEventsTest, AmountsAboveAndBelowZeroAtOnce) {
  put_fragment(at(kEvent, engine::kMinusPart + 3), 0, Bitmap::range(59, 70));
  expect_problem("(day 20000, part 131), shard 0: some of its users have an amount above zero too");
}

TEST_F(VerifyEventsTest, UsersOfAKeyThatDidNotDoTheEvent) {
  put_fragment(at(kKey, engine::kPresentPart), 0, Bitmap::range(90, 103));
  expect_problem("(day 20000, part 0), shard 0: 3 of its users are not among those of the event");
  put_fragment(at(kKey, engine::kPresentPart, kDay + 9), 0, Bitmap::range(0, 2));
  expect_problem("(day 20009, part 0), shard 0: 2 of its users are not among those of the event");
}

TEST_F(VerifyEventsTest, OneDamagedRowIsOneProblem) {
  for (const std::uint32_t part : {engine::kPresentPart, engine::kExtraPart, engine::kPlusPart}) {
    const auto key = make_key<3>({kEvent, engine::day_row(kDay, part), 0});
    flip(KeySpace::Fragments, key, 1);
    const VerifyReport found = report();
    EXPECT_EQ(found.problem_count, 1U) << part << "\n" << test::problems_of(found);
    flip(KeySpace::Fragments, key, 1);
  }
}

TEST_F(VerifyEventsTest, FieldsThatBelongToNothing) {
  put_fragment({kSpare, 0}, 0, Bitmap::range(0, 1));
  expect_problem("fragment of 8, row 0, shard 0: there is no such tag");
  damage([&](WriteTransaction& txn) {
    must(txn.erase(KeySpace::Segments, bytes_of("guests")));
    must(txn.erase(KeySpace::Values, make_key<2>({kEvent, kKey})));
  });
  expect_problem("fragment of 7, row 0, shard 0: there is no such tag");
  expect_problem("fragment of 6, row " + std::to_string(engine::day_row(kDay, 0)) +
                 ", shard 0: there is no such tag");
}

TEST_F(VerifyEventsTest, FieldsThatBelongToTwo) {
  put_value(kEvent, {kFlag, "odd", {}, {}});
  expect_problem("values: \"buy:odd\" has the number 1, which is that of \"flag\"");
  put_value(kEvent, {99, "far", {}, {}});
  expect_problem("values: \"buy:far\" has the number 99, which was never given out");
  SegmentRecord list;
  list.name = "other";
  const std::vector<std::pair<engine::FieldId, std::string>> owned = {
      {kList, "guests"}, {kKey, "buy:beauty"}, {kFlag, "flag"}};
  for (const auto& [field, owner] : owned) {
    list.list = field;
    put_segment("other", list);
    expect_problem("segments: \"other\" has the number " + std::to_string(field) +
                   ", which is that of \"" + owner + "\"");
  }
  list.list = 99;
  put_segment("other", list);
  expect_problem("segments: \"other\" has the number 99, which was never given out");
}

TEST_F(VerifyEventsTest, StaticLists) {
  put_fragment({kList, 1}, 0, Bitmap::range(0, 1));
  expect_problem("fragment of \"guests\", row 1, shard 0: a list has no such row");
  put_fragment({kList, engine::kFlagRow}, 0, Bitmap::range(kUsers - 1, kUsers + 4));
  expect_problem(
      "fragment of \"guests\", row 0, shard 0: 4 of its users are not in the population");
}

TEST_F(VerifyEventsTest, SegmentsAndLoads) {
  flip(KeySpace::Segments, bytes_of("vips"), 0);
  expect_problem("segments: damaged record: segment \"vips\" has record version");
  flip(KeySpace::Segments, bytes_of("vips"), 0);
  flip(KeySpace::Loads, bytes_of("load"), 1);
  expect_problem("loads: damaged record: load \"load\"");
  flip(KeySpace::Loads, bytes_of("load"), 1);
  EXPECT_TRUE(report().clean());
  SegmentRecord other;
  other.name = "other";
  other.expression = "flag";
  put_segment("vips", other);
  expect_problem("segment \"vips\" is called \"other\" in its record");
  damage([&](WriteTransaction& txn) {
    RecordWriter record;
    encode(LoadRecord{"other", "f", 0, 0, 0}, record);
    must(txn.put(KeySpace::Loads, bytes_of("load"), record.bytes()));
  });
  expect_problem("load \"load\" has the id \"other\" in its record");
}

TEST_F(VerifyTest, IdsInBothDirections) {
  flip(KeySpace::Users, make_key<1>({3}), 1'000'000);  // the last letter of an id
  expect_problem("is not in the directory");
  flip(KeySpace::Users, make_key<1>({3}), 1'000'000);
  flip(KeySpace::Users, make_key<1>({3}), 0);
  expect_problem("users, block 3: damaged record");
  flip(KeySpace::Users, make_key<1>({3}), 0);
  EXPECT_TRUE(report().clean());

  damage([&](WriteTransaction& txn) { must(txn.erase(KeySpace::Users, make_key<1>({3}))); });
  expect_problem("69744 ids can be read, expected 70000");
}

TEST_F(VerifyTest, TheDirectoryOfIds) {
  std::uint32_t bucket = 0;
  damage([&](WriteTransaction& txn) {
    const auto meta = must(decode_meta(*must(txn.get(KeySpace::Meta, bytes_of("database")))));
    bucket = place_of("u7", meta.id_seed).bucket;
  });
  const auto key = make_key<1>({bucket});
  flip(KeySpace::Ids, key, 4);  // the index of the first entry
  expect_problem("is not in the directory");
  flip(KeySpace::Ids, key, 4);
  damage([&](WriteTransaction& txn) {
    auto entries = bytes_at(txn, KeySpace::Ids, key);
    entries.insert(entries.end(), entries.begin(), entries.begin() + 8);
    must(txn.put(KeySpace::Ids, key, entries));
  });
  expect_problem("its entries are not in order");
  expect_problem("the directory has 70001 entries, expected 70000");
  damage([&](WriteTransaction& txn) { must(txn.put(KeySpace::Ids, key, bytes_of("1234567"))); });
  expect_problem("a bucket of the id directory has 7 bytes");
  damage([&](WriteTransaction& txn) {
    must(txn.put(KeySpace::Ids, make_key<1>({70'000}), bytes_of("12345678")));
  });
  expect_problem("a key that is not the number of a bucket");
}

TEST_F(VerifyTest, TwoUsersOfOneId) {
  damage([&](WriteTransaction& txn) {
    const auto meta = must(decode_meta(*must(txn.get(KeySpace::Meta, bytes_of("database")))));
    // User 9 gets the id of user 7, and the directory says so too.
    const auto block_key = make_key<1>({0});
    const auto old = bytes_at(txn, KeySpace::Users, block_key);
    const IdBlock block = must(IdBlock::decode(old));
    std::vector<std::string_view> ids;
    for (unsigned at = 0; at < block.size(); ++at) {
      ids.push_back(must(block.id(at == 9 ? 7 : at)));
    }
    must(txn.put(KeySpace::Users, block_key, encode_id_block(ids)));
    const IdPlace place = place_of("u7", meta.id_seed);
    const auto key = make_key<1>({place.bucket});
    const IdBucket bucket = must(IdBucket::decode(*must(txn.get(KeySpace::Ids, key))));
    std::vector<IdEntry> entries = {{place.hash, 9}};
    for (std::size_t i = 0; i < bucket.size(); ++i) {
      entries.push_back(bucket.at(i));
    }
    std::sort(entries.begin(), entries.end());
    must(txn.put(KeySpace::Ids, key, std::as_bytes(std::span(entries))));
  });
  expect_problem("users 7, 9 have the same id \"u7\"");
}

TEST_F(VerifyTest, ADamagedPopulationIsOneProblemNotOneAFragment) {
  flip(KeySpace::Fragments, make_key<3>({0, 0, 0}), 8);
  const VerifyReport found = report();
  EXPECT_EQ(found.problem_count, 1U) << test::problems_of(found);
}

TEST_F(VerifyTest, OnlyTheFirstHundredProblemsAreKept) {
  damage([&](WriteTransaction& txn) {
    for (std::uint32_t field = 1000; field < 1150; ++field) {
      must(txn.put(KeySpace::Fragments, make_key<3>({field, 0, 0}),
                   fragment_of(Bitmap::range(0, 1))));
    }
  });
  const VerifyReport found = report();
  EXPECT_EQ(found.problem_count, 150U);
  EXPECT_EQ(found.problems.size(), 100U);
}

TEST_F(VerifyTest, QueriesOnDamagedSizesAreErrorsToo) {
  damage([&](WriteTransaction& txn) {
    auto bytes = bytes_at(txn, KeySpace::Fragments, make_key<3>({kFlag, 0, 0}));
    bytes.pop_back();
    must(txn.put(KeySpace::Fragments, make_key<3>({kFlag, 0, 0}), bytes));
    must(txn.put(KeySpace::Tags, make_key<1>({kSet}), bytes_of("\x01zzz")));
  });
  const auto store = open_store(folder_.path(), OpenMode::Write);
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.fetch({kFlag, 0}, 0).error().code(), ErrorCode::Corrupt);
    EXPECT_EQ(snapshot.tags().error().code(), ErrorCode::Corrupt);
    return {};
  }));
  must(store->write([](WriteTxn& txn) -> Status {
    EXPECT_EQ(txn.load_fragment({kFlag, 0}, 0).error().code(), ErrorCode::Corrupt);
    return {};
  }));
}

}  // namespace
}  // namespace tagline::storage
