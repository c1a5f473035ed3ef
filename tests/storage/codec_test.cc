#include "storage/codec.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();

TEST(Codec, NumbersAndStringsComeBack) {
  const std::vector<std::uint64_t> numbers = {0, 1, 127, 128, 16383, 16384, 1ULL << 35U, ~0ULL};
  const std::vector<std::int64_t> integers = {0, -1, 1, -64, 64, kLow, kHigh};
  const std::string text("a\0b 中文", 10);
  RecordWriter out;
  for (const std::uint64_t number : numbers) {
    out.varint(number);
  }
  for (const std::int64_t integer : integers) {
    out.zigzag(integer);
  }
  out.string(text);
  out.string("");
  RecordReader in(out.bytes());
  for (const std::uint64_t number : numbers) {
    EXPECT_EQ(in.varint(), number);
  }
  for (const std::int64_t integer : integers) {
    EXPECT_EQ(in.zigzag(), integer);
  }
  EXPECT_EQ(in.string(), text);
  EXPECT_FALSE(in.complete());  // the empty string is still there
  EXPECT_EQ(in.string(), "");
  EXPECT_TRUE(in.complete());
}

TEST(Codec, AFailureStaysAndReadsAsNothing) {
  RecordWriter out;
  out.varint(9);
  out.string("x");
  RecordReader in(out.bytes());
  EXPECT_EQ(in.string(), "");  // nine bytes are promised, two are there
  EXPECT_EQ(in.varint(), 0U);
  EXPECT_EQ(in.byte(), 0U);
  EXPECT_FALSE(in.complete());
}

TEST(Codec, AVarintOfMoreThan64BitsFails) {
  std::vector<std::byte> bytes(9, std::byte{0xFF});
  bytes.push_back(std::byte{0x01});
  RecordReader most(bytes);
  EXPECT_EQ(most.varint(), ~0ULL);
  EXPECT_TRUE(most.complete());

  bytes.back() = std::byte{0x02};
  RecordReader over(bytes);
  EXPECT_EQ(over.varint(), 0U);
  EXPECT_FALSE(over.complete());

  const std::vector<std::byte> endless(40, std::byte{0x80});
  RecordReader longer(endless);
  EXPECT_EQ(longer.varint(), 0U);
  EXPECT_FALSE(longer.complete());
}

TEST(Codec, ACountIsBoundedByWhatIsLeft) {
  RecordWriter out;
  out.varint(1ULL << 60U);
  RecordReader in(out.bytes());
  EXPECT_EQ(in.count(), 0U);
  EXPECT_FALSE(in.complete());
}

TEST(Codec, KeysSortLikeTheirNumbers) {
  const auto low = make_key<3>({1, 2, 0x000000FF});
  const auto high = make_key<3>({1, 2, 0x00000100});
  EXPECT_LT(text_of(low), text_of(high));
  EXPECT_EQ(parse_key<3>(high), (std::array<std::uint32_t, 3>{1, 2, 0x100}));
  EXPECT_EQ(parse_key<2>(high), std::nullopt);
  EXPECT_EQ(low[11], std::byte{0xFF});
}

}  // namespace
}  // namespace tagline::storage
