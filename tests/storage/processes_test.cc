// Several processes on one database, and processes that are killed.
#include "tests/storage/database_folder.h"

#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <grp.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using test::add_users;
using test::Folder;
using test::must;
using test::open_store;
using test::scattered;
using test::tag_of;

constexpr std::uint32_t kMany = 4 * engine::kBlockUsers;

/// One byte at a time between parent and child: no sleeps anywhere.
class Pipe {
 public:
  Pipe() {
    if (pipe(ends_) != 0) {
      throw std::runtime_error("pipe");
    }
  }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void say(std::uint8_t word) const { EXPECT_EQ(::write(ends_[1], &word, 1), 1); }
  [[nodiscard]] std::uint8_t hear() const {
    std::uint8_t word = 0;
    EXPECT_EQ(::read(ends_[0], &word, 1), 1);
    return word;
  }

 private:
  int ends_[2] = {-1, -1};
};

/// Runs `fn` in a child; a test must end it with `wait` or `kill`.
class Child {
 public:
  explicit Child(const std::function<bool()>& fn) : pid_(fork()) {
    if (pid_ == 0) {
      alarm(100);  // a child whose parent failed must not stay
      bool passed = false;
      try {
        passed = fn() && !testing::Test::HasFailure();
      } catch (const std::exception& thrown) {
        std::fprintf(stderr, "child: %s\n", thrown.what());
      }
      _exit(passed ? 0 : 1);
    }
  }
  ~Child() {
    if (pid_ > 0) {
      kill();
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool passed() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
  }

 private:
  pid_t pid_;
};

std::uint32_t user_limit_of(Store& store) {
  return must(store.read(
      [](const Snapshot& snapshot) -> Result<std::uint32_t> { return snapshot.user_limit(); }));
}

TEST(Processes, ASecondWriterIsBusyAndLearnsWhoTheFirstIs) {
  const Folder folder;
  const Pipe opened;
  const Pipe done;
  Child writer([&] {
    const auto store = open_store(folder.path(), OpenMode::Create);
    opened.say(1);
    return done.hear() == 1;
  });
  EXPECT_EQ(opened.hear(), 1);
  for (const OpenMode mode : {OpenMode::Write, OpenMode::Create}) {
    OpenOptions options;
    options.mode = mode;
    const auto second = Store::open(folder.path(), options);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code(), ErrorCode::Busy);
    const std::string who = "process " + std::to_string(writer.pid());
    EXPECT_NE(second.error().message().en.find(who), std::string::npos)
        << second.error().message().en;
    EXPECT_NE(second.error().message().zh.find(std::to_string(writer.pid())), std::string::npos);
  }
  done.say(1);
  EXPECT_TRUE(writer.passed());
  EXPECT_NE(open_store(folder.path(), OpenMode::Write), nullptr);
}

TEST(Processes, AReaderBesideAWriterSeesTheOldStateUntilTheCommit) {
  const Folder folder;
  (void)open_store(folder.path(), OpenMode::Create, 1 << 20U);
  const Pipe to_writer;
  const Pipe to_reader;
  Child writer([&] {
    const auto store = open_store(folder.path(), OpenMode::Write);
    must(store->write([&](WriteTxn& txn) -> Status {
      // Far more than the first map: the reader has to follow the growth.
      TAGLINE_RETURN_IF_ERROR(add_users(txn, 0, 300'000));
      to_reader.say(1);
      EXPECT_EQ(to_writer.hear(), 1);
      return {};
    }));
    to_reader.say(2);
    return to_writer.hear() == 2;
  });
  const auto store = open_store(folder.path(), OpenMode::Read);
  // The run that met the full map failed before it spoke.
  EXPECT_EQ(to_reader.hear(), 1);
  EXPECT_EQ(user_limit_of(*store), 0U);
  must(store->read([&](const Snapshot& snapshot) -> Status {
    to_writer.say(1);
    EXPECT_EQ(to_reader.hear(), 2);
    EXPECT_EQ(snapshot.user_limit(), 0U);  // committed meanwhile; this state stays
    return {};
  }));
  EXPECT_EQ(user_limit_of(*store), 300'000U);
  EXPECT_TRUE(test::verified(*store).clean());
  to_writer.say(2);
  EXPECT_TRUE(writer.passed());
}

TEST(Processes, KilledInTheMiddleOfAWriteLeavesTheStateBefore) {
  const Folder folder;
  const Pipe said;
  Child writer([&] {
    const auto store = open_store(folder.path(), OpenMode::Create);
    must(store->write([](WriteTxn& txn) { return add_users(txn, 0, 1000); }));
    must(store->write([&](WriteTxn& txn) -> Status {
      must(add_users(txn, 1000, kMany));
      const auto field = must(txn.put_tag(tag_of("f", engine::TagKind::Flag)));
      must(txn.put_fragment({field, 0}, 0, scattered(0, kMany)));
      said.say(1);
      for (;;) {
        pause();
      }
    }));
    return false;
  });
  EXPECT_EQ(said.hear(), 1);
  writer.kill();
  const auto store = open_store(folder.path(), OpenMode::Write);  // the lock went with the process
  EXPECT_EQ(user_limit_of(*store), 1000U);
  EXPECT_TRUE(test::verified(*store).clean()) << test::problems_of(test::verified(*store));
  must(store->write([](WriteTxn& txn) { return add_users(txn, 1000, 2000); }));
  EXPECT_TRUE(test::verified(*store).clean());
}

TEST(Processes, WhatWasAcknowledgedSurvivesKill9AtAnyMoment) {
  constexpr std::uint32_t kBatch = 500;
  for (std::uint8_t round = 1; round <= 6; ++round) {
    const Folder folder;
    const Pipe acknowledged;
    Child writer([&] {
      const auto store = open_store(folder.path(), OpenMode::Create);
      for (std::uint32_t batch = 0;; ++batch) {
        must(store->write(
            [&](WriteTxn& txn) { return add_users(txn, batch * kBatch, (batch + 1) * kBatch); }));
        acknowledged.say(1);
      }
      return false;
    });
    std::uint32_t batches = 0;
    while (batches < round) {
      batches += acknowledged.hear();
    }
    writer.kill();  // it was somewhere in a later batch
    const auto store = open_store(folder.path(), OpenMode::Read);
    EXPECT_GE(user_limit_of(*store), batches * kBatch);
    EXPECT_EQ(user_limit_of(*store) % kBatch, 0U);
    EXPECT_TRUE(test::verified(*store).clean()) << test::problems_of(test::verified(*store));
  }
}

TEST(Processes, KilledReadersGiveTheirSlotsBack) {
  const Folder folder;
  const auto write_some = [&](std::uint32_t begin) {
    must(open_store(folder.path(), OpenMode::Create)->write([&](WriteTxn& txn) {
      return add_users(txn, begin, begin + 1000);
    }));
  };
  write_some(0);
  const Pipe said;
  Child reader([&] {
    const auto store = open_store(folder.path(), OpenMode::Read);
    must(store->read([&](const Snapshot&) -> Status {
      said.say(1);
      for (;;) {
        pause();
      }
    }));
    return false;
  });
  EXPECT_EQ(said.hear(), 1);
  reader.kill();
  // A stale reader would hold back every page freed from now on: the file would grow with each
  // commit.
  for (std::uint32_t begin = 1000; begin < 20'000; begin += 1000) {
    write_some(begin);
  }
  const auto store = open_store(folder.path(), OpenMode::Write);
  const std::uint64_t before = store->file_bytes();
  for (std::uint32_t user = 20'000; user < 20'050; ++user) {
    must(store->write([&](WriteTxn& txn) { return add_users(txn, user, user + 1); }));
  }
  EXPECT_LT(store->file_bytes(), before + (1U << 20U));
}

/// As a user who may read the folder but not write it; root would be allowed everything.
bool give_up_rights() {
  constexpr uid_t kNobody = 65534;
  return geteuid() != 0 ||
         (setgroups(0, nullptr) == 0 && setresgid(kNobody, kNobody, kNobody) == 0 &&
          setresuid(kNobody, kNobody, kNobody) == 0);
}

TEST(Processes, AFolderWithoutWritePermissionCanBeRead) {
  const Folder folder;
  must(open_store(folder.path(), OpenMode::Create)->write([](WriteTxn& txn) {
    return add_users(txn, 0, 1000);
  }));
  for (const char* name : {"data.mdb", "lock.mdb", "writer.lock"}) {
    ASSERT_EQ(chmod((folder.path() / name).c_str(), 0444), 0);
  }
  ASSERT_EQ(chmod(folder.path().c_str(), 0555), 0);
  const Pipe opened;
  const Pipe done;
  Child reader([&] {
    if (!give_up_rights()) {
      return false;
    }
    OpenOptions options;
    options.mode = OpenMode::Write;
    const auto refused = Store::open(folder.path(), options);
    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::ReadOnly);
    const auto store = open_store(folder.path(), OpenMode::Read);
    EXPECT_EQ(user_limit_of(*store), 1000U);
    EXPECT_TRUE(test::verified(*store).clean());
    opened.say(1);
    return done.hear() == 1;
  });
  EXPECT_EQ(opened.hear(), 1);
  // It is not in LMDB's reader table, so it keeps writers out instead.
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod((folder.path() / "writer.lock").c_str(), 0644), 0);
  OpenOptions options;
  options.mode = OpenMode::Write;
  EXPECT_EQ(Store::open(folder.path(), options).error().code(), ErrorCode::Busy);
  done.say(1);
  EXPECT_TRUE(reader.passed());
}

}  // namespace
}  // namespace tagline::storage
