// The memory map grows by itself, and a full disk loses nothing.
#include "storage/transaction_gate.h"
#include "tests/storage/database_folder.h"

#include <atomic>
#include <csignal>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using test::add_users;
using test::Folder;
using test::must;
using test::open_store;
using test::scattered;
using test::tag_of;

constexpr std::uint64_t kTinyMap = 1 << 20U;
constexpr std::uint32_t kMany = 4 * engine::kBlockUsers;
constexpr engine::FieldId kTags = 40;  // 1.3 MB of fragments beside 6 MB of ids

Status load_tags(WriteTxn& txn) {
  TAGLINE_RETURN_IF_ERROR(add_users(txn, 0, kMany));
  for (engine::FieldId field = 1; field <= kTags; ++field) {
    TAGLINE_ASSIGN_OR_RETURN(
        [[maybe_unused]] const auto id,
        txn.put_tag(tag_of("f" + std::to_string(field), engine::TagKind::Flag)));
    TAGLINE_RETURN_IF_ERROR(txn.put_fragment({field, 0}, 0, scattered(field, kMany)));
  }
  return {};
}

TEST(Growth, ATinyMapGrowsAndTheWriteRunsAgain) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create, kTinyMap);
  EXPECT_EQ(store->map_bytes(), kTinyMap);
  unsigned runs = 0;
  must(store->write([&](WriteTxn& txn) {
    ++runs;
    EXPECT_EQ(txn.user_limit(), 0U);  // each run starts from the committed state
    return load_tags(txn);
  }));
  EXPECT_GE(runs, 2U);
  EXPECT_GE(store->map_bytes(), 2 * kTinyMap);
  EXPECT_GT(store->file_bytes(), 2U << 20U);
  EXPECT_LE(store->file_bytes(), store->map_bytes());
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.version(), 1U);
    for (engine::FieldId field = 1; field <= kTags; ++field) {
      EXPECT_EQ(must(snapshot.cardinality({field, 0})), scattered(field, kMany).cardinality());
    }
    return {};
  }));
  EXPECT_TRUE(test::verified(*store).clean());
}

TEST(Growth, AWriterThatHidesTheFullMapGrowsToo) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create, kTinyMap);
  unsigned runs = 0;
  must(store->write([&](WriteTxn& txn) -> Status {
    ++runs;
    (void)load_tags(txn);
    return {};
  }));
  EXPECT_GE(runs, 2U);
  EXPECT_EQ(must(store->read([](const Snapshot& snapshot) { return snapshot.tags(); })).size(),
            kTags);
}

TEST(Growth, AReopenedDatabaseKeepsItsMap) {
  const Folder folder;
  std::uint64_t grown = 0;
  {
    const auto store = open_store(folder.path(), OpenMode::Create, kTinyMap);
    must(store->write(load_tags));
    grown = store->map_bytes();
  }
  EXPECT_EQ(open_store(folder.path(), OpenMode::Read)->map_bytes(), grown);
}

// LMDB maps it: what had no block would end the process when it is first touched on a full disk.
TEST(Growth, TheFileOfReadersHasAllItsBlocks) {
  const Folder folder;
  const std::string path = folder.path() / "lock.mdb";
  struct stat facts {};
  const auto has_blocks = [&] {
    return ::stat(path.c_str(), &facts) == 0 && facts.st_size > 0 &&
           facts.st_blocks * 512 >= facts.st_size;
  };
  open_store(folder.path(), OpenMode::Create);
  EXPECT_TRUE(has_blocks()) << facts.st_blocks << " blocks";
  // One that another program made, without them.
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  ASSERT_EQ(::truncate(path.c_str(), 40'000), 0);
  ASSERT_FALSE(has_blocks());
  open_store(folder.path(), OpenMode::Read);
  EXPECT_TRUE(has_blocks()) << facts.st_blocks << " blocks";
}

TEST(Growth, ALimitOnTheFileIsDiskFullAndLosesNothing) {
  const Folder folder;
  must(open_store(folder.path(), OpenMode::Create)->write([](WriteTxn& txn) {
    return add_users(txn, 0, 1000);
  }));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Stands in for a full disk: writes beyond 2 MB fail, with EFBIG instead of ENOSPC.
    const rlimit limit{2 << 20U, 2 << 20U};
    std::signal(SIGXFSZ, SIG_IGN);
    bool as_expected = setrlimit(RLIMIT_FSIZE, &limit) == 0;
    const auto store = open_store(folder.path(), OpenMode::Write);
    const Status status = store->write([](WriteTxn& txn) -> Status {
      TAGLINE_RETURN_IF_ERROR(add_users(txn, 1000, kMany));
      TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const auto id,
                               txn.put_tag(tag_of("f", engine::TagKind::Flag)));
      return txn.put_fragment({1, 0}, 0, scattered(0, kMany));
    });
    as_expected =
        as_expected && !status.has_value() && status.error().code() == ErrorCode::DiskFull;
    as_expected =
        as_expected && must(store->read([](const Snapshot& s) { return s.population(); })) == 1000;
    // Small changes still fit.
    as_expected =
        as_expected &&
        store->write([](WriteTxn& txn) { return add_users(txn, 1000, 1001); }).has_value();
    _exit(as_expected ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  const auto store = open_store(folder.path(), OpenMode::Read);
  EXPECT_EQ(must(store->read([](const Snapshot& snapshot) { return snapshot.population(); })),
            1001U);
  EXPECT_TRUE(test::verified(*store).clean()) << test::problems_of(test::verified(*store));
}

TEST(TransactionGate, NestedPassesAreGivenAndCounted) {
  TransactionGate gate;
  EXPECT_FALSE(gate.inside());
  {
    const auto outer = gate.enter();
    const auto inner = gate.enter();
    EXPECT_TRUE(gate.inside());
  }
  EXPECT_FALSE(gate.inside());
  bool ran = false;
  gate.alone([&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(TransactionGate, ALongReaderHoldsUpWhoWantsToBeAloneAndNobodyElse) {
  TransactionGate gate;
  std::atomic<bool> ran{false};
  std::thread loner;
  {
    const auto old = gate.enter();
    loner = std::thread([&] { gate.alone([&] { ran = true; }); });
    // More than the gate may be shut for, were it to wait for the old one.
    const auto until = TransactionGate::Clock::now() + 3 * TransactionGate::kShutMost;
    std::uint64_t entered = 0;
    while (TransactionGate::Clock::now() < until) {
      std::thread([&] {
        const auto pass = gate.enter();
        ++entered;
      }).join();
    }
    EXPECT_GT(entered, 1U);
    EXPECT_FALSE(ran);
  }
  loner.join();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace tagline::storage
