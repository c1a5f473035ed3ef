// Saved segments, static lists and loads: kept across openings, bounded, and their rows go with
// them.
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "tests/storage/database_folder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using engine::FieldId;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;

SegmentRecord segment_of(const std::string& name, const std::string& expression) {
  SegmentRecord segment;
  segment.name = name;
  segment.expression = expression;
  return segment;
}

SegmentRecord list_of(const std::string& name, FieldId list) {
  SegmentRecord segment;
  segment.name = name;
  segment.list = list;
  return segment;
}

SegmentRecord full_segment() {
  SegmentRecord segment = segment_of("高价值流失", "purchase:* AND NOT did(purchase, in:last 90d)");
  segment.title = {"Lapsed VIPs", "高价值流失"};
  segment.description = "for the win-back campaign";
  segment.owner = "crm";
  segment.labels = {"win-back", "", "2026"};
  segment.created_s = 1'700'000'000;
  segment.updated_s = 1'700'000'001;
  return segment;
}

template <class Fn>
void write(Store& store, const Fn& fn) {
  must(store.write([&](WriteTxn& txn) -> Status {
    fn(txn);
    return {};
  }));
}

std::uint64_t users_of(Store& store, FieldId list) {
  return must(store.read([&](const Snapshot& snapshot) {
    return snapshot.cardinality({list, 0});
  }));
}

ErrorCode error_of(const Status& status) {
  if (status.has_value()) {
    throw std::runtime_error("it was accepted");
  }
  EXPECT_FALSE(status.error().message().zh.empty());
  return status.error().code();
}

TEST(Segments, ComeBackByNameAndInOrder) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      must(txn.put_segment(segment_of("b", "vip")));
      must(txn.put_segment(full_segment()));
      must(txn.put_segment(segment_of("a", "NOT vip")));
      EXPECT_EQ(must(txn.segment("b"))->expression, "vip");
      EXPECT_EQ(must(txn.segments()).size(), 3U);
    });
    write(*store, [](WriteTxn& txn) { must(txn.put_segment(segment_of("b", "vip OR old"))); });
  }
  const auto store = open_store(folder.path(), OpenMode::Read);
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.segments()),
              (std::vector<SegmentRecord>{segment_of("a", "NOT vip"), segment_of("b", "vip OR old"),
                                          full_segment()}));
    EXPECT_EQ(must(snapshot.segment(full_segment().name)), full_segment());
    EXPECT_EQ(must(snapshot.segment("A")), std::nullopt);
    EXPECT_EQ(must(snapshot.segment("")), std::nullopt);
    EXPECT_EQ(must(snapshot.segment(std::string(5000, 'x'))), std::nullopt);
    return {};
  }));
}

TEST(Segments, AreErasedOnce) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    must(txn.put_segment(segment_of("a", "vip")));
    must(txn.erase_segment("a"));
    EXPECT_EQ(must(txn.segment("a")), std::nullopt);
    EXPECT_EQ(error_of(txn.erase_segment("a")), ErrorCode::NotFound);
    EXPECT_EQ(error_of(txn.erase_segment("")), ErrorCode::NotFound);
    EXPECT_EQ(error_of(txn.erase_segment(std::string(5000, 'x'))), ErrorCode::NotFound);
  });
}

TEST(Segments, HaveLimits) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    const std::string longest(kNameBytesMax, 'n');
    must(txn.put_segment(segment_of(longest, std::string(4 * 65'536, 'e'))));
    EXPECT_TRUE(must(txn.segment(longest)).has_value());
    EXPECT_EQ(error_of(txn.put_segment(segment_of("", "vip"))), ErrorCode::BadInput);
    EXPECT_EQ(error_of(txn.put_segment(segment_of(longest + "n", "vip"))), ErrorCode::TooLarge);
    EXPECT_EQ(error_of(txn.put_segment(segment_of("a", std::string(4 * 65'536 + 1, 'e')))),
              ErrorCode::TooLarge);
    SegmentRecord wordy = segment_of("a", "vip");
    wordy.description = std::string(70'000, 'd');
    EXPECT_EQ(error_of(txn.put_segment(wordy)), ErrorCode::TooLarge);
    SegmentRecord labelled = segment_of("a", "vip");
    labelled.labels.resize(1001);
    EXPECT_EQ(error_of(txn.put_segment(labelled)), ErrorCode::TooLarge);
    EXPECT_EQ(error_of(txn.put_segment(segment_of("neither", ""))), ErrorCode::Internal);
    SegmentRecord both = list_of("both", must(txn.new_field()));
    both.expression = "vip";
    EXPECT_EQ(error_of(txn.put_segment(both)), ErrorCode::Internal);
  });
}

TEST(StaticLists, LieInFieldsOfTheirOwn) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    const FieldId tag = must(txn.put_tag(test::tag_of("vip", engine::TagKind::Flag)));
    EXPECT_EQ(error_of(txn.put_segment(list_of("a", tag))), ErrorCode::Internal);
    EXPECT_EQ(error_of(txn.put_segment(list_of("a", tag + 1))), ErrorCode::Internal);
    EXPECT_EQ(error_of(txn.put_segment(list_of("a", engine::kComputedField))), ErrorCode::Internal);
    must(txn.put_segment(list_of("a", must(txn.new_field()))));
  });
}

/// A static list "guests".
class StaticListTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = open_store(folder_.path(), OpenMode::Create);
    write(*store_, [&](WriteTxn& txn) {
      must(add_users(txn, 0, 100));
      list_ = put_list(txn, 20);
      must(txn.put_segment(list_of("guests", list_)));
    });
    ASSERT_EQ(users_of(*store_, list_), 20U);
  }
  static FieldId put_list(WriteTxn& txn, std::uint32_t users) {
    const FieldId list = must(txn.new_field());
    must(txn.put_fragment({list, engine::kFlagRow}, 0, Bitmap::range(0, users)));
    return list;
  }

  Folder folder_;
  std::unique_ptr<Store> store_;
  FieldId list_ = 0;
};

TEST_F(StaticListTest, RowsGoWithTheSegment) {
  write(*store_, [](WriteTxn& txn) { must(txn.erase_segment("guests")); });
  EXPECT_EQ(users_of(*store_, list_), 0U);
  EXPECT_TRUE(test::verified(*store_).clean());
}

TEST_F(StaticListTest, RowsGoWhenAnotherListOrAnExpressionTakesTheirPlace) {
  FieldId other = 0;
  write(*store_, [&](WriteTxn& txn) {
    other = put_list(txn, 5);
    must(txn.put_segment(list_of("guests", other)));
  });
  EXPECT_EQ(users_of(*store_, list_), 0U);
  EXPECT_EQ(users_of(*store_, other), 5U);
  write(*store_, [&](WriteTxn& txn) { must(txn.put_segment(segment_of("guests", "vip"))); });
  EXPECT_EQ(users_of(*store_, other), 0U);
  EXPECT_TRUE(test::verified(*store_).clean());
}

TEST_F(StaticListTest, RowsStayWhenTheSegmentIsRenamedOrItsRecordChanges) {
  write(*store_, [&](WriteTxn& txn) {
    must(txn.put_segment(list_of("visitors", list_)));
    must(txn.erase_segment("guests"));
  });
  write(*store_, [&](WriteTxn& txn) {
    SegmentRecord segment = list_of("visitors", list_);
    segment.owner = "crm";
    must(txn.put_segment(segment));
  });
  EXPECT_EQ(users_of(*store_, list_), 20U);
  EXPECT_TRUE(test::verified(*store_).clean());
}

TEST(Loads, AreKnownByTheirIdAndListedOldestFirst) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      must(txn.put_load({"b", "orders-2.csv", 10, 9, 200}));
      must(txn.put_load({"c", "orders-1.csv", 1, 1, 100}));
      must(txn.put_load({"a", "orders-3.csv", ~0ULL, 0, 200}));
      EXPECT_TRUE(must(txn.find_load("a")).has_value());
    });
  }
  const auto store = open_store(folder.path(), OpenMode::Write);
  write(*store, [](WriteTxn& txn) {
    const auto again = txn.put_load({"c", "orders-4.csv", 1, 1, 300});
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code(), ErrorCode::SchemaConflict);
    EXPECT_EQ(again.error().message().en, "load \"c\" has been added already, from orders-1.csv");
    EXPECT_EQ(error_of(txn.put_load({"", "f", 0, 0, 0})), ErrorCode::BadInput);
    EXPECT_EQ(error_of(txn.put_load({std::string(kNameBytesMax + 1, 'x'), "f", 0, 0, 0})),
              ErrorCode::TooLarge);
    EXPECT_EQ(error_of(txn.put_load({"d", std::string(70'000, 'x'), 0, 0, 0})),
              ErrorCode::TooLarge);
  });
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.loads()), (std::vector<LoadRecord>{{"c", "orders-1.csv", 1, 1, 100},
                                                               {"a", "orders-3.csv", ~0ULL, 0, 200},
                                                               {"b", "orders-2.csv", 10, 9, 200}}));
    EXPECT_EQ(must(snapshot.find_load("b")), (LoadRecord{"b", "orders-2.csv", 10, 9, 200}));
    EXPECT_EQ(must(snapshot.find_load("nothing")), std::nullopt);
    EXPECT_EQ(must(snapshot.find_load("")), std::nullopt);
    EXPECT_EQ(must(snapshot.find_load(std::string(5000, 'x'))), std::nullopt);
    return {};
  }));
}

TEST(Segments, DamagedRecordsAreErrorsNotCrashes) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      must(txn.put_segment(segment_of("a", "vip")));
      must(txn.put_load({"a", "f", 0, 0, 0}));
    });
  }
  {
    auto environment = must(LmdbEnvironment::open(folder.path(), Access::Write, 0));
    must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
    auto txn = must(environment.begin_write());
    must(txn.put(KeySpace::Segments, bytes_of("a"), bytes_of("\x01zzz")));
    must(txn.put(KeySpace::Loads, bytes_of("a"), {}));
    must(txn.commit());
  }
  const auto store = open_store(folder.path(), OpenMode::Write);
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.segments().error().code(), ErrorCode::Corrupt);
    EXPECT_EQ(snapshot.segment("a").error().code(), ErrorCode::Corrupt);
    EXPECT_EQ(snapshot.loads().error().code(), ErrorCode::Corrupt);
    EXPECT_EQ(snapshot.find_load("a").error().code(), ErrorCode::Corrupt);
    return {};
  }));
}

}  // namespace
}  // namespace tagline::storage
