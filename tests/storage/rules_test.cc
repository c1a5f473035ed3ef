// The rules segments have had and what lists were made from: kept with their segment, through
// renames, gone with it; databases of the version before have none and open all the same.
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "tests/storage/database_folder.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using engine::Bitmap;
using test::add_users;
using test::Folder;
using test::must;
using test::open_store;

RuleRecord rule_of(std::uint32_t number, const std::string& expression) {
  RuleRecord rule;
  rule.number = number;
  rule.expression = expression;
  rule.author = "crm";
  rule.saved_s = 1'700'000'000 + number;
  rule.count = number * 10;
  rule.population = 1000;
  rule.as_of = 19'900;
  return rule;
}

template <class Fn>
void write(Store& store, const Fn& fn) {
  must(store.write([&](WriteTxn& txn) -> Status {
    fn(txn);
    return {};
  }));
}

/// A segment `name` with so many rules, the last of them its own.
void put_ruled(WriteTxn& txn, const std::string& name, std::uint32_t rules) {
  for (std::uint32_t number = 1; number <= rules; ++number) {
    SegmentRecord segment;
    segment.name = name;
    segment.expression = name + std::to_string(number);
    must(txn.put_segment(segment));
    must(txn.put_rule(name, rule_of(number, segment.expression)));
  }
}

/// A list of users 0 to 9 that was made from `source`.
void put_frozen(WriteTxn& txn, const std::string& name, const std::string& source) {
  SegmentRecord list;
  list.name = name;
  list.list = must(txn.new_field());
  must(txn.put_segment(list));
  must(txn.put_fragment({list.list, 0}, 0, Bitmap::range(0, 10)));
  OriginRecord origin;
  origin.name = name;
  origin.source = source;
  origin.expression = "vip";
  origin.rule = 2;
  must(txn.put_origin(origin));
}

std::vector<RuleRecord> rules_of(Store& store, const std::string& name) {
  return must(store.read([&](const Snapshot& snapshot) { return snapshot.rules(name); }));
}

std::optional<OriginRecord> origin_of(Store& store, const std::string& name) {
  return must(store.read([&](const Snapshot& snapshot) { return snapshot.origin(name); }));
}

void expect_clean(Store& store) {
  const VerifyReport report = test::verified(store);
  EXPECT_TRUE(report.clean()) << test::problems_of(report);
}

TEST(Rules, ComeBackByNumberWhateverOtherNamesBeginAlike) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      put_ruled(txn, "a", 3);
      put_ruled(txn, "ab", 2);
      put_ruled(txn, std::string("a\0\0\0", 4), 1);  // storage takes any bytes as a name
    });
  }
  const auto store = open_store(folder.path(), OpenMode::Read);
  EXPECT_EQ(rules_of(*store, "a"),
            (std::vector<RuleRecord>{rule_of(1, "a1"), rule_of(2, "a2"), rule_of(3, "a3")}));
  EXPECT_EQ(rules_of(*store, "ab"),
            (std::vector<RuleRecord>{rule_of(1, "ab1"), rule_of(2, "ab2")}));
  EXPECT_TRUE(rules_of(*store, "abc").empty());
  EXPECT_TRUE(rules_of(*store, "").empty());
  EXPECT_TRUE(rules_of(*store, std::string(5000, 'x')).empty());
  expect_clean(*store);
  EXPECT_EQ(test::verified(*store).rules, 6U);
}

TEST(Rules, HaveNumbersWithoutGapsAndASegment) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    EXPECT_FALSE(txn.put_rule("a", rule_of(1, "vip")).has_value());
    put_ruled(txn, "a", 1);
    EXPECT_FALSE(txn.put_rule("a", rule_of(0, "vip")).has_value());
    EXPECT_FALSE(txn.put_rule("a", rule_of(3, "vip")).has_value());
    EXPECT_FALSE(txn.put_rule("a", rule_of(2, "")).has_value());
    EXPECT_EQ(txn.put_rule("a", rule_of(2, std::string(300'000, 'e'))).error().code(),
              ErrorCode::TooLarge);
    OriginRecord origin;
    origin.name = "a";
    EXPECT_FALSE(txn.put_origin(origin).has_value()) << "a rule is no list";
    EXPECT_EQ(must(txn.rules("a")).size(), 1U);
  });
}

TEST(Rules, TheOldestMayBeDropped) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    put_ruled(txn, "a", 5);
    put_ruled(txn, "ab", 2);
    put_ruled(txn, std::string("a\0\0\0\2", 5), 1);
    must(txn.drop_rules_before("a", 4));
    must(txn.drop_rules_before("ab", 1));
    must(txn.drop_rules_before("none", 9));
    EXPECT_EQ(txn.put_rule("a", rule_of(3, "a3")).error().code(), ErrorCode::Internal);
    EXPECT_EQ(txn.put_rule("a", rule_of(7, "a7")).error().code(), ErrorCode::Internal);
    must(txn.put_rule("a", rule_of(4, "a4 again")));
  });
  EXPECT_EQ(rules_of(*store, "a"),
            (std::vector<RuleRecord>{rule_of(4, "a4 again"), rule_of(5, "a5")}));
  EXPECT_EQ(rules_of(*store, "ab").size(), 2U);
  expect_clean(*store);
  // Their numbers come along with a new name.
  write(*store, [](WriteTxn& txn) {
    SegmentRecord renamed = *must(txn.segment("a"));
    renamed.name = "b";
    must(txn.rename_segment("a", renamed));
  });
  EXPECT_EQ(rules_of(*store, "b").front().number, 4U);
  EXPECT_TRUE(rules_of(*store, "a").empty());
  expect_clean(*store);
}

TEST(Rules, GoWithTheirSegmentAndDoNotComeBackWithItsName) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    must(add_users(txn, 0, 20));
    put_ruled(txn, "a", 3);
    put_ruled(txn, "ab", 1);
    put_frozen(txn, "a then", "a");
    must(txn.erase_segment("a"));
  });
  EXPECT_TRUE(rules_of(*store, "a").empty());
  EXPECT_EQ(rules_of(*store, "ab").size(), 1U);
  EXPECT_TRUE(origin_of(*store, "a then")->source_gone);
  expect_clean(*store);
  // A namesake is no heir.
  write(*store, [](WriteTxn& txn) { put_ruled(txn, "a", 1); });
  EXPECT_EQ(rules_of(*store, "a").size(), 1U);
  EXPECT_TRUE(origin_of(*store, "a then")->source_gone);
  write(*store, [](WriteTxn& txn) { must(txn.erase_segment("a then")); });
  EXPECT_EQ(origin_of(*store, "a then"), std::nullopt);
  expect_clean(*store);
}

TEST(Rules, ComeAlongWhenTheirSegmentIsRenamed) {
  const Folder folder;
  const auto store = open_store(folder.path(), OpenMode::Create);
  write(*store, [](WriteTxn& txn) {
    must(add_users(txn, 0, 20));
    put_ruled(txn, "a", 3);
    put_ruled(txn, "taken", 1);
    put_frozen(txn, "a then", "a");
    SegmentRecord renamed = *must(txn.segment("a"));
    renamed.name = "taken";
    EXPECT_EQ(txn.rename_segment("a", renamed).error().code(), ErrorCode::SchemaConflict);
    renamed.name = "b";
    must(txn.rename_segment("a", renamed));
    SegmentRecord list = *must(txn.segment("a then"));
    list.name = "b then";
    must(txn.rename_segment("a then", list));
  });
  EXPECT_TRUE(rules_of(*store, "a").empty());
  EXPECT_EQ(rules_of(*store, "b").size(), 3U);
  EXPECT_EQ(rules_of(*store, "b")[2], rule_of(3, "a3"));
  EXPECT_EQ(origin_of(*store, "a then"), std::nullopt);
  const auto origin = origin_of(*store, "b then");
  EXPECT_EQ(origin->source, "b");
  EXPECT_FALSE(origin->source_gone);
  const auto members = must(store->read([&](const Snapshot& snapshot) -> Result<std::uint64_t> {
    return snapshot.cardinality({must(snapshot.segment("b then"))->list, 0});
  }));
  EXPECT_EQ(members, 10U);
  expect_clean(*store);
}

/// Changes the database behind the store's back.
template <class Fn>
void damage(const Folder& folder, const Fn& fn) {
  auto environment = must(LmdbEnvironment::open(folder.path(), Access::Write, 0));
  must(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse));
  auto txn = must(environment.begin_write());
  fn(txn);
  must(txn.commit());
}

void expect_problem(const Folder& folder, const std::string& text) {
  const auto store = open_store(folder.path(), OpenMode::Read);
  const std::string found = test::problems_of(test::verified(*store));
  EXPECT_NE(found.find(text), std::string::npos) << found;
}

std::string rule_key(const std::string& name, char number) {
  return name + std::string("\0\0\0", 3) + number;
}

TEST(Rules, VerifyTellsWhatContradictsThem) {
  const auto fill = [](const Folder& folder) {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      must(add_users(txn, 0, 20));
      put_ruled(txn, "a", 3);
      put_frozen(txn, "a then", "a");
    });
    expect_clean(*store);
  };
  const auto with = [&](const std::string& problem, const auto& fn) {
    const Folder folder;
    fill(folder);
    damage(folder, fn);
    expect_problem(folder, problem);
  };
  with("rules of \"a\": 2 can be read, expected 1 to 3",
       [](WriteTransaction& txn) { must(txn.erase(KeySpace::Rules, bytes_of(rule_key("a", 2)))); });
  with("rules of \"a\": the last one is not the segment's",
       [](WriteTransaction& txn) { must(txn.erase(KeySpace::Rules, bytes_of(rule_key("a", 3)))); });
  with("rules: \"b\" is no segment that has rules", [](WriteTransaction& txn) {
    must(txn.put(KeySpace::Rules, bytes_of(rule_key("b", 1)), bytes_of("\x01zzz")));
  });
  with("rules: \"\" is no segment that has rules", [](WriteTransaction& txn) {
    must(txn.put(KeySpace::Rules, bytes_of("xy"), bytes_of("\x01zzz")));
  });
  with("rules of \"a\": damaged record: rule 4 cannot be read", [](WriteTransaction& txn) {
    must(txn.put(KeySpace::Rules, bytes_of(rule_key("a", 4)), bytes_of("\x01zzz")));
  });
  with("origins: \"a\" is no static list", [](WriteTransaction& txn) {
    RecordWriter record;
    encode(OriginRecord{}, record);
    must(txn.put(KeySpace::Origins, bytes_of("a"), record.bytes()));
  });
  with("origins: damaged record: the origin of \"a then\"", [](WriteTransaction& txn) {
    must(txn.put(KeySpace::Origins, bytes_of("a then"), bytes_of("\x01zzz")));
  });
  with("origins: \"a then\" was made from \"\", which is not there", [](WriteTransaction& txn) {
    RecordWriter record;
    encode(OriginRecord{}, record);
    must(txn.put(KeySpace::Origins, bytes_of("a then"), record.bytes()));
  });
}

/// Makes the database one of an older version: without what it did not have.
void make_older(const Folder& folder, std::uint8_t version, std::size_t meta_numbers,
                const std::vector<const char*>& key_spaces) {
  damage(folder, [&](WriteTransaction& txn) {
    const auto stored = must(txn.get(KeySpace::Meta, bytes_of("database")));
    std::vector<std::byte> meta(stored->begin(), stored->end());
    meta[8] = std::byte{version};
    meta.resize(meta.size() - meta_numbers);  // all of one byte here
    must(txn.put(KeySpace::Meta, bytes_of("database"), meta));
  });
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(env, kKeySpaceCount), 0);
  ASSERT_EQ(mdb_env_open(env, folder.path().c_str(), 0, 0644), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  for (const char* name : key_spaces) {
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_dbi_open(txn, name, 0, &dbi), 0);
    ASSERT_EQ(mdb_drop(txn, dbi, 1), 0);
  }
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

void make_version_3(const Folder& folder) {
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      SegmentRecord segment;
      segment.name = "old";
      segment.expression = "vip";
      must(txn.put_segment(segment));
    });
  }
  make_older(folder, 3, 4, {"rules", "origins", "changes", "requests"});
}

TEST(Rules, ADatabaseOfVersion3IsReadAsItIs) {
  const Folder folder;
  make_version_3(folder);
  const auto store = open_store(folder.path(), OpenMode::Read);
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.segment("old"))->expression, "vip");
    EXPECT_TRUE(must(snapshot.rules("old")).empty());
    EXPECT_TRUE(must(snapshot.origins()).empty());
    EXPECT_EQ(must(snapshot.origin("old")), std::nullopt);
    return {};
  }));
  expect_clean(*store);
}

TEST(Rules, ADatabaseOfVersion3BecomesTheNewestWithItsFirstCommit) {
  const Folder folder;
  make_version_3(folder);
  {
    // Opening it for writing alone leaves it to older versions, whatever was made beside.
    const auto store = open_store(folder.path(), OpenMode::Write);
    expect_clean(*store);
  }
  damage(folder, [](WriteTransaction& txn) {
    EXPECT_EQ(must(decode_meta(*must(txn.get(KeySpace::Meta, bytes_of("database"))))).format, 3U);
  });
  {
    const auto store = open_store(folder.path(), OpenMode::Write);
    write(*store, [](WriteTxn& txn) { put_ruled(txn, "a", 2); });
  }
  const auto store = open_store(folder.path(), OpenMode::Read);
  EXPECT_EQ(rules_of(*store, "a").size(), 2U);
  expect_clean(*store);
  EXPECT_EQ(test::verified(*store).segments, 2U);
}

TEST(Rules, ADatabaseOfVersion4KeepsThem) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) { put_ruled(txn, "a", 2); });
  }
  make_older(folder, 4, 4, {"changes", "requests"});
  {
    const auto store = open_store(folder.path(), OpenMode::Read);
    EXPECT_EQ(rules_of(*store, "a").size(), 2U);
    must(store->read([](const Snapshot& snapshot) -> Status {
      EXPECT_EQ(snapshot.data_version(), snapshot.version());
      return {};
    }));
  }
  const auto store = open_store(folder.path(), OpenMode::Write);
  write(*store, [](WriteTxn& txn) { put_ruled(txn, "b", 1); });
  must(store->read([](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(snapshot.data_version() + 1, snapshot.version());
    return {};
  }));
  EXPECT_EQ(rules_of(*store, "a").size(), 2U);
  expect_clean(*store);
}

TEST(Rules, ADatabaseOfVersion6KeepsItsChangesAndIsGivenRequests) {
  const Folder folder;
  {
    const auto store = open_store(folder.path(), OpenMode::Create);
    write(*store, [](WriteTxn& txn) {
      must(test::add_users(txn, 0, 4));
      const engine::FieldId vip = must(txn.put_tag(test::tag_of("vip", engine::TagKind::Flag)));
      must(txn.change({{vip, CellShape::Bit, 0, 3, 1}}));
    });
  }
  make_older(folder, 6, 0, {"requests"});
  const auto expect_change = [](Store& store) {
    must(store.read([](const Snapshot& snapshot) -> Status {
      EXPECT_EQ(must(snapshot.holds({1, 0}, 3)), true);
      return {};
    }));
    expect_clean(store);
  };
  expect_change(*open_store(folder.path(), OpenMode::Read));
  const auto store = open_store(folder.path(), OpenMode::Write);
  write(*store, [](WriteTxn& txn) { must(txn.put_request({"a", "d", 1, ""})); });
  expect_change(*store);
  write(*store, [](WriteTxn& txn) { EXPECT_EQ(must(txn.next_request()), 1U); });
}

TEST(Rules, ADatabaseOfVersion7HasNoPositionsAndTakesSome) {
  const Folder folder;
  write(*open_store(folder.path(), OpenMode::Create), [](WriteTxn& txn) {
    must(txn.put_request({"a", "d", 1, ""}));
  });
  make_older(folder, 7, 0, {"positions"});
  const auto positions = [](Store& store) {
    return must(store.read([](const Snapshot& snapshot) { return snapshot.positions(""); }));
  };
  EXPECT_TRUE(positions(*open_store(folder.path(), OpenMode::Read)).empty());
  const auto store = open_store(folder.path(), OpenMode::Write);
  write(*store, [](WriteTxn& txn) { must(txn.put_position({"g", "t", 0, 5, 6})); });
  EXPECT_EQ(positions(*store).size(), 1U);
  expect_clean(*store);
}

}  // namespace
}  // namespace tagline::storage
