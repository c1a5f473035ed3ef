#include "storage/record_codec.h"

#include "storage/id_records.h"
#include "storage/write_txn.h"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

TagRecord full_tag() {
  TagRecord tag;
  tag.field = 7;
  tag.name = "消费金额";
  tag.kind = engine::TagKind::Number;
  tag.scale = 2;
  tag.min = std::numeric_limits<std::int64_t>::min();
  tag.max = -5;
  tag.unit = "CNY";
  tag.title = {"Spend", "消费"};
  tag.description = "of the last year";
  tag.layer = "behaviour/consumption";
  tag.source = "first party";
  tag.owner = "crm";
  tag.aliases = {"spend", "", "gasto"};
  tag.created_s = 1'700'000'000;
  tag.updated_s = -1;
  tag.deprecated = true;
  tag.replacement = 9;
  return tag;
}

template <class T>
std::vector<std::byte> encoded(const T& record) {
  RecordWriter out;
  encode(record, out);
  return {out.bytes().begin(), out.bytes().end()};
}

TEST(RecordCodec, TagsComeBack) {
  const auto bytes = encoded(full_tag());
  const auto read = decode_tag(7, bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, full_tag());

  TagRecord plain;
  plain.field = 1;
  plain.name = "churn_risk";
  EXPECT_EQ(*decode_tag(1, encoded(plain)), plain);
}

TEST(RecordCodec, ValuesComeBack) {
  const ValueRecord value{3, "一线", {"tier1", "T1"}, {"Tier 1", "一线城市"}};
  EXPECT_EQ(*decode_value(3, encoded(value)), value);
}

TagRecord full_event() {
  TagRecord event = full_tag();
  event.kind = engine::TagKind::Event;
  event.has_amount = true;
  return event;
}

SegmentRecord full_segment() {
  return {"高价值流失",
          "purchase:* AND NOT did(purchase)",
          0,
          {"Lapsed VIPs", "高价值流失"},
          "for the campaign",
          "crm",
          {"win-back", "", ""},
          1'700'000'000,
          -1};
}

SegmentRecord full_list() {
  SegmentRecord list = full_segment();
  list.expression.clear();
  list.list = 0xFFFF'FFFE;
  return list;
}

const RuleRecord kFullRule{7, "vip AND age>30", "crm", 1'700'000'000, ~0ULL - 1, 12'000, -3};
const OriginRecord kFullOrigin{"春季", "vip", true,   "age>30",      7,
                               -3,     99,    12'000, 1'700'000'000, "crm"};
const LoadRecord kFullLoad{"9f3c", "订单.csv", ~0ULL, 0, 1'700'000'000};

TEST(RecordCodec, EventsComeBack) {
  EXPECT_EQ(*decode_tag(7, encoded(full_event())), full_event());
}

TEST(RecordCodec, OnlyEventsHaveAmounts) {
  TagRecord odd = full_event();
  odd.kind = engine::TagKind::Number;
  EXPECT_EQ(decode_tag(7, encoded(odd)).error().code(), ErrorCode::Corrupt);
}

TEST(RecordCodec, SegmentsComeBack) {
  for (const SegmentRecord& segment : {full_segment(), full_list()}) {
    EXPECT_EQ(*decode_segment(segment.name, encoded(segment)), segment);
  }
}

TEST(RecordCodec, ASegmentIsAnExpressionOrAListOfItsOwnName) {
  const auto refused = [](std::string_view name, const SegmentRecord& segment) {
    const auto read = decode_segment(name, encoded(segment));
    return !read.has_value() && read.error().code() == ErrorCode::Corrupt &&
           !read.error().message().zh.empty();
  };
  SegmentRecord both = full_list();
  both.expression = "vip";
  EXPECT_TRUE(refused(both.name, both));
  SegmentRecord neither = full_segment();
  neither.expression.clear();
  EXPECT_TRUE(refused(neither.name, neither));
  EXPECT_TRUE(refused("another", full_segment()));
  EXPECT_TRUE(refused("", full_segment()));

  // A list's number of more than 32 bits.
  RecordWriter wide;
  wide.varint(1);
  wide.string("a");
  wide.string("");
  wide.varint(0x1'0000'0001);
  for (int text = 0; text < 4; ++text) {
    wide.string("");
  }
  wide.varint(0);
  wide.zigzag(0);
  wide.zigzag(0);
  EXPECT_FALSE(decode_segment("a", wide.bytes()).has_value());
}

TEST(RecordCodec, LoadsComeBackUnderTheirOwnId) {
  EXPECT_EQ(*decode_load(kFullLoad.id, encoded(kFullLoad)), kFullLoad);
  EXPECT_EQ(decode_load("9f3d", encoded(kFullLoad)).error().code(), ErrorCode::Corrupt);
}

TEST(RecordCodec, RulesAndOriginsComeBack) {
  EXPECT_EQ(*decode_rule(kFullRule.number, encoded(kFullRule)), kFullRule);
  RuleRecord uncounted = kFullRule;
  uncounted.count.reset();
  EXPECT_EQ(*decode_rule(kFullRule.number, encoded(uncounted)), uncounted);
  EXPECT_EQ(*decode_origin(kFullOrigin.name, encoded(kFullOrigin)), kFullOrigin);
}

TEST(RecordCodec, TagsOfTheVersionBeforeNameNoReplacement) {
  TagRecord tag = full_tag();
  tag.replacement = 0;
  auto bytes = encoded(tag);
  bytes.front() = std::byte{1};
  bytes.resize(bytes.size() - 3);
  EXPECT_EQ(*decode_tag(7, bytes), tag);
  // Of a tag in use there is none to name.
  tag.replacement = 9;
  tag.deprecated = false;
  EXPECT_EQ(decode_tag(7, encoded(tag)).error().code(), ErrorCode::Corrupt);
}

TEST(RecordCodec, TheLifeOfValuesComesBackAndVersionsBeforeHaveNone) {
  TagRecord tag = full_tag();
  auto bytes = encoded(tag);
  bytes.front() = std::byte{2};
  bytes.resize(bytes.size() - 2);
  EXPECT_EQ(*decode_tag(7, bytes), tag);
  tag.times = 8;
  EXPECT_EQ(*decode_tag(7, encoded(tag)), tag);
  tag.ttl_s = kTtlMax;
  EXPECT_EQ(*decode_tag(7, encoded(tag)), tag);
  const auto refused = [](const TagRecord& odd) {
    return decode_tag(7, encoded(odd)).error().code() == ErrorCode::Corrupt;
  };
  TagRecord odd = tag;
  odd.ttl_s = kTtlMax + 1;
  EXPECT_TRUE(refused(odd));
  odd = tag;
  odd.times = 0;
  EXPECT_TRUE(refused(odd)) << "values cannot expire whose times are not kept";
  odd.ttl_s = 0;
  odd.times = 7;
  EXPECT_TRUE(refused(odd)) << "a tag cannot keep its own times";
  odd = full_event();
  odd.times = 8;
  EXPECT_TRUE(refused(odd)) << "events have days";
}

TEST(RecordCodec, MetaOfTheVersionBeforeIsReadAndSaysSo) {
  auto meta = encoded(MetaRecord{6, 2, "UTC", 3, 4, 5, 1, 8, 9, 5});
  EXPECT_EQ(decode_meta(meta)->data_version, 1U);
  EXPECT_EQ(decode_meta(meta)->changes_first, 8U);
  meta.resize(meta.size() - 3);  // versions before did not have them
  meta[8] = std::byte{5};
  EXPECT_EQ(decode_meta(meta)->data_version, 1U);
  EXPECT_EQ(decode_meta(meta)->changes_next, 0U);
  meta.pop_back();  // nor this
  meta[8] = std::byte{3};
  EXPECT_EQ(decode_meta(meta)->data_version, 6U);
  EXPECT_EQ(decode_meta(meta)->format, 3U);
  EXPECT_EQ(decode_meta(encoded(*decode_meta(meta)))->format, kFormatVersion);
  meta[8] = std::byte{2};
  EXPECT_EQ(decode_meta(meta).error().code(), ErrorCode::WrongFormat);
}

TEST(RecordCodec, MetaComesBack) {
  const MetaRecord meta{
      42, 1'700'000'000, "Asia/Shanghai", ~0ULL, 0xFFFFFFFF, 0xFFFFFFFF, 41, 7, ~0ULL, 40};
  EXPECT_EQ(*decode_meta(encoded(meta)), meta);
}

TEST(RecordCodec, EveryTruncationIsCorruptAndSoIsMore) {
  const auto check = [](std::vector<std::byte> bytes, const auto& decode) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode(Bytes(bytes).first(size)).has_value()) << size;
    }
    EXPECT_TRUE(decode(Bytes(bytes)).has_value());
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(decode(Bytes(bytes)).has_value());
  };
  check(encoded(full_tag()), [](Bytes bytes) { return decode_tag(7, bytes); });
  check(encoded(ValueRecord{3, "x", {"y"}, {"a", "b"}}),
        [](Bytes bytes) { return decode_value(3, bytes); });
  check(encoded(full_event()), [](Bytes bytes) { return decode_tag(7, bytes); });
  check(encoded(full_segment()),
        [](Bytes bytes) { return decode_segment(full_segment().name, bytes); });
  check(encoded(full_list()), [](Bytes bytes) { return decode_segment(full_list().name, bytes); });
  check(encoded(kFullLoad), [](Bytes bytes) { return decode_load(kFullLoad.id, bytes); });
  check(encoded(kFullRule), [](Bytes bytes) { return decode_rule(kFullRule.number, bytes); });
  check(encoded(kFullOrigin), [](Bytes bytes) { return decode_origin(kFullOrigin.name, bytes); });
  check(encoded(MetaRecord{1, 2, "UTC", 3, 4, 5}), [](Bytes bytes) { return decode_meta(bytes); });
}

TEST(RecordCodec, UnknownVersionsAndKindsAreRefused) {
  auto tag = encoded(full_tag());
  tag[0] = std::byte{4};
  EXPECT_EQ(decode_tag(7, tag).error().code(), ErrorCode::Corrupt);

  TagRecord odd = full_tag();
  odd.kind = static_cast<engine::TagKind>(6);
  EXPECT_EQ(decode_tag(7, encoded(odd)).error().code(), ErrorCode::Corrupt);

  auto value = encoded(ValueRecord{3, "x", {}, {}});
  value[0] = std::byte{9};
  EXPECT_EQ(decode_value(3, value).error().code(), ErrorCode::Corrupt);

  auto segment = encoded(full_segment());
  segment[0] = std::byte{2};
  EXPECT_EQ(decode_segment(full_segment().name, segment).error().code(), ErrorCode::Corrupt);
  auto load = encoded(kFullLoad);
  load[0] = std::byte{2};
  EXPECT_EQ(decode_load(kFullLoad.id, load).error().code(), ErrorCode::Corrupt);

  auto rule = encoded(kFullRule);
  EXPECT_EQ(decode_rule(0, rule).error().code(), ErrorCode::Corrupt);
  rule[0] = std::byte{2};
  EXPECT_EQ(decode_rule(7, rule).error().code(), ErrorCode::Corrupt);
  auto origin = encoded(kFullOrigin);
  origin[0] = std::byte{2};
  EXPECT_EQ(decode_origin("a", origin).error().code(), ErrorCode::Corrupt);

  auto meta = encoded(MetaRecord{1, 2, "UTC", 3, 4, 5});
  meta[8] = std::byte{9};  // behind the length and the seven letters of "tagline"
  const auto newer = decode_meta(meta);
  EXPECT_EQ(newer.error().code(), ErrorCode::WrongFormat);
  EXPECT_NE(newer.error().message().en.find("version is 9"), std::string::npos)
      << newer.error().message().en;
  meta[1] = std::byte{'T'};
  EXPECT_EQ(decode_meta(meta).error().code(), ErrorCode::WrongFormat);
}

TEST(RecordCodec, IdBlocksComeBack) {
  const std::string longest(kExternalIdBytesMax, 'z');
  std::vector<std::string_view> ids(kBlockIds, longest);  // the largest block there can be
  ids[0] = "";
  ids[7] = std::string_view("a\0b", 3);
  const auto bytes = encode_id_block(ids);
  const auto block = IdBlock::decode(bytes);
  ASSERT_TRUE(block.has_value());
  ASSERT_EQ(block->size(), kBlockIds);
  for (unsigned at = 0; at < kBlockIds; ++at) {
    EXPECT_EQ(*block->id(at), ids[at]) << at;
  }
}

TEST(RecordCodec, DamagedIdBlocksAreCorrupt) {
  const auto readable = [](Bytes bytes) {
    const auto block = IdBlock::decode(bytes);
    bool all = block.has_value();
    for (unsigned at = 0; all && at < block->size(); ++at) {
      all = block->id(at).has_value();
    }
    return all;
  };
  const std::array<std::string_view, 3> ids = {"ab", "", "c"};
  const auto good = encode_id_block(ids);
  EXPECT_TRUE(readable(good));
  const auto damaged = [&](std::size_t at, std::uint8_t byte) {
    auto bytes = good;
    bytes[at] = std::byte{byte};
    return !readable(bytes);
  };
  EXPECT_TRUE(damaged(0, 2));    // version
  EXPECT_TRUE(damaged(2, 0));    // no ids
  EXPECT_TRUE(damaged(2, 200));  // more starts than bytes
  EXPECT_TRUE(damaged(3, 2));    // more than 256 ids
  EXPECT_TRUE(damaged(4, 1));    // the first id does not start at 0
  EXPECT_TRUE(damaged(6, 9));    // a start behind the end
  EXPECT_TRUE(damaged(8, 1));    // a start before the one before
  for (std::size_t size = 0; size < 10; ++size) {
    EXPECT_FALSE(readable(Bytes(good).first(size))) << size;
  }
  const std::vector<std::string_view> one = {"x"};
  auto long_one = encode_id_block(one);
  long_one.resize(long_one.size() + kExternalIdBytesMax);
  EXPECT_FALSE(readable(long_one));
}

TEST(RecordCodec, BucketsFindTheFirstOfEqualHashes) {
  const std::array<IdEntry, 4> entries = {{{5, 1}, {9, 2}, {9, 3}, {11, 0}}};
  const auto bucket = IdBucket::decode(std::as_bytes(std::span(entries)));
  ASSERT_TRUE(bucket.has_value());
  EXPECT_EQ(bucket->size(), 4U);
  EXPECT_EQ(bucket->lower_bound(0), 0U);
  EXPECT_EQ(bucket->lower_bound(9), 1U);
  EXPECT_EQ(bucket->lower_bound(12), 4U);
  EXPECT_EQ(bucket->at(2), (IdEntry{9, 3}));
  EXPECT_FALSE(IdBucket::decode({}).has_value());
  EXPECT_FALSE(IdBucket::decode(std::as_bytes(std::span(entries)).first(12)).has_value());
}

}  // namespace
}  // namespace tagline::storage
