// Drafts are made while others may write, and what is written was drafted from the very state it
// changes.
#include "server/drafted_write.h"

#include "server/segment_rules.h"
#include "server/segments.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

class DraftedWrite : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    store_ = storage::Store::open(folder_, options).value();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  /// One more user, by another thread that is done when this returns.
  void load_beside() {
    std::thread([this] {
      EXPECT_TRUE(store_
                      ->write([](storage::WriteTxn& txn) {
                        const std::string id = "u" + std::to_string(txn.user_limit());
                        const std::string_view view = id;
                        return txn.add_users({&view, 1});
                      })
                      .has_value());
    }).join();
  }
  std::uint32_t users() {
    return store_
        ->read([](const storage::Snapshot& snapshot) -> Result<std::uint32_t> {
          return snapshot.user_limit();
        })
        .value();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_drafted_" + std::to_string(getpid()));
  std::unique_ptr<storage::Store> store_;
};

TEST_F(DraftedWrite, OthersWriteWhileItIsDrafted) {
  int drafts = 0;
  std::uint32_t drafted = 0;
  const auto draft = [&](const storage::Snapshot& snapshot) -> Result<bool> {
    if (++drafts == 1) {
      load_beside();  // would wait forever for a writer that holds the lock
    }
    drafted = snapshot.user_limit();
    return true;
  };
  const auto write = [&](storage::WriteTxn& txn) -> Status {
    EXPECT_EQ(txn.user_limit(), drafted) << "written over another state than it was drafted from";
    storage::TagRecord tag;
    tag.name = "t";
    return txn.put_tag(tag).map([](engine::FieldId) {});
  };
  ASSERT_TRUE(write_drafted(*store_, draft, write).has_value());
  EXPECT_EQ(drafts, 2);
  EXPECT_EQ(users(), 1U);
}

TEST_F(DraftedWrite, WhoIsOutrunTooOftenDraftsWithTheLock) {
  int drafts = 0;
  std::uint32_t drafted = 0;
  const auto draft = [&](const storage::Snapshot& snapshot) -> Result<bool> {
    if (++drafts <= kDraftsOutside) {
      load_beside();
    }
    drafted = snapshot.user_limit();
    return true;
  };
  bool written = false;
  const auto write = [&](storage::WriteTxn& txn) -> Status {
    EXPECT_EQ(txn.user_limit(), drafted);
    written = true;
    return {};
  };
  ASSERT_TRUE(write_drafted(*store_, draft, write).has_value());
  EXPECT_EQ(drafts, kDraftsOutside + 1);
  EXPECT_TRUE(written);
}

TEST_F(DraftedWrite, NothingToWriteAndFaultsEndIt) {
  const auto never = [](storage::WriteTxn&) -> Status {
    ADD_FAILURE() << "there was nothing to write";
    return {};
  };
  EXPECT_TRUE(write_drafted(
                  *store_, [](const storage::Snapshot&) -> Result<bool> { return false; }, never)
                  .has_value());
  const auto broken = write_drafted(
      *store_,
      [](const storage::Snapshot&) -> Result<bool> {
        return failure(ErrorCode::Cancelled, {"stopped", "已停止"});
      },
      never);
  EXPECT_EQ(broken.error().code(), ErrorCode::Cancelled);
}

TEST_F(DraftedWrite, SavesAndLoadsSideBySideLoseNothing) {
  load_beside();
  ASSERT_TRUE(Segments(*store_).save("all", "*", {}, std::nullopt).has_value());
  std::thread loader([this] {
    for (int i = 0; i < 60; ++i) {
      load_beside();
    }
  });
  Segments segments(*store_);
  for (std::size_t i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    const auto saved = segments.save("rule", "* OR @all" + std::string(i, ' '), {}, std::nullopt);
    ASSERT_TRUE(saved.has_value());
    EXPECT_EQ(saved->count, saved->population) << "counted and written in one state";
    FreezeRequest request;
    request.name = "frozen" + number;
    const auto frozen = segments.freeze("all", request);
    ASSERT_TRUE(frozen.has_value());
    EXPECT_EQ(frozen->saved.count, frozen->origin.population);
  }
  loader.join();
  EXPECT_EQ(users(), 61U);
}

TEST_F(DraftedWrite, OfManyRulesTheNewestAreKept) {
  const auto put = [&](std::size_t rules, std::size_t bytes) {
    NumberedRule last;
    EXPECT_TRUE(
        store_
            ->write([&](storage::WriteTxn& txn) -> Status {
              storage::SegmentRecord record;
              record.name = "s";
              for (std::size_t i = 0; i < rules; ++i) {
                TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.segment("s"));
                record.expression = "vip" + std::string(bytes, ' ') + std::to_string(i);
                TAGLINE_RETURN_IF_ERROR(txn.put_segment(record));
                storage::RuleRecord rule;
                rule.expression = record.expression;
                TAGLINE_ASSIGN_OR_RETURN(
                    last, put_next_rule(txn, "s", stored.value_or(storage::SegmentRecord{}), rule));
              }
              return {};
            })
            .has_value());
    return last;
  };
  const auto kept = [&] {
    return store_->read([](const storage::Snapshot& snapshot) { return snapshot.rules("s"); })
        .value();
  };
  EXPECT_EQ(put(kRulesMax, 0).dropped, 0U);
  EXPECT_EQ(kept().size(), kRulesMax);
  const NumberedRule more = put(5, 1);
  EXPECT_EQ(more.number, kRulesMax + 5);
  EXPECT_EQ(more.dropped, 1U);
  EXPECT_EQ(kept().size(), kRulesMax);
  EXPECT_EQ(kept().front().number, 6U);
  // Long ones sooner: 200,000 bytes each.
  put(30, 200'000);
  std::size_t bytes = 0;
  for (const storage::RuleRecord& rule : kept()) {
    bytes += rule.expression.size();
  }
  EXPECT_LE(bytes, kRuleBytesMax);
  EXPECT_GT(bytes, kRuleBytesMax - 201'000);
  EXPECT_EQ(kept().back().number, kRulesMax + 35);
}

}  // namespace
}  // namespace tagline::server
