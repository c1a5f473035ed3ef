// Positions of readers of streams: stored, read, checked, and copied with the rest.
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "storage/verify.h"
#include "tests/storage/database_folder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using test::Folder;
using test::must;
using test::open_store;

std::vector<PositionRecord> read(Store& store, std::string_view group) {
  return must(store.read([&](const Snapshot& snapshot) { return snapshot.positions(group); }));
}

TEST(Positions, AreKeptByGroupTopicAndPartition) {
  const Folder folder;
  const std::vector<PositionRecord> all = {{"a", "t", 0, 7, 1},
                                           {"a", "t", 0xFFFF'FFFFU, 0, 2},
                                           {"a", "tt", 1, 0x7FFF'FFFF'FFFF'FFFF, 3},
                                           {"ab", "t", 0, 9, -4}};
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    EXPECT_TRUE(read(*store, "").empty());
    must(store->write([&](WriteTxn& txn) -> Status {
      for (const PositionRecord& each : all) {
        TAGLINE_RETURN_IF_ERROR(txn.put_position(each));
      }
      PositionRecord again = all.front();
      again.next = 8;
      return txn.put_position(again);
    }));
    const std::uint64_t version = must(store->read(
        [](const Snapshot& snapshot) -> Result<std::uint64_t> { return snapshot.version(); }));
    must(store->write([&](WriteTxn& txn) { return txn.put_position(all.front()); }));
    must(store->read([&](const Snapshot& snapshot) -> Status {
      EXPECT_EQ(snapshot.version(), version) << "readers see nothing of it";
      return {};
    }));
  }
  const auto store = open_store(folder.path(), OpenMode::Read);
  EXPECT_EQ(read(*store, ""), all);
  EXPECT_EQ(read(*store, "a").size(), 3U);
  EXPECT_EQ(read(*store, "ab").size(), 1U);
  EXPECT_TRUE(read(*store, "b").empty());
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_TRUE(must(verify(snapshot)).clean());
    return {};
  }));
}

TEST(Positions, WhatCannotBeInAKeyIsRefused) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  const std::vector<PositionRecord> bad = {{"", "t", 0, 1, 0},
                                           {"g", "", 0, 1, 0},
                                           {std::string(kGroupBytesMax + 1, 'g'), "t", 0, 1, 0},
                                           {"g", std::string(kTopicBytesMax + 1, 't'), 0, 1, 0},
                                           {std::string("g\0h", 3), "t", 0, 1, 0},
                                           {"g", "t", 0, -1, 0}};
  for (const PositionRecord& each : bad) {
    const Status put = store->write([&](WriteTxn& txn) { return txn.put_position(each); });
    ASSERT_FALSE(put.has_value());
    EXPECT_EQ(put.error().code(), ErrorCode::Internal);
  }
  // The longest there may be fits LMDB's keys.
  must(store->write([](WriteTxn& txn) {
    return txn.put_position(
        {std::string(kGroupBytesMax, 'g'), std::string(kTopicBytesMax, 't'), 1, 2, 0});
  }));
  EXPECT_EQ(read(*store, "").size(), 1U);
}

TEST(Positions, DamageIsFoundAndTold) {
  RecordWriter good;
  encode(PositionRecord{"g", "t", 1, 5, 6}, good);
  const std::string key = position_key({"g", "t", 1, 5, 6});
  EXPECT_EQ(must(decode_position(bytes_of(key), good.bytes())),
            (PositionRecord{"g", "t", 1, 5, 6}));
  for (std::size_t size = 0; size < good.bytes().size(); ++size) {
    EXPECT_FALSE(decode_position(bytes_of(key), good.bytes().first(size)).has_value()) << size;
  }
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_FALSE(decode_position(bytes_of(key.substr(0, size)), good.bytes()).has_value()) << size;
  }
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    must(store->write([](WriteTxn& txn) { return txn.put_position({"g", "t", 1, 5, 6}); }));
  }
  {
    auto environment = must(LmdbEnvironment::open(folder.path(), Access::Write, 0));
    must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
    auto txn = must(environment.begin_write());
    must(txn.put(KeySpace::Positions, bytes_of(key), good.bytes().first(1)));
    must(txn.commit());
  }
  const auto store = open_store(folder.path(), OpenMode::Read);
  must(store->read([](const Snapshot& snapshot) -> Status {
    const VerifyReport report = must(verify(snapshot));
    EXPECT_EQ(report.problem_count, 1U);
    EXPECT_EQ(report.problems.front().en, "positions: damaged record: a position cannot be read");
    return {};
  }));
}

}  // namespace
}  // namespace tagline::storage
