#include "storage/fragment_value.h"

#include "tests/storage/database_folder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

using test::scattered;

/// A value wherever the test wants it: `offset` bytes after an aligned place.
class Placed {
 public:
  Placed(Bytes value, std::size_t offset)
      : lines_(value.size() / sizeof(Line) + 3), size_(value.size()), offset_(offset) {
    std::copy(value.begin(), value.end(), bytes().begin());
  }
  [[nodiscard]] std::span<std::byte> bytes() {
    return std::span(lines_.front().bytes, lines_.size() * sizeof(Line)).subspan(offset_, size_);
  }

 private:
  struct alignas(32) Line {
    std::byte bytes[32];
  };
  std::vector<Line> lines_;
  std::size_t size_;
  std::size_t offset_;
};

engine::Bitmap mixed() {
  engine::Bitmap members = scattered(0, 65536);         // bitset
  members.unite(engine::Bitmap::range(65536, 131072));  // run
  members.unite(
      engine::Bitmap::of(std::array<std::uint32_t, 3>{200000, 200007, 1048575}));  // arrays
  members.optimize();
  return members;
}

TEST(FragmentValue, AlignedPayloadsAreReadInPlaceAndOthersCopied) {
  FragmentEncoder encoder;
  const Bytes value = encoder.encode(mixed());
  Placed aligned(value, 16);
  Placed unaligned(value, 0);
  engine::BorrowCount borrows{0};
  {
    const auto in_place = read_fragment(aligned.bytes(), &borrows);
    ASSERT_TRUE(in_place.has_value());
    EXPECT_TRUE(in_place->borrowed());
    EXPECT_EQ(borrows.load(), 1);
    EXPECT_EQ(in_place->cardinality(), mixed().cardinality());
    const auto copied = read_fragment(unaligned.bytes(), &borrows);
    ASSERT_TRUE(copied.has_value());
    EXPECT_FALSE(copied->borrowed());
    EXPECT_EQ(borrows.load(), 1);
  }
  EXPECT_EQ(borrows.load(), 0);
}

TEST(FragmentValue, MembersComeBack) {
  FragmentEncoder encoder;
  for (const auto& members : {mixed(), scattered(0, 1048576, 7), engine::Bitmap::range(0, 1048576),
                              engine::Bitmap::of(std::array<std::uint32_t, 1>{0})}) {
    engine::Bitmap optimised = members.clone();
    optimised.optimize();
    const Bytes value = encoder.encode(optimised);
    EXPECT_TRUE(checksum_matches(value));
    const auto read = copy_fragment(value);
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(*read == members);
  }
}

TEST(FragmentValue, TheChecksumCoversHeaderAndPayload) {
  FragmentEncoder encoder;
  const Bytes value = encoder.encode(mixed());
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{2}, std::size_t{3}, std::size_t{4}, std::size_t{7},
        std::size_t{8}, std::size_t{15}, std::size_t{16}, value.size() - 1}) {
    Placed placed(value, 16);
    placed.bytes()[at] ^= std::byte{0x10};
    EXPECT_FALSE(checksum_matches(placed.bytes())) << at;
  }
}

TEST(FragmentValue, DamagedHeadersAreCorrupt) {
  FragmentEncoder encoder;
  const Bytes value = encoder.encode(mixed());
  const auto damaged = [&](std::size_t at) {
    Placed placed(value, 16);
    placed.bytes()[at] ^= std::byte{0x40};
    const auto fragment = read_fragment(placed.bytes(), nullptr);
    return !fragment.has_value() && fragment.error().code() == ErrorCode::Corrupt &&
           !copy_fragment(placed.bytes()).has_value();
  };
  for (std::size_t at = 0; at < 8; ++at) {
    EXPECT_TRUE(damaged(at)) << at;
  }
  for (std::size_t size = 0; size <= kFragmentHeaderBytes; ++size) {
    EXPECT_FALSE(split_fragment(value.first(size)).has_value()) << size;
  }
}

TEST(FragmentValue, AnyTruncationAndAnyFlippedByteIsAnErrorOrAReadableFragment) {
  FragmentEncoder encoder;
  const Bytes value = encoder.encode(mixed());
  const auto walk = [](std::span<std::byte> bytes) {
    const auto fragment = read_fragment(bytes, nullptr);
    std::uint64_t sum = 0;
    if (fragment.has_value()) {
      for (const engine::Container& container : fragment->containers()) {
        sum += container.cardinality;
      }
      EXPECT_EQ(sum, fragment->cardinality());
    }
    return sum;
  };
  std::uint64_t readable = 0;
  for (std::size_t at = 0; at<value.size(); at += at> 64 && at + 64 < value.size() ? 61U : 1U) {
    Placed flipped(value, 16);
    flipped.bytes()[at] ^= std::byte{0xFF};
    readable += walk(flipped.bytes()) != 0 ? 1U : 0U;
    Placed cut(value.first(at), 16);
    EXPECT_EQ(walk(cut.bytes()), 0U) << at;
  }
  EXPECT_GT(readable,
            0U);  // a flipped bit of a bitset is for the checksum to find, not for the sizes
}

}  // namespace
}  // namespace tagline::storage
