// A reader sees exactly one committed state (leveldb's generation trick). Each commit writes its
// generation into every place that can be read; a reader that finds two generations has seen half a
// commit.
#include "tests/storage/database_folder.h"

#include <atomic>
#include <bit>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;
using test::scattered;
using test::tag_of;

constexpr std::uint32_t kGenerations = 60;
constexpr unsigned kReaders = 3;
constexpr engine::FieldId kTags = 6;
constexpr std::uint32_t kUsersPerGeneration = 300;

/// As many users, tags of the description, and a small and a large fragment a tag, all told by the
/// generation.
Status write_generation(WriteTxn& txn, std::uint32_t generation) {
  TAGLINE_RETURN_IF_ERROR(add_users(txn, txn.user_limit(), txn.user_limit() + kUsersPerGeneration));
  for (engine::FieldId field = 1; field <= kTags; ++field) {
    TagRecord tag = tag_of("f" + std::to_string(field), engine::TagKind::Flag);
    tag.field = field;
    tag.description = std::to_string(generation);
    TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const auto id, txn.put_tag(tag));
    Bitmap members = scattered(0, 40'000);  // a bitset, large enough to be borrowed
    members.unite(Bitmap::range(65'536, 65'536 + generation));
    TAGLINE_RETURN_IF_ERROR(txn.put_fragment({field, 0}, 0, std::move(members)));
  }
  return {};
}

Status check_one_generation(const Snapshot& snapshot, std::uint32_t users_first,
                            std::uint64_t fixed) {
  const std::uint64_t generation = snapshot.version() - 1;
  EXPECT_EQ(snapshot.user_limit(), users_first + generation * kUsersPerGeneration);
  EXPECT_EQ(must(snapshot.population()), snapshot.user_limit());
  for (const TagRecord& tag : must(snapshot.tags())) {
    EXPECT_EQ(tag.description, std::to_string(generation));
    const auto fragment = must(snapshot.fetch({tag.field, 0}, 0));
    EXPECT_TRUE(fragment.borrowed());
    EXPECT_EQ(fragment.cardinality(), fixed + generation);
    const engine::Container* bits = fragment.find(0);
    std::uint64_t set = 0;
    for (std::size_t i = 0; bits != nullptr && i < engine::kBlockUsers / 8; ++i) {
      set += static_cast<unsigned>(std::popcount(std::to_integer<unsigned>(bits->data[i])));
    }
    EXPECT_EQ(set, fixed);
  }
  const std::uint32_t last = snapshot.user_limit() - 1;
  EXPECT_EQ(must(snapshot.find_user("u" + std::to_string(last))), last);
  EXPECT_EQ(must(snapshot.find_user("u" + std::to_string(last + 1))), std::nullopt);
  return {};
}

TEST(Generations, ReadersSeeExactlyOneEachWhileTheWriterCommits) {
  constexpr std::uint32_t kUsersFirst = 100'000;
  const std::uint64_t fixed = scattered(0, 40'000).cardinality();
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  must(store->write([&](WriteTxn& txn) -> Status {
    TAGLINE_RETURN_IF_ERROR(add_users(txn, 0, kUsersFirst));
    for (engine::FieldId field = 1; field <= kTags; ++field) {
      TagRecord tag = tag_of("f" + std::to_string(field), engine::TagKind::Flag);
      tag.description = "0";
      TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const auto id, txn.put_tag(tag));
      TAGLINE_RETURN_IF_ERROR(txn.put_fragment({field, 0}, 0, scattered(0, 40'000)));
    }
    return {};
  }));
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> reads{0};
  std::vector<std::thread> readers;
  for (unsigned i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      while (!over.load() && !testing::Test::HasFailure()) {
        must(store->read([&](const Snapshot& snapshot) {
          return check_one_generation(snapshot, kUsersFirst, fixed);
        }));
        ++reads;
      }
    });
  }
  for (std::uint32_t generation = 1; generation <= kGenerations; ++generation) {
    must(store->write([&](WriteTxn& txn) { return write_generation(txn, generation); }));
  }
  over = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_GT(reads.load(), 0U);
  must(store->read([&](const Snapshot& snapshot) {
    EXPECT_EQ(snapshot.version(), kGenerations + 1U);
    return check_one_generation(snapshot, kUsersFirst, fixed);
  }));
  EXPECT_TRUE(test::verified(*store).clean()) << test::problems_of(test::verified(*store));
}

TEST(Generations, TheMapGrowsWhileQueriesStream) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create, 1 << 20U);
  std::atomic<bool> over{false};
  std::vector<std::thread> readers;
  for (unsigned i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      while (!over.load()) {
        must(store->read([&](const Snapshot& outer) {
          // Nested reads must not wait for a growth that waits for the outer one.
          return store->read([&](const Snapshot& inner) -> Status {
            EXPECT_GE(inner.version(), outer.version());
            return {};
          });
        }));
      }
    });
  }
  for (std::uint32_t batch = 0; batch < 8; ++batch) {
    must(store->write(
        [&](WriteTxn& txn) { return add_users(txn, batch * 20'000, (batch + 1) * 20'000); }));
  }
  over = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_GT(store->map_bytes(), 1U << 20U);
  EXPECT_TRUE(test::verified(*store).clean());
}

TEST(Generations, OneSnapshotServesManyThreads) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  must(store->write([](WriteTxn& txn) -> Status {
    must(add_users(txn, 0, 200'000));
    must(txn.put_tag(tag_of("f", engine::TagKind::Flag)));
    return txn.put_fragment({1, 0}, 0, scattered(0, 200'000));
  }));
  must(store->read([](const Snapshot& snapshot) -> Status {
    const std::uint64_t expected = scattered(0, 200'000).cardinality();
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (std::uint32_t round = 0; round < 200; ++round) {
          EXPECT_EQ(must(snapshot.fetch({1, 0}, 0)).cardinality(), expected);
          EXPECT_EQ(must(snapshot.cardinality({1, 0})), expected);
          EXPECT_EQ(must(snapshot.external_id(round)), "u" + std::to_string(round));
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return {};
  }));
}

}  // namespace
}  // namespace tagline::storage
