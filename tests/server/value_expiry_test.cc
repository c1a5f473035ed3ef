// Values expire while others write, by the clock the test gives; what hinders it is told and loses
// nothing.
#include "server/value_expiry.h"

#include "server/ingest_queue.h"
#include "server/operation_json.h"
#include "storage/fault_point.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

constexpr std::int64_t kTtl = 100;

class ExpiringShop : public testing::Test {
 protected:
  ExpiringShop()
      : folder_(std::filesystem::temp_directory_path() /
                ("tagline_value_expiry_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    storage::OpenOptions create;
    create.mode = storage::OpenMode::Create;
    store_ = storage::Store::open(folder_, create).value();
    const Status made = store_->write([&](storage::WriteTxn& txn) -> Status {
      storage::TagRecord tag;
      tag.name = "vip";
      TAGLINE_ASSIGN_OR_RETURN(vip_, txn.put_tag(tag));
      return txn.set_life(vip_, {true, kTtl}, 0);
    });
    EXPECT_TRUE(made.has_value());
    queue_ = std::make_unique<IngestQueue>(*store_);
  }
  ~ExpiringShop() override {
    storage::set_fault("");
    queue_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Never looks by itself: a look is asked for.
  ExpiryOptions options() {
    ExpiryOptions options;
    options.look = std::chrono::hours(24);
    options.at_once = 3;
    options.now_s = [this] { return now_.load(); };
    options.wait_for_room = [this] { return queue_->wait_for_room(); };
    options.wrote = [this](const storage::Unfolded& left) { queue_->note(left); };
    return options;
  }
  void make_vips(int people) {
    std::string lines;
    for (int i = 0; i < people; ++i) {
      lines += "{\"user\": \"u" + std::to_string(i) + "\", \"set\": {\"vip\": true}}\n";
    }
    auto read = operations_from_lines(lines);
    ingest::IngestBatch batch = batch_of(read, {}).value();
    queue_->apply(batch);
    ASSERT_TRUE(batch.outcome.has_value());
  }
  std::uint64_t vips() {
    return store_
        ->read([&](const storage::Snapshot& snapshot) {
          return snapshot.cardinality({vip_, 0});
        })
        .value();
  }
  /// When all values have expired that were written by now.
  static std::int64_t later() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
               .count() +
           kTtl;
  }

  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<IngestQueue> queue_;
  engine::FieldId vip_ = 0;
  std::atomic<std::int64_t> now_{0};
};

TEST_F(ExpiringShop, ValuesGoWhenTheirTimeHasCome) {
  ValueExpiry expiry(*store_, options());
  make_vips(10);
  expiry.finish();
  EXPECT_EQ(vips(), 10U);
  EXPECT_EQ(expiry.figures().values, 0U);
  now_ = later();
  expiry.finish();
  EXPECT_EQ(vips(), 0U);
  const auto figures = expiry.figures();
  EXPECT_EQ(figures.values, 10U);
  EXPECT_EQ(figures.steps, 4U) << "three at once";
  EXPECT_EQ(figures.failures, 0U);
  EXPECT_EQ(figures.looked_s, now_.load());
}

TEST_F(ExpiringShop, ItLooksWhenItBegins) {
  make_vips(2);
  now_ = later();
  ValueExpiry expiry(*store_, options());
  expiry.finish();
  EXPECT_EQ(vips(), 0U);
}

TEST_F(ExpiringShop, AFullDiskIsToldAndTheNextLookGoesOn) {
  std::vector<std::string> told;
  ExpiryOptions how = options();
  how.report = [&](const Error& error) { told.emplace_back(wire_name(error.code())); };
  make_vips(5);
  ValueExpiry expiry(*store_, how);
  expiry.finish();
  now_ = later();
  storage::set_fault("change:disk-full");
  expiry.finish();
  EXPECT_EQ(expiry.figures().failures, 1U);
  EXPECT_EQ(vips(), 5U);
  storage::set_fault("");
  expiry.finish();
  EXPECT_EQ(vips(), 0U);
  EXPECT_EQ(told, std::vector<std::string>{"disk-full"});
}

TEST_F(ExpiringShop, WithoutRoomNothingIsWritten) {
  ExpiryOptions how = options();
  how.wait_for_room = [] { return std::optional(Error(ErrorCode::Busy, {"no room", "无空间"})); };
  make_vips(1);
  now_ = later();
  ValueExpiry expiry(*store_, how);
  expiry.finish();
  EXPECT_EQ(vips(), 1U);
  EXPECT_GE(expiry.figures().failures, 1U);
}

}  // namespace
}  // namespace tagline::server
