// External ids to indexes and back.
#include "storage/record_codec.h"
#include "storage/user_directory.h"
#include "tests/storage/database_folder.h"

#include <array>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using test::add_users;
using test::Folder;
using test::Ids;
using test::must;
using test::open_store;

class UsersTest : public testing::Test {
 protected:
  Folder folder_;
  std::unique_ptr<Store> store_ = open_store(folder_.path(), OpenMode::Create);

  Status add(const std::vector<std::string>& ids) {
    const std::vector<std::string_view> views(ids.begin(), ids.end());
    return store_->write([&](WriteTxn& txn) { return txn.add_users(views); });
  }
  std::optional<engine::UserIndex> find(std::string_view id) {
    return must(store_->read([&](const Snapshot& snapshot) { return snapshot.find_user(id); }));
  }
};

TEST_F(UsersTest, AnyBytesUpToTheLimitAreAnId) {
  const std::vector<std::string> ids = {std::string("a\0b", 3),
                                        std::string("a\0c", 3),
                                        std::string(1, '\0'),
                                        "\xFF\xFE not UTF-8",
                                        "用户一",
                                        std::string(kExternalIdBytesMax, 'z'),
                                        std::string(kExternalIdBytesMax - 1, 'z')};
  must(add(ids));
  for (std::uint32_t user = 0; user < ids.size(); ++user) {
    EXPECT_EQ(find(ids[user]), user);
    EXPECT_EQ(
        must(store_->read([&](const Snapshot& snapshot) { return snapshot.external_id(user); })),
        ids[user]);
  }
  EXPECT_EQ(find("a"), std::nullopt);
  EXPECT_EQ(add({"fine", std::string(kExternalIdBytesMax + 1, 'z')}).error().code(),
            ErrorCode::TooLarge);
  EXPECT_EQ(add({"fine", ""}).error().code(), ErrorCode::BadInput);
  EXPECT_EQ(find("fine"), std::nullopt);
  EXPECT_EQ(find(std::string(100'000, 'z')), std::nullopt);
  EXPECT_TRUE(test::verified(*store_).clean()) << test::problems_of(test::verified(*store_));
}

TEST_F(UsersTest, IndexesAreDenseOverBlocksCallsAndTransactions) {
  // Edges of the blocks of 256, several calls in one transaction, and an id of an uncommitted user.
  must(store_->write([](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, 1));
    must(add_users(txn, 1, 255));
    must(add_users(txn, 255, 256));
    must(add_users(txn, 256, 1000));
    must(txn.add_users({}));
    EXPECT_EQ(txn.user_limit(), 1000U);
    EXPECT_EQ(must(txn.find_user("u999")), 999U);
    EXPECT_EQ(must(txn.find_user("u1000")), std::nullopt);
    return {};
  }));
  must(store_->write([](WriteTxn& txn) -> Status {
    must(add_users(txn, 1000, 1025));
    return add_users(txn, 1025, 30'000);
  }));
  must(store_->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.user_limit(), 30'000U);
    EXPECT_EQ(must(snapshot.population()), 30'000U);
    for (std::uint32_t user = 0; user < 30'000; ++user) {
      const std::string id = "u" + std::to_string(user);
      EXPECT_EQ(must(snapshot.external_id(user)), id);
      EXPECT_EQ(must(snapshot.find_user(id)), user);
    }
    EXPECT_EQ(snapshot.external_id(30'000).error().code(), ErrorCode::NotFound);
    EXPECT_EQ(snapshot.external_id(0xFFFFFFFF).error().code(), ErrorCode::NotFound);
    return {};
  }));
  EXPECT_TRUE(test::verified(*store_).clean()) << test::problems_of(test::verified(*store_));
}

TEST_F(UsersTest, ManyUsersShareABucket) {
  // Texts chosen so that with this database's seed all of them fall into a handful of buckets.
  const std::uint64_t seed = [&] {
    std::uint64_t read = 0;
    store_.reset();
    auto environment = must(LmdbEnvironment::open(folder_.path(), Access::Read, 0));
    must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
    auto txn = must(environment.begin_read());
    read = must(decode_meta(*must(txn->get(KeySpace::Meta, bytes_of("database"))))).id_seed;
    return read;
  }();
  store_ = open_store(folder_.path(), OpenMode::Write);
  std::vector<std::string> ids;
  for (std::uint32_t number = 0; ids.size() < 600; ++number) {
    std::string id = "c" + std::to_string(number);
    if (place_of(id, seed).bucket % 4096 == 0) {  // 16 buckets of 65,536
      ids.push_back(std::move(id));
    }
  }
  // One by one and in bulk, so that buckets are merged many times.
  for (std::size_t i = 0; i < 20; ++i) {
    must(add({ids[i]}));
  }
  must(add({ids.begin() + 20, ids.begin() + 300}));
  must(add({ids.begin() + 300, ids.end()}));
  for (std::uint32_t user = 0; user < ids.size(); ++user) {
    EXPECT_EQ(find(ids[user]), user);
  }
  EXPECT_TRUE(test::verified(*store_).clean()) << test::problems_of(test::verified(*store_));
}

TEST_F(UsersTest, AnIdAddedTwiceIsRefusedAndCannotBeCommitted) {
  must(add({"a", "b"}));
  EXPECT_EQ(add({"c", "b"}).error().code(), ErrorCode::Internal);
  EXPECT_EQ(add({"d", "e", "d"}).error().code(), ErrorCode::Internal);
  const Status swallowed = store_->write([](WriteTxn& txn) -> Status {
    const std::array<std::string_view, 1> again = {"a"};
    EXPECT_FALSE(txn.add_users(again).has_value());
    return {};
  });
  EXPECT_EQ(swallowed.error().code(), ErrorCode::Internal);
  EXPECT_EQ(find("c"), std::nullopt);
  must(store_->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.user_limit(), 2U);
    return {};
  }));
}

TEST_F(UsersTest, IdsAreListedInIndexOrderUntilToldToStop) {
  must(store_->write([](WriteTxn& txn) { return add_users(txn, 0, 20'000); }));
  must(store_->read([](const Snapshot& snapshot) -> Status {
    const engine::Bitmap every_third = test::scattered(0, 20'000);
    std::vector<std::uint32_t> seen;
    must(snapshot.for_each_external_id(every_third,
                                       [&](engine::UserIndex user, std::string_view id) {
                                         EXPECT_EQ(id, "u" + std::to_string(user));
                                         seen.push_back(user);
                                         // The snapshot may be used meanwhile.
                                         EXPECT_EQ(must(snapshot.find_user(id)), user);
                                         return true;
                                       }));
    EXPECT_EQ(seen, every_third.to_vector());
    unsigned calls = 0;
    must(snapshot.for_each_external_id(
        every_third, [&](engine::UserIndex, std::string_view) { return ++calls < 5; }));
    EXPECT_EQ(calls, 5U);
    const auto nobody = [](engine::UserIndex, std::string_view) { return true; };
    EXPECT_TRUE(snapshot.for_each_external_id(engine::Bitmap(), nobody).has_value());
    EXPECT_EQ(
        snapshot.for_each_external_id(engine::Bitmap::range(19'999, 20'001), nobody).error().code(),
        ErrorCode::NotFound);
    EXPECT_EQ(snapshot.for_each_external_id(engine::Bitmap::range(0xFFFFFFFF, 0x100000000), nobody)
                  .error()
                  .code(),
              ErrorCode::NotFound);
    return {};
  }));
}

TEST_F(UsersTest, PopulationCrossesShards) {
  must(store_->write([](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, engine::kShardUsers - 1));
    must(add_users(txn, engine::kShardUsers - 1, engine::kShardUsers + 1));
    EXPECT_EQ(must(txn.load_fragment(engine::kPopulationRow, 1)).cardinality(), 1U);
    return {};
  }));
  must(store_->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.shard_count(), 2U);
    EXPECT_EQ(must(snapshot.population()), engine::kShardUsers + 1U);
    EXPECT_EQ(must(snapshot.find_user("u1048576")), 1'048'576U);
    return {};
  }));
}

}  // namespace
}  // namespace tagline::storage
