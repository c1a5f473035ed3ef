// The data version moves with what plans read, and with nothing else.
#include "tests/storage/database_folder.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;
using test::tag_of;

class DataVersion : public testing::Test {
 protected:
  void SetUp() override {
    store_ = open_store(folder_.path(), OpenMode::Create);
    write([](WriteTxn& txn) {
      must(add_users(txn, 0, 10));
      must(txn.put_tag(tag_of("vip", engine::TagKind::Flag)));
      must(txn.put_fragment({1, 0}, 0, Bitmap::range(0, 3)));
    });
  }
  template <class Fn>
  void write(const Fn& fn) {
    must(store_->write([&](WriteTxn& txn) -> Status {
      fn(txn);
      return {};
    }));
  }
  /// Whether `fn` is a commit that moves the data version, which then is that commit's.
  template <class Fn>
  bool moves(const Fn& fn) {
    const auto [version, data] = versions();
    write(fn);
    const auto [now, data_now] = versions();
    EXPECT_EQ(now, version + 1);
    EXPECT_TRUE(data_now == data || data_now == now);
    return data_now != data;
  }
  std::pair<std::uint64_t, std::uint64_t> versions() {
    return must(store_->read(
        [](const Snapshot& snapshot) -> Result<std::pair<std::uint64_t, std::uint64_t>> {
          return std::pair(snapshot.version(), snapshot.data_version());
        }));
  }
  static SegmentRecord list_of(const std::string& name, engine::FieldId field) {
    SegmentRecord record;
    record.name = name;
    record.list = field;
    return record;
  }

  const Folder folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(DataVersion, StaysWithRecordsAlone) {
  EXPECT_FALSE(moves([](WriteTxn& txn) {
    TagRecord tag = must(txn.tags()).front();
    tag.title.en = "VIP";
    must(txn.put_tag(tag));
  }));
  EXPECT_FALSE(moves([](WriteTxn& txn) {
    SegmentRecord record;
    record.name = "a";
    record.expression = "vip";
    must(txn.put_segment(record));
  }));
  EXPECT_FALSE(moves([](WriteTxn& txn) { must(txn.erase_segment("a")); }));
}

TEST_F(DataVersion, MovesWithRowsAndUsers) {
  EXPECT_TRUE(moves([](WriteTxn& txn) { must(txn.put_fragment({1, 0}, 0, Bitmap::range(0, 4))); }));
  EXPECT_TRUE(moves([](WriteTxn& txn) { must(add_users(txn, 10, 11)); }));
  EXPECT_TRUE(moves([](WriteTxn& txn) { must(txn.put_fragment({1, 0}, 0, Bitmap())); }));
  // The same bytes again are no commit, and with something else beside no change of the data.
  EXPECT_FALSE(moves([](WriteTxn& txn) {
    must(txn.put_fragment({1, 0}, 0, Bitmap()));
    must(txn.put_tag(tag_of("new", engine::TagKind::Flag)));
  }));
}

TEST_F(DataVersion, NewFieldsAreNobodysYet) {
  engine::FieldId list = 0;
  EXPECT_FALSE(moves([&](WriteTxn& txn) {
    list = must(txn.new_field());
    must(txn.put_segment(list_of("frozen", list)));
    must(txn.put_fragment({list, 0}, 0, Bitmap::range(2, 5)));
  }));
  EXPECT_FALSE(moves([&](WriteTxn& txn) {
    const engine::FieldId tag = must(txn.put_tag(tag_of("fresh", engine::TagKind::Flag)));
    must(txn.put_fragment({tag, 0}, 0, Bitmap::range(2, 5)));
  }));
  // From then on plans may have read them.
  EXPECT_TRUE(moves([&](WriteTxn& txn) {
    must(txn.put_fragment({list, 0}, 0, Bitmap::range(2, 6)));
  }));
  EXPECT_TRUE(moves([](WriteTxn& txn) { must(txn.erase_segment("frozen")); }));
}

TEST_F(DataVersion, IsKept) {
  const auto before = versions();
  write([](WriteTxn& txn) { must(txn.put_tag(tag_of("new", engine::TagKind::Flag))); });
  store_.reset();
  store_ = open_store(folder_.path(), OpenMode::Read);
  EXPECT_EQ(versions(), std::pair(before.first + 1, before.second));
}

}  // namespace
}  // namespace tagline::storage
