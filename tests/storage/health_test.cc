// What a database tells of itself and of who has it open, and that asking changes nothing.
#include "storage/health.h"

#include "storage/data_file.h"
#include "storage/format_version.h"
#include "storage/holders.h"
#include "storage/lmdb_environment.h"
#include "tests/storage/database_folder.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using test::Folder;
using test::must;
using test::open_store;

/// Names, sizes and bytes of all files.
std::vector<std::string> state_of(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.push_back(entry.path().filename().string() + ":" +
                    std::string(std::istreambuf_iterator<char>(in), {}));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::unique_ptr<Store> open_as_it_is(const std::filesystem::path& folder) {
  OpenOptions options;
  options.make_files = false;
  return must(Store::open(folder, options));
}

/// A child that does something with the database, says so, and waits until it is killed.
class Child {
 public:
  template <class Fn>
  explicit Child(Fn fn) {
    int ready[2];
    if (pipe(ready) != 0) {
      throw std::runtime_error("pipe");
    }
    id_ = fork();
    if (id_ == 0) {
      fn([&] {
        [[maybe_unused]] const ssize_t said = write(ready[1], "x", 1);
        pause();
      });
      _exit(0);
    }
    close(ready[1]);
    char byte = 0;
    said_ = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
  }
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] bool said() const { return said_; }
  [[nodiscard]] pid_t id() const { return id_; }
  void end() {
    if (id_ > 0) {
      kill(id_, SIGKILL);
      waitpid(id_, nullptr, 0);
      id_ = -1;
    }
  }

 private:
  pid_t id_ = -1;
  bool said_ = false;
};

TEST(Health, SaysWhatTheFileHas) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    const Health fresh = must(store->health());
    EXPECT_EQ(fresh.format, kFormatVersion);
    EXPECT_EQ(fresh.version, 0U);
    EXPECT_EQ(fresh.time_zone, "Asia/Shanghai");
    EXPECT_EQ(fresh.map_bytes, 64U << 20U);
    EXPECT_EQ(fresh.pages * fresh.page_bytes,
              std::filesystem::file_size(folder.path() / "data.mdb"));
    EXPECT_EQ(fresh.readers, 0U);
    EXPECT_GE(fresh.reader_slots, 512U);
    // A page that is changed is written anew, and the old one is free.
    for (int i = 0; i < 3; ++i) {
      must(store->write([&](WriteTxn& txn) -> Status {
        LoadRecord load;
        load.id = std::to_string(i);
        return txn.put_load(load);
      }));
    }
    const Health used = must(store->health());
    EXPECT_EQ(used.version, 3U);
    EXPECT_GT(used.pages_free, 0U);
    EXPECT_LT(used.pages_free, used.pages);
  }
  EXPECT_EQ(map_bytes_of(folder.path() / "data.mdb"), 64U << 20U);
  EXPECT_FALSE(map_bytes_of(folder.path() / "none").has_value());
}

TEST(Health, OpeningAsItIsMakesNoFile) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create);
  std::filesystem::remove(folder.path() / "lock.mdb");
  std::filesystem::remove(folder.path() / "writer.lock");
  const auto before = state_of(folder.path());
  ASSERT_EQ(before.size(), 1U);
  {
    const auto store = open_as_it_is(folder.path());
    EXPECT_EQ(must(store->health()).reader_slots, 0U);
    EXPECT_FALSE(holders_of(folder.path()).open);
  }
  EXPECT_TRUE(state_of(folder.path()) == before);
}

TEST(Health, OpeningAsItIsLeavesADatabaseInUseAsItIs) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create);
  std::ifstream data(folder.path() / "data.mdb", std::ios::binary);
  const std::string before(std::istreambuf_iterator<char>(data), {});
  EXPECT_GE(must(open_as_it_is(folder.path())->health()).reader_slots, 512U);
  std::ifstream again(folder.path() / "data.mdb", std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(again), {}) == before);
}

TEST(Health, ReadersOfOtherProcessesAreCountedAndTheKilledCleared) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create);
  Child reader([&](const auto& wait) {
    const auto store = open_store(folder.path(), OpenMode::Read);
    (void)store->read([&](const Snapshot&) -> Status {
      wait();
      return {};
    });
  });
  ASSERT_TRUE(reader.said());
  const Holders holders = holders_of(folder.path());
  EXPECT_TRUE(holders.open);
  EXPECT_FALSE(holders.written);
  EXPECT_EQ(holders.readers, std::vector<pid_t>{reader.id()});
  {
    const auto store = open_as_it_is(folder.path());
    const Health health = must(store->health());
    EXPECT_EQ(health.readers, 1U);
    EXPECT_EQ(health.readers_cleared, 0U);
  }
  reader.end();
  EXPECT_FALSE(holders_of(folder.path()).open);
  const Health health = must(open_as_it_is(folder.path())->health());
  EXPECT_EQ(health.readers, 0U);
}

TEST(Health, AReaderThatIsBehindHoldsCommits) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create);
  Child reader([&](const auto& wait) {
    const auto store = open_store(folder.path(), OpenMode::Read);
    (void)store->read([&](const Snapshot&) -> Status {
      wait();
      return {};
    });
  });
  ASSERT_TRUE(reader.said());
  // While somebody has the file open, nobody begins its table of readers anew.
  Child other([&](const auto& wait) {
    const auto store = open_store(folder.path(), OpenMode::Read);
    wait();
  });
  ASSERT_TRUE(other.said());
  {
    const auto store = open_store(folder.path(), OpenMode::Write);
    for (int i = 0; i < 4; ++i) {
      must(store->write([&](WriteTxn& txn) -> Status {
        LoadRecord load;
        load.id = std::to_string(i);
        return txn.put_load(load);
      }));
    }
    EXPECT_EQ(must(store->health()).commits_held, 4U);
  }
  reader.end();
  const Health health = must(open_as_it_is(folder.path())->health());
  EXPECT_EQ(health.readers_cleared, 1U);
  EXPECT_EQ(health.readers, 0U);
  EXPECT_EQ(health.commits_held, 0U);
}

TEST(Holders, TheWriterIsNamed) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create);
  EXPECT_FALSE(holders_of(folder.path()).written);
  Child writer([&](const auto& wait) {
    const auto store = open_store(folder.path(), OpenMode::Write);
    wait();
  });
  ASSERT_TRUE(writer.said());
  const Holders holders = holders_of(folder.path());
  EXPECT_TRUE(holders.open);
  EXPECT_TRUE(holders.written);
  EXPECT_EQ(holders.written_by, writer.id());
  writer.end();
  EXPECT_FALSE(holders_of(folder.path()).written);
}

}  // namespace
}  // namespace tagline::storage
