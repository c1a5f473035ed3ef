// Opening, what is refused, the catalogue and fragments through Store.
#include "storage/store.h"

#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "tests/storage/database_folder.h"

#include <array>
#include <atomic>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using engine::RowKey;
using engine::TagKind;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;
using test::scattered;
using test::tag_of;

// Enough for fragments of several bitset containers, few enough to be quick.
constexpr std::uint32_t kMany = 4 * engine::kBlockUsers;

ErrorCode open_error(const std::filesystem::path& folder, OpenMode mode) {
  OpenOptions options;
  options.mode = mode;
  const auto store = Store::open(folder, options);
  if (store.has_value()) {
    throw std::runtime_error("it opened");
  }
  EXPECT_FALSE(store.error().message().en.empty());
  EXPECT_FALSE(store.error().message().zh.empty());
  return store.error().code();
}

void spill(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

TEST(StoreOpen, ANewDatabaseIsEmptyAndKeepsItsZone) {
  const Folder folder;
  OpenOptions options;
  options.mode = OpenMode::Create;
  options.time_zone = "America/New_York";
  const auto place = folder.path() / "a" / "b";
  {
    const auto store = must(Store::open(place, options));
    EXPECT_EQ(store->folder(), place);
    must(store->read([](const Snapshot& snapshot) -> Status {
      EXPECT_EQ(snapshot.version(), 0U);
      EXPECT_EQ(snapshot.user_limit(), 0U);
      EXPECT_EQ(snapshot.shard_count(), 0U);
      EXPECT_EQ(must(snapshot.population()), 0U);
      EXPECT_TRUE(must(snapshot.tags()).empty());
      EXPECT_EQ(must(snapshot.find_user("nobody")), std::nullopt);
      return {};
    }));
  }
  options.time_zone = "UTC";  // of no effect on what is there
  const auto again = must(Store::open(place, options));
  must(again->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.time_zone(), "America/New_York");
    return {};
  }));
}

TEST(StoreOpen, ADatabaseNothingWasWrittenToTakesAnotherZoneWhenAsked) {
  const Folder folder;
  OpenOptions options;
  options.mode = OpenMode::Create;
  options.time_zone = "UTC";
  const auto zone = [](Store& store) {
    return must(store.read(
        [](const Snapshot& snapshot) -> Result<std::string> { return snapshot.time_zone(); }));
  };
  EXPECT_EQ(zone(*must(Store::open(folder.path(), options))), "UTC");
  options.time_zone = "Europe/Paris";
  options.rezone_unused = true;
  {
    const auto store = must(Store::open(folder.path(), options));
    EXPECT_EQ(zone(*store), "Europe/Paris");
    must(store->write([](WriteTxn& txn) { return add_users(txn, 0, 1); }));
  }
  options.time_zone = "UTC";
  EXPECT_EQ(zone(*must(Store::open(folder.path(), options))), "Europe/Paris");
}

TEST(StoreOpen, WhatIsNotThereIsNotFoundAndNothingIsMade) {
  const Folder folder;
  EXPECT_EQ(open_error(folder.path() / "none", OpenMode::Read), ErrorCode::NotFound);
  EXPECT_EQ(open_error(folder.path() / "none", OpenMode::Write), ErrorCode::NotFound);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "none"));
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::NotFound);
  EXPECT_EQ(open_error(folder.path(), OpenMode::Write), ErrorCode::NotFound);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  spill(folder.path() / "data.mdb", "");
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::NotFound);
  EXPECT_NE(open_store(folder.path(), OpenMode::Create),
            nullptr);  // whoever made it was killed at once
}

TEST(StoreOpen, OtherFilesAreWrongFormat) {
  const Folder folder;
  spill(folder.path() / "file", "x");
  EXPECT_EQ(open_error(folder.path() / "file", OpenMode::Read), ErrorCode::WrongFormat);
  EXPECT_EQ(open_error(folder.path() / "file", OpenMode::Create), ErrorCode::WrongFormat);
  spill(folder.path() / "data.mdb", "short");
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::WrongFormat);
  spill(folder.path() / "data.mdb", std::string(20000, 'x'));
  EXPECT_EQ(open_error(folder.path(), OpenMode::Create), ErrorCode::WrongFormat);
  spill(folder.path() / "data.mdb", std::string(20000, '\0'));
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::WrongFormat);
}

TEST(StoreOpen, AnLmdbFileOfSomebodyElseIsWrongFormat) {
  const Folder folder;
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  char key[] = "key";
  MDB_val val{3, key};
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_open(env, folder.path().c_str(), 0, 0644), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &dbi), 0);
  ASSERT_EQ(mdb_put(txn, dbi, &val, &val, 0), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::WrongFormat);
  EXPECT_EQ(open_error(folder.path(), OpenMode::Create), ErrorCode::WrongFormat);
}

/// A new database that says it is of format `version`.
void make_database_of(const std::filesystem::path& folder, std::uint8_t version) {
  (void)open_store(folder, OpenMode::Create);
  auto environment = must(LmdbEnvironment::open(folder, Access::Write, 0));
  must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
  auto txn = must(environment.begin_write());
  const auto stored = must(txn.get(KeySpace::Meta, bytes_of("database")));
  ASSERT_TRUE(stored.has_value());
  std::vector<std::byte> meta(stored->begin(), stored->end());
  meta[8] = std::byte{version};
  must(txn.put(KeySpace::Meta, bytes_of("database"), meta));
  must(txn.commit());
}

/// Takes key spaces away, as if an older version had made the database.
void drop_key_spaces(const std::filesystem::path& folder,
                     const std::vector<std::string_view>& names) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(env, kKeySpaceCount), 0);
  ASSERT_EQ(mdb_env_open(env, folder.c_str(), 0, 0644), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  for (const std::string_view name : names) {
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_dbi_open(txn, name.data(), 0, &dbi), 0);
    ASSERT_EQ(mdb_drop(txn, dbi, 1), 0);
  }
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

TEST(StoreOpen, ANewerFormatVersionIsWrongFormatAndSaysWhich) {
  const Folder folder;
  make_database_of(folder.path(), 9);
  const auto store = Store::open(folder.path(), OpenOptions{});
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code(), ErrorCode::WrongFormat);
  EXPECT_NE(
      store.error().message().en.find("format version is 9, this program reads versions 3 to 8"),
      std::string::npos)
      << store.error().message().en;
  EXPECT_EQ(store.error().hint().en, "open it with the version of Tagline that wrote it");
}

TEST(StoreOpen, AnOlderFormatVersionIsWrongFormatAndSaysWhatToDo) {
  const Folder folder;
  make_database_of(folder.path(), 1);
  drop_key_spaces(folder.path(), {"segments", "loads"});  // version 1 had none
  for (const OpenMode mode : {OpenMode::Read, OpenMode::Write, OpenMode::Create}) {
    OpenOptions options;
    options.mode = mode;
    const auto store = Store::open(folder.path(), options);
    ASSERT_FALSE(store.has_value());
    EXPECT_EQ(store.error().code(), ErrorCode::WrongFormat);
    EXPECT_NE(
        store.error().message().en.find("format version is 1, this program reads versions 3 to 8"),
        std::string::npos)
        << store.error().message().en;
    EXPECT_EQ(store.error().hint().en, "load the files again into a new folder");
    EXPECT_EQ(store.error().hint().zh, "请将文件重新导入到新的文件夹");
  }
}

TEST(StoreOpen, AMissingKeySpaceIsWrongFormatAndNamed) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create);
  drop_key_spaces(folder.path(), {"segments"});
  const auto store = Store::open(folder.path(), OpenOptions{});
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code(), ErrorCode::WrongFormat);
  EXPECT_NE(store.error().message().en.find("without the key space \"segments\""),
            std::string::npos)
      << store.error().message().en;
}

TEST(StoreOpen, ATruncatedFileIsCorruptNotASignal) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    must(store->write([](WriteTxn& txn) { return add_users(txn, 0, 100'000); }));
  }
  std::filesystem::resize_file(folder.path() / "data.mdb", 8192);
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::Corrupt);
  std::filesystem::resize_file(folder.path() / "data.mdb", 4096);
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::Corrupt);
}

TEST(StoreOpen, TheSameFolderTwiceInOneProcessIsBusy) {
  const Folder folder;
  auto store = open_store(folder.path(), OpenMode::Create);
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::Busy);
  EXPECT_EQ(open_error(folder.path() / ".", OpenMode::Write), ErrorCode::Busy);
  std::filesystem::create_directory_symlink(folder.path(), folder.path().string() + "-link");
  EXPECT_EQ(open_error(folder.path().string() + "-link", OpenMode::Read), ErrorCode::Busy);
  std::filesystem::remove(folder.path().string() + "-link");
  store.reset();
  EXPECT_NE(open_store(folder.path(), OpenMode::Read), nullptr);
}

TEST(StoreOpen, AnUnknownZoneMakesNoDatabase) {
  const Folder folder;
  OpenOptions options;
  options.mode = OpenMode::Create;
  options.time_zone = "Mars/Olympus";
  EXPECT_EQ(Store::open(folder.path(), options).error().code(), ErrorCode::BadInput);
  EXPECT_EQ(open_error(folder.path(), OpenMode::Read), ErrorCode::NotFound);
}

class StoreTest : public testing::Test {
 protected:
  Folder folder_;
  std::unique_ptr<Store> store_ = open_store(folder_.path(), OpenMode::Create);

  void reopen(OpenMode mode) {
    store_.reset();
    store_ = open_store(folder_.path(), mode);
  }
  std::uint64_t version() {
    return must(store_->read(
        [](const Snapshot& snapshot) -> Result<std::uint64_t> { return snapshot.version(); }));
  }
};

TEST_F(StoreTest, TagsAndValuesComeBackAndAreReplaced) {
  TagRecord city = tag_of("city", TagKind::Category);
  city.title = {"City", "城市"};
  must(store_->write([&](WriteTxn& txn) -> Status {
    city.field = must(txn.put_tag(city));
    EXPECT_EQ(city.field, 1U);
    EXPECT_EQ(must(txn.put_tag(tag_of("churn_risk", TagKind::Flag))), 2U);
    const std::vector<ValueRecord> values = {{1, "tier1", {"一线"}, {"Tier 1", "一线"}},
                                             {2, "tier2", {}, {}}};
    must(txn.put_values(city.field, values));
    EXPECT_EQ(must(txn.tags()).size(), 2U);
    EXPECT_EQ(must(txn.values(city.field)), values);
    return {};
  }));
  EXPECT_EQ(version(), 1U);
  city.name = "town";
  const ValueRecord renamed{2, "second", {}, {}};
  must(store_->write([&](WriteTxn& txn) -> Status {
    EXPECT_EQ(must(txn.put_tag(city)), 1U);
    must(txn.put_values(1, std::vector<ValueRecord>{renamed}));
    // The names given up are free again.
    EXPECT_EQ(must(txn.put_tag(tag_of("city", TagKind::Set))), 3U);
    return txn.put_values(1, std::vector<ValueRecord>{{3, "tier2", {}, {}}});
  }));
  reopen(OpenMode::Read);
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.version(), 2U);
    const auto tags = must(snapshot.tags());
    EXPECT_EQ(tags.size(), 3U);
    EXPECT_EQ(tags.at(0), city);
    EXPECT_EQ(tags.at(2).name, "city");
    const auto values = must(snapshot.values(1));
    EXPECT_EQ(values.size(), 3U);
    EXPECT_EQ(values.at(1), renamed);
    EXPECT_TRUE(must(snapshot.values(2)).empty());
    return {};
  }));
}

TEST_F(StoreTest, NamesAreUniqueAndBounded) {
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(txn.put_tag(tag_of("a", TagKind::Category)));
    EXPECT_EQ(txn.put_tag(tag_of("a", TagKind::Flag)).error().code(), ErrorCode::SchemaConflict);
    EXPECT_EQ(txn.put_tag(tag_of("", TagKind::Flag)).error().code(), ErrorCode::BadInput);
    EXPECT_TRUE(txn.put_tag(tag_of(std::string(kNameBytesMax, 'x'), TagKind::Flag)).has_value());
    EXPECT_EQ(
        txn.put_tag(tag_of(std::string(kNameBytesMax + 1, 'x'), TagKind::Flag)).error().code(),
        ErrorCode::TooLarge);
    TagRecord other_kind = tag_of("a", TagKind::Set);
    other_kind.field = 1;
    EXPECT_EQ(txn.put_tag(other_kind).error().code(), ErrorCode::SchemaConflict);
    other_kind.field = 99;
    other_kind.name = "b";
    EXPECT_EQ(txn.put_tag(other_kind).error().code(), ErrorCode::NotFound);
    TagRecord fine = tag_of("fine", TagKind::Number);
    fine.scale = 19;
    EXPECT_EQ(txn.put_tag(fine).error().code(), ErrorCode::TooLarge);

    const auto put = [&](engine::RowId row, const std::string& name) {
      return txn.put_values(1, std::vector<ValueRecord>{{row, name, {}, {}}});
    };
    EXPECT_TRUE(put(1, "v").has_value());
    EXPECT_EQ(put(2, "v").error().code(), ErrorCode::SchemaConflict);
    EXPECT_TRUE(put(2, std::string(kNameBytesMax, 'x')).has_value());
    EXPECT_EQ(put(3, std::string(kNameBytesMax + 1, 'x')).error().code(), ErrorCode::TooLarge);
    EXPECT_EQ(put(0, "existence").error().code(), ErrorCode::Internal);
    EXPECT_EQ(txn.put_values(2, std::vector<ValueRecord>{{1, "v", {}, {}}}).error().code(),
              ErrorCode::Internal);
    EXPECT_EQ(txn.put_values(77, {}).error().code(), ErrorCode::NotFound);
    return {};
  }));
}

TEST_F(StoreTest, AFailedWriteChangesNothingAndAnEmptyOneRaisesNoVersion) {
  const Status status = store_->write([](WriteTxn& txn) -> Status {
    must(txn.put_tag(tag_of("gone", TagKind::Flag)));
    must(add_users(txn, 0, 10));
    return failure(ErrorCode::BadInput, {"no", "不"});
  });
  EXPECT_EQ(status.error().code(), ErrorCode::BadInput);
  must(store_->write([](WriteTxn& txn) -> Status {
    EXPECT_EQ(txn.user_limit(), 0U);
    EXPECT_TRUE(must(txn.tags()).empty());
    return {};
  }));
  EXPECT_EQ(version(), 0U);
}

TEST_F(StoreTest, TheSameFragmentAgainChangesNothing) {
  const auto load = [](WriteTxn& txn) -> Status {
    if (txn.user_limit() == 0) {
      must(add_users(txn, 0, 1000));
      must(txn.put_tag(tag_of("f", TagKind::Flag)));
    }
    return txn.put_fragment({1, 0}, 0, scattered(0, 1000));
  };
  must(store_->write(load));
  must(store_->write(load));
  EXPECT_EQ(version(), 1U);
}

TEST_F(StoreTest, AReaderMayNotWrite) {
  reopen(OpenMode::Read);
  EXPECT_EQ(store_->write([](WriteTxn&) -> Status { return {}; }).error().code(),
            ErrorCode::ReadOnly);
}

TEST_F(StoreTest, WritingInsideReadingOrWritingIsRefusedAndReadingInsideWritingSeesTheOldState) {
  const auto nothing = [](WriteTxn&) -> Status { return {}; };
  must(store_->read([&](const Snapshot&) -> Status {
    EXPECT_EQ(store_->write(nothing).error().code(), ErrorCode::Internal);
    return {};
  }));
  must(store_->write([&](WriteTxn& txn) -> Status {
    EXPECT_EQ(store_->write(nothing).error().code(), ErrorCode::Internal);
    must(add_users(txn, 0, 5));
    return store_->read([](const Snapshot& snapshot) -> Status {
      EXPECT_EQ(snapshot.user_limit(), 0U);
      return {};
    });
  }));
}

TEST_F(StoreTest, FragmentsComeBackAreReplacedAndRemoved) {
  const RowKey flag{1, 0};
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, engine::kShardUsers + 5));
    must(txn.put_tag(tag_of("f", TagKind::Flag)));
    must(txn.put_fragment(flag, 0, scattered(0, engine::kShardUsers)));
    must(txn.put_fragment(flag, 1, Bitmap::range(0, 5)));
    EXPECT_TRUE(must(txn.load_fragment(flag, 0)) == scattered(0, engine::kShardUsers));
    EXPECT_TRUE(must(txn.load_fragment({1, 1}, 1)).empty());
    // Users who do not exist.
    EXPECT_EQ(txn.put_fragment(flag, 1, Bitmap::range(0, 6)).error().code(), ErrorCode::Internal);
    EXPECT_EQ(txn.put_fragment(flag, 0, Bitmap::range(engine::kShardUsers, engine::kShardUsers + 1))
                  .error()
                  .code(),
              ErrorCode::Internal);
    EXPECT_EQ(txn.put_fragment(flag, 4096, Bitmap::range(0, 1)).error().code(),
              ErrorCode::Internal);
    return {};
  }));
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.shard_count(), 2U);
    EXPECT_EQ(must(snapshot.cardinality(flag)),
              scattered(0, engine::kShardUsers).cardinality() + 5);
    EXPECT_EQ(must(snapshot.cardinality({1, 1})), 0U);
    EXPECT_EQ(must(snapshot.population()), engine::kShardUsers + 5U);
    EXPECT_EQ(must(snapshot.fetch(flag, 0)).cardinality(),
              scattered(0, engine::kShardUsers).cardinality());
    EXPECT_EQ(must(snapshot.fetch({1, 1}, 1)).cardinality(), 0U);
    EXPECT_EQ(must(snapshot.fetch(flag, 1)).cardinality(), 5U);
    EXPECT_EQ(must(snapshot.fetch({9, 9}, 9)).cardinality(), 0U);
    return {};
  }));
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(txn.put_fragment(flag, 0, Bitmap::range(7, 8)));
    return txn.put_fragment(flag, 1, Bitmap());
  }));
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.cardinality(flag)), 1U);
    EXPECT_EQ(must(snapshot.fetch(flag, 1)).cardinality(), 0U);
    return {};
  }));
  EXPECT_TRUE(test::verified(*store_).clean()) << test::problems_of(test::verified(*store_));
}

TEST_F(StoreTest, LargeFragmentsAreReadInPlaceAndSmallOnesCopied) {
  // Large: 16 bitset containers. Small: a few users. Several of each, so that page positions vary.
  constexpr engine::FieldId kTags = 20;
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, kMany));
    for (engine::FieldId field = 1; field <= kTags; ++field) {
      must(txn.put_tag(tag_of("f" + std::to_string(field), TagKind::Flag)));
      must(txn.put_fragment({field, 0}, 0,
                            field % 2 == 1 ? scattered(field, kMany) : scattered(field, 5000, 97)));
    }
    return {};
  }));
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    for (engine::FieldId field = 1; field <= kTags; ++field) {
      const auto fragment = must(snapshot.fetch({field, 0}, 0));
      if (field % 2 == 1) {
        EXPECT_TRUE(fragment.borrowed()) << field;
      }
    }
    // A few small ones lie aligned by chance (about one in ten); they may be read in place as well.
    unsigned copied = 0;
    for (engine::FieldId field = 2; field <= kTags; field += 2) {
      copied += must(snapshot.fetch({field, 0}, 0)).borrowed() ? 0U : 1U;
    }
    EXPECT_GE(copied, 5U);
    return {};
  }));
}

TEST_F(StoreTest, ABorrowedFragmentDoesNotChangeWhileOthersCommit) {
  const RowKey flag{1, 0};
  const Bitmap before = scattered(0, kMany);
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, kMany));
    must(txn.put_tag(tag_of("f", TagKind::Flag)));
    return txn.put_fragment(flag, 0, before.clone());
  }));
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    const auto fragment = must(snapshot.fetch(flag, 0));
    EXPECT_TRUE(fragment.borrowed());
    // Several commits, so that LMDB would recycle the page if it were free.
    std::thread writer([&] {
      for (std::uint32_t round = 1; round <= 6; ++round) {
        must(store_->write(
            [&](WriteTxn& txn) { return txn.put_fragment(flag, 0, scattered(round, kMany, 5)); }));
      }
    });
    writer.join();
    std::uint64_t agreeing = 0;
    for (const engine::Container& container : fragment.containers()) {
      EXPECT_EQ(container.kind, engine::ContainerKind::Bitset);
      for (std::uint32_t i = 0; i < engine::kBlockUsers; ++i) {
        const bool set = (std::to_integer<unsigned>(container.data[i / 8]) >> (i % 8) & 1U) != 0;
        const std::uint32_t user = container.block * engine::kBlockUsers + i;
        agreeing += set == (user % 3 == 0 && user < kMany) ? 1 : 0;
      }
    }
    EXPECT_EQ(agreeing, 4 * engine::kBlockUsers);
    EXPECT_EQ(snapshot.version(), 1U);
    return {};
  }));
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.cardinality(flag)), scattered(6, kMany, 5).cardinality());
    return {};
  }));
}

TEST_F(StoreTest, NumbersOfAUserAreReadFromTheirSlices) {
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, 70'000));
    must(txn.put_tag(tag_of("n", TagKind::Number)));
    must(txn.put_tag(tag_of("f", TagKind::Flag)));
    const auto put = [&](engine::RowId row, std::vector<std::uint32_t> users) {
      must(txn.put_fragment({1, row}, 0, Bitmap::of(users)));
    };
    // User 3: 5. User 66,000: -(2^62 + 4). User 9: 0. User 10: unknown.
    put(engine::kExistsRow, {3, 9, 66'000});
    put(engine::kSignRow, {66'000});
    put(engine::kFirstBitRow, {3});
    put(engine::kFirstBitRow + 2, {3, 66'000});
    put(engine::kFirstBitRow + 62, {66'000});
    must(txn.put_fragment({2, 0}, 0, scattered(0, 70'000, 2)));
    return {};
  }));
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.number_of(1, 3)), 5);
    EXPECT_EQ(must(snapshot.number_of(1, 66'000)), -((1LL << 62) + 4));
    EXPECT_EQ(must(snapshot.number_of(1, 9)), 0);
    EXPECT_EQ(must(snapshot.number_of(1, 10)), std::nullopt);
    EXPECT_EQ(must(snapshot.number_of(1, 4'000'000'000)), std::nullopt);
    EXPECT_EQ(must(snapshot.value_bits(1)), 63U);
    EXPECT_EQ(must(snapshot.value_bits(2)), 0U);
    EXPECT_EQ(must(snapshot.value_bits(3)), 0U);
    EXPECT_EQ(must(snapshot.value_bits(std::numeric_limits<engine::FieldId>::max())), 0U);
    return {};
  }));
}

TEST_F(StoreTest, NumbersAreFoundInEveryKindOfContainer) {
  // Bit 0: a bitset; bit 1: runs; bit 2: an array.
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, 65'536));
    must(txn.put_tag(tag_of("n", TagKind::Number)));
    must(txn.put_fragment({1, engine::kExistsRow}, 0, Bitmap::range(0, 65'536)));
    must(txn.put_fragment({1, engine::kFirstBitRow}, 0, scattered(0, 65'536)));
    Bitmap runs = Bitmap::range(100, 200);
    runs.unite(Bitmap::range(40'000, 65'536));
    must(txn.put_fragment({1, engine::kFirstBitRow + 1}, 0, std::move(runs)));
    return txn.put_fragment({1, engine::kFirstBitRow + 2}, 0, scattered(0, 65'536, 1000));
  }));
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    for (const std::uint32_t user :
         {0U, 1U, 3U, 99U, 100U, 150U, 199U, 200U, 39'999U, 40'000U, 65'000U, 65'535U}) {
      const std::int64_t expected = (user % 3 == 0 ? 1 : 0) +
                                    ((user >= 100 && user < 200) || user >= 40'000 ? 2 : 0) +
                                    (user % 1000 == 0 ? 4 : 0);
      EXPECT_EQ(must(snapshot.number_of(1, user)), expected) << user;
    }
    return {};
  }));
}

using StoreDeathTest = StoreTest;

TEST_F(StoreDeathTest, AFragmentThatOutlivesItsSnapshotAborts) {
  must(store_->write([&](WriteTxn& txn) { return add_users(txn, 0, kMany); }));
  must(store_->write([&](WriteTxn& txn) -> Status {
    must(txn.put_tag(tag_of("f", TagKind::Flag)));
    return txn.put_fragment({1, 0}, 0, scattered(0, kMany));
  }));
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        engine::Fragment smuggled;
        must(store_->read([&](const Snapshot& snapshot) -> Status {
          smuggled = must(snapshot.fetch({1, 0}, 0));
          return {};
        }));
      },
      "1 fragments outlived the snapshot");
}

}  // namespace
}  // namespace tagline::storage
