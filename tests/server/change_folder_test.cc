// Changes are folded while others write and ask; what hinders it is told and loses nothing.
#include "server/change_folder.h"

#include "server/ingest_queue.h"
#include "server/operation_json.h"
#include "storage/fault_point.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

class FoldedShop : public testing::Test {
 protected:
  FoldedShop()
      : folder_(std::filesystem::temp_directory_path() /
                ("tagline_change_folder_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    storage::OpenOptions create;
    create.mode = storage::OpenMode::Create;
    store_ = storage::Store::open(folder_, create).value();
    const Status made = store_->write([](storage::WriteTxn& txn) -> Status {
      const std::string_view ids[] = {"u1"};
      TAGLINE_RETURN_IF_ERROR(txn.add_users(ids));
      using engine::TagKind;
      for (const auto& [name, kind] :
           {std::pair("vip", TagKind::Flag), std::pair("city", TagKind::Category),
            std::pair("age", TagKind::Number), std::pair("interests", TagKind::Set),
            std::pair("spend", TagKind::Number)}) {
        storage::TagRecord tag;
        tag.name = name;
        tag.kind = kind;
        TAGLINE_RETURN_IF_ERROR(txn.put_tag(tag).map([](engine::FieldId) {}));
      }
      return {};
    });
    EXPECT_TRUE(made.has_value());
  }
  ~FoldedShop() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { storage::set_fault(""); }
  /// So little that folding begins soon and takes many steps.
  static FoldOptions eager() {
    FoldOptions options;
    options.begin = {40, 4};
    options.step = std::chrono::microseconds(0);
    options.patience = std::chrono::milliseconds(1);
    return options;
  }
  static ingest::IngestBatch batch(int number) {
    const std::string id = "n" + std::to_string(number);
    auto read = operations_from_lines(
        "{\"user\": \"" + id + "\", \"set\": {\"vip\": true, \"age\": " + std::to_string(number) +
        ", \"city\": \"c" + std::to_string(number % 7) + "\", \"interests\": [\"i" +
        std::to_string(number % 5) + "\"]}}\n{\"user\": \"u1\", \"add\": {\"spend\": 1}}");
    return batch_of(read, {}).value();
  }
  static constexpr engine::FieldId kVip = 1;
  static constexpr engine::FieldId kCity = 2;
  static constexpr engine::FieldId kAge = 3;
  static constexpr engine::FieldId kSpend = 5;
  std::uint64_t people(engine::FieldId field, engine::RowId row = 0) {
    return store_
        ->read([&](const storage::Snapshot& snapshot) {
          return snapshot.cardinality({field, row});
        })
        .value();
  }
  std::optional<std::int64_t> number(engine::FieldId field, engine::UserIndex user) {
    return store_
        ->read([&](const storage::Snapshot& snapshot) { return snapshot.number_of(field, user); })
        .value();
  }
  void expect_clean() {
    const auto report = store_->verify();
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->clean()) << report->problems.front().en;
  }

  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(FoldedShop, WhatIsFoldedMeanwhileIsAnsweredAsBefore) {
  IngestQueue queue(*store_, eager());
  constexpr int kBatches = 120;
  for (int i = 0; i < kBatches; ++i) {
    ingest::IngestBatch one = batch(i);
    queue.apply(one);
    ASSERT_TRUE(one.outcome.has_value()) << one.outcome.error().message().en;
    ASSERT_EQ(people(kVip), static_cast<unsigned>(i) + 1);
    ASSERT_EQ(number(kAge, static_cast<engine::UserIndex>(i) + 1), i);
    ASSERT_EQ(number(kSpend, 0), i + 1);
    if (i % 10 == 0) {
      expect_clean();
    }
  }
  queue.finish_folding();
  const ChangeFolder::Figures folding = queue.figures().folding;
  EXPECT_GE(folding.folds, 2U);
  EXPECT_GT(folding.steps, folding.folds);
  EXPECT_EQ(folding.failures, 0U);
  EXPECT_LE(folding.unfolded.records, 4U);
  EXPECT_LE(folding.unfolded.changes, 40U);
  EXPECT_EQ(number(kSpend, 0), kBatches);
  EXPECT_EQ(people(kCity, 4), 17U) << "c3";
  expect_clean();
}

TEST_F(FoldedShop, WhatEarlierProgramsLeftIsFolded) {
  {
    FoldOptions never;
    never.begin = never.most;
    IngestQueue queue(*store_, never);
    for (int i = 0; i < 20; ++i) {
      ingest::IngestBatch one = batch(i);
      queue.apply(one);
    }
    EXPECT_EQ(queue.figures().folding.unfolded.records, 20U);
  }
  ChangeFolder folder(*store_, eager());
  while (folder.figures().folds == 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(folder.figures().unfolded.records, 0U);
  EXPECT_EQ(people(kVip), 20U);
  expect_clean();
}

TEST_F(FoldedShop, AFullDiskIsToldAndNothingIsLost) {
  std::atomic<int> told{0};
  FoldOptions options = eager();
  options.most = {100, 12};
  options.report = [&](const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::DiskFull);
    ++told;
  };
  storage::set_fault("fold-row:disk-full");
  IngestQueue queue(*store_, options);
  for (int i = 0; i < 8; ++i) {
    ingest::IngestBatch one = batch(i);
    queue.apply(one);
    ASSERT_TRUE(one.outcome.has_value());
  }
  while (told < 3) {
    std::this_thread::yield();
  }
  EXPECT_EQ(people(kVip), 8U);
  EXPECT_EQ(queue.figures().folding.folds, 0U);
  expect_clean();
  storage::set_fault("");
  queue.finish_folding();
  while (queue.figures().folding.folds == 0) {
    std::this_thread::yield();
  }
  EXPECT_GE(queue.figures().folding.failures, 3U);
  EXPECT_EQ(people(kVip), 8U);
  expect_clean();
}

TEST_F(FoldedShop, BeyondTheLimitWritersWaitAndAreToldWhy) {
  FoldOptions options = eager();
  options.most = {1'000, 5};
  storage::set_fault("fold-row:disk-full");
  ingest::Applier applier(*store_);
  for (int i = 0; i < 6; ++i) {
    ingest::IngestBatch one = batch(i);
    ingest::IngestBatch* const batches[] = {&one};
    applier.apply(batches, 1'790'000'000);
    ASSERT_TRUE(one.outcome.has_value());
  }
  ASSERT_EQ(applier.unfolded().records, 6U);
  ChangeFolder folder(*store_, options);
  while (folder.figures().failures == 0) {
    std::this_thread::yield();
  }
  const auto why = folder.wait_for_room(std::chrono::steady_clock::now());
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->code(), ErrorCode::Busy);
  EXPECT_NE(why->message().en.find("no room"), std::string::npos) << why->message().en;
  storage::set_fault("");
  EXPECT_FALSE(
      folder.wait_for_room(std::chrono::steady_clock::now() + std::chrono::minutes(1)).has_value());
}

}  // namespace
}  // namespace tagline::server
