// The end of the process, a full disk and a failing sync at every named step of a commit and of a
// fold: what was acknowledged is there, nothing is half there, and verify finds nothing.
//
// A child process writes batch after batch and folds between them until it is killed; the parent
// looks at what is left and lets the next child go on. TAGLINE_CRASHES says how many (20).
#include "engine/events.h"
#include "storage/fault_point.h"
#include "tests/storage/database_folder.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::FieldId;
using engine::RowId;
using engine::TagKind;
using engine::UserIndex;
using test::Folder;
using test::must;
using test::open_store;
using test::tag_of;

constexpr std::uint32_t kUsers = 2 * engine::kBlockUsers;
constexpr FieldId kTurn = 1;  // of user 0: the number of the last batch
constexpr FieldId kCity = 2;
constexpr FieldId kLikes = 3;
constexpr RowId kValues = 4;

/// The changes of a batch, the same whoever asks.
std::vector<Change> batch(std::uint32_t number) {
  std::mt19937 random(number);
  std::vector<Change> changes = {
      {kTurn, CellShape::Number, 0, 0, static_cast<std::int64_t>(number)}};
  for (int i = 0; i < 12; ++i) {
    const UserIndex user = 1 + static_cast<UserIndex>(random() % 40) * 3'000;
    const auto value = static_cast<std::int64_t>(1 + random() % kValues);
    const bool gone = random() % 4 == 0;
    changes.push_back({kCity, CellShape::Choice, 0, user,
                       gone ? std::nullopt : std::optional<std::int64_t>(value)});
    // All values at once, so that row 0 is their union.
    for (RowId row = 0; row <= kValues; ++row) {
      const bool in = !gone && (row == 0 || row == static_cast<RowId>(value));
      changes.push_back(
          {kLikes, CellShape::Bit, row, user, in ? std::optional<std::int64_t>(1) : std::nullopt});
    }
  }
  return changes;
}

using Place = std::tuple<FieldId, RowId, UserIndex>;

class Crash : public testing::Test {
 protected:
  void SetUp() override {
    const auto store = open_store(folder_.path(), OpenMode::Create);
    must(store->write([](WriteTxn& txn) -> Status {
      must(test::add_users(txn, 0, kUsers));
      must(txn.put_tag(tag_of("turn", TagKind::Number)));
      must(txn.put_tag(tag_of("city", TagKind::Category)));
      must(txn.put_tag(tag_of("likes", TagKind::Set)));
      std::vector<ValueRecord> values;
      for (RowId row = 1; row <= kValues; ++row) {
        values.push_back({row, "v" + std::to_string(row), {}, {}});
      }
      must(txn.put_values(kCity, values));
      return txn.put_values(kLikes, values);
    }));
  }
  void TearDown() override { set_fault(""); }

  /// Batches from `next` on, folding between them, until an error or the end of the process. Each
  /// acknowledged one is told.
  static Status write_on(Store& store, std::uint32_t next, std::uint32_t end,
                         const std::function<void()>& acknowledged) {
    FoldMark mark;
    for (; next < end; ++next) {
      TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) { return txn.change(batch(next)); }));
      acknowledged();
      for (int step = 0; step < 3; ++step) {
        FoldMark after;
        TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) -> Status {
          TAGLINE_ASSIGN_OR_RETURN(
              after, txn.fold_step(mark.done ? FoldMark() : mark, std::chrono::microseconds(0)));
          return {};
        }));
        mark = after;
      }
    }
    return {};
  }
  /// The batch that was done last, by what is stored; all else is as after it.
  std::uint32_t expect_whole() {
    const auto store = open_store(folder_.path(), OpenMode::Read);
    const VerifyReport report = test::verified(*store);
    EXPECT_EQ(report.problem_count, 0U) << test::problems_of(report);
    std::uint32_t last = 0;
    must(store->read([&](const Snapshot& snapshot) -> Status {
      last = static_cast<std::uint32_t>(must(snapshot.number_of(kTurn, 0)).value_or(0));
      std::map<Place, bool> model;
      for (std::uint32_t number = 1; number <= last; ++number) {
        for (const Change& change : batch(number)) {
          if (change.field == kCity) {
            for (RowId row = 1; row <= kValues; ++row) {
              model[{kCity, row, change.user}] = change.value == std::optional<std::int64_t>(row);
            }
          } else if (change.field == kLikes) {
            model[{kLikes, change.cell, change.user}] = change.value.has_value();
          }
        }
      }
      for (const auto& [place, in] : model) {
        const auto [field, row, user] = place;
        EXPECT_EQ(must(snapshot.holds({field, row}, user)), in) << field << " " << row;
      }
      return {};
    }));
    return last;
  }

  Folder folder_;
};

TEST_F(Crash, AtAnyStepLeavesWhatWasAcknowledged) {
  const char* asked = std::getenv("TAGLINE_CRASHES");
  const int crashes = asked == nullptr ? 20 : std::atoi(asked);
  constexpr const char* kSteps[] = {"change", "fold-row", "fold-erase", "commit", "committed"};
  std::mt19937 random(9);
  std::uint32_t done = 0;
  for (int crash = 0; crash < crashes; ++crash) {
    const std::string fault = std::string(kSteps[static_cast<std::size_t>(crash) % 5]) +
                              ":kill:" + std::to_string(1 + random() % 12);
    SCOPED_TRACE("crash " + std::to_string(crash) + " at " + fault);
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(told[0]);
      set_fault(fault);
      const auto store = open_store(folder_.path(), OpenMode::Write);
      const Status written = write_on(*store, done + 1, done + 1000, [&] {
        const char one = '.';
        if (::write(told[1], &one, 1) != 1) {
          std::_Exit(2);
        }
      });
      std::_Exit(written.has_value() ? 3 : 4);  // it was to be killed
    }
    ::close(told[1]);
    std::uint32_t acknowledged = 0;
    char some[64];
    for (ssize_t size = 0; (size = ::read(told[0], some, sizeof(some))) > 0;) {
      acknowledged += static_cast<std::uint32_t>(size);
    }
    ::close(told[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    const std::uint32_t last = expect_whole();
    EXPECT_GE(last, done + acknowledged);
    EXPECT_LE(last, done + acknowledged + 1);
    done = last;
    ASSERT_FALSE(HasFailure());
  }
}

TEST_F(Crash, AFullDiskAndAFailingSyncAreErrorsAndLeaveWhatWasAcknowledged) {
  std::uint32_t done = 0;
  for (const std::string step : {"change", "fold-row", "fold-erase", "commit"}) {
    for (const auto& [what, code] : {std::pair("disk-full", ErrorCode::DiskFull),
                                     std::pair("sync-failed", ErrorCode::System)}) {
      SCOPED_TRACE(step + " " + what);
      {
        const auto store = open_store(folder_.path(), OpenMode::Write);
        set_fault(step + ":" + what + ":7");
        const Status written = write_on(*store, done + 1, done + 1000, [&] { ++done; });
        ASSERT_FALSE(written.has_value());
        EXPECT_EQ(written.error().code(), code);
        set_fault("");
        EXPECT_EQ(test::verified(*store).problem_count, 0U);
        // It goes on when there is room again.
        must(write_on(*store, done + 1, done + 3, [&] { ++done; }));
      }
      EXPECT_EQ(expect_whole(), done);
    }
  }
}

TEST_F(Crash, ASyncThatFailsLaterEndsWritingUntilTheNextOpening) {
  std::uint32_t done = 0;
  {
    OpenOptions options;
    options.mode = OpenMode::Write;
    options.sync_interval = std::chrono::milliseconds(1);
    const auto store = must(Store::open(folder_.path(), options));
    must(write_on(*store, 1, 20, [&] { ++done; }));
    set_fault("sync:sync-failed");
    const Status written = write_on(*store, done + 1, 1'000'000, [&] { ++done; });
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code(), ErrorCode::System);
    EXPECT_NE(written.error().message().en.find("could not be brought to the disk"),
              std::string::npos);
    EXPECT_EQ(test::verified(*store).problem_count, 0U);
  }
  set_fault("");
  EXPECT_EQ(expect_whole(), done);
  const auto store = open_store(folder_.path(), OpenMode::Write);
  must(write_on(*store, done + 1, done + 3, [&] { ++done; }));
}

TEST_F(Crash, RequestsAreRememberedWithTheCommitAndRaiseNoVersion) {
  const RequestRecord one{"a", "d1", 17, std::string("\0reply", 6)};
  {
    const auto store = open_store(folder_.path(), OpenMode::Write);
    std::uint64_t version = 0;
    must(store->write([&](WriteTxn& txn) -> Status {
      version = txn.version();
      EXPECT_EQ(must(txn.next_request()), 0U);
      TAGLINE_RETURN_IF_ERROR(txn.put_request(one));
      return txn.put_request({"b", "d2", 18, ""});
    }));
    must(store->write([&](WriteTxn& txn) -> Status {
      EXPECT_EQ(txn.version(), version);
      return txn.erase_request(0);
    }));
    const Status failed = store->write([&](WriteTxn& txn) -> Status {
      must(txn.put_request(one));
      return failure(ErrorCode::Busy, {"no", "否"});
    });
    EXPECT_FALSE(failed.has_value());
    for (const std::string& key : {std::string(), std::string(kRequestKeyBytesMax + 1, 'k')}) {
      const Status refused = store->write([&](WriteTxn& txn) {
        return txn.put_request({key, "d", 1, ""});
      });
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code(), ErrorCode::TooLarge);
    }
  }
  const auto store = open_store(folder_.path(), OpenMode::Write);
  EXPECT_EQ(test::verified(*store).problem_count, 0U);
  must(store->write([&](WriteTxn& txn) -> Status {
    EXPECT_EQ(must(txn.next_request()), 2U);
    EXPECT_EQ(must(txn.request(0)), std::nullopt);
    EXPECT_EQ(must(txn.request(1))->key, "b");
    std::vector<std::uint64_t> numbers;
    must(txn.each_request(
        [&](std::uint64_t number, const RequestRecord&) { numbers.push_back(number); }));
    EXPECT_EQ(numbers, std::vector<std::uint64_t>{1});
    return txn.put_request({"b", "d3", 19, ""});
  }));
  const VerifyReport report = test::verified(*store);
  EXPECT_EQ(report.problem_count, 1U) << "the same key twice";
}

}  // namespace
}  // namespace tagline::storage
