// Widening and narrowing: the same sets, other containers.
#include "engine/frozen.h"

#include "engine/bitmap.h"
#include "engine/fragment.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

/// A container of each size in its own block.
Bitmap of_sizes(const std::vector<std::uint32_t>& sizes) {
  std::mt19937 random(7);
  Bitmap bitmap;
  for (std::uint32_t block = 0; block < sizes.size(); ++block) {
    const auto step = static_cast<std::uint32_t>(2 * (random() % 20000) +
                                                 1);  // odd, so a permutation of the block
    for (std::uint32_t i = 0; i < sizes[block]; ++i) {
      bitmap.add(block * kBlockUsers + i * step % kBlockUsers);
    }
  }
  return bitmap;
}

std::vector<std::byte> frozen(const Bitmap& bitmap) {
  // Copied into a fragment, so that alignment is its concern.
  struct alignas(32) Line {
    std::byte bytes[32];
  };
  std::vector<Line> lines(bitmap.frozen_size_bytes() / 32 + 1);
  auto* const bytes = reinterpret_cast<std::byte*>(lines.data());
  bitmap.write_frozen({bytes, bitmap.frozen_size_bytes()});
  return {bytes, bytes + bitmap.frozen_size_bytes()};
}

std::vector<std::byte> widened(const Fragment& fragment) {
  std::vector<std::byte> bytes(wide_bytes(fragment));
  write_wide(fragment, bytes);
  return bytes;
}

TEST(Frozen, FromAThousandMembersOnAContainerIsABitset) {
  const Bitmap bitmap = of_sizes({1, 1023, 1024, 4096, 4097, 65536});
  const Fragment fragment = Fragment::freeze(bitmap);
  ASSERT_EQ(fragment.containers().size(), 6U);
  EXPECT_EQ(fragment.find(0)->kind, ContainerKind::Array);
  EXPECT_EQ(fragment.find(1)->kind, ContainerKind::Array);
  for (const unsigned block : {2U, 3U, 4U}) {
    EXPECT_EQ(fragment.find(block)->kind, ContainerKind::Bitset) << block;
  }
  EXPECT_EQ(fragment.find(3)->cardinality, 4096U);
  EXPECT_EQ(fragment.cardinality(), bitmap.cardinality());
}

TEST(Frozen, WideningAndNarrowingKeepTheSet) {
  std::mt19937 random(11);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint32_t> sizes(random() % 16 + 1);
    for (std::uint32_t& size : sizes) {
      size = static_cast<std::uint32_t>(random() % 3 == 0 ? random() % 65536 : random() % 6000);
    }
    Bitmap bitmap = of_sizes(sizes);
    if (round % 2 == 0) {
      bitmap.add_range(40, 40 + random() % 70000);
      bitmap.optimize();
    }
    const std::vector<std::byte> narrow = frozen(bitmap);
    const Fragment as_written = Fragment::copy(narrow).value();
    const Fragment wide = Fragment::copy(widened(as_written)).value();
    EXPECT_EQ(wide.cardinality(), bitmap.cardinality());
    for (const Container& container : wide.containers()) {
      EXPECT_TRUE(container.kind != ContainerKind::Array || container.count < kWideFrom);
      EXPECT_TRUE(container.kind != ContainerKind::Run || container.count < kWideRunsFrom);
    }
    EXPECT_EQ(narrowed(as_written), narrow);
    EXPECT_EQ(widened(wide), widened(as_written));
    EXPECT_LE(wide.payload_bytes(), 8 * narrow.size());
    EXPECT_EQ(Bitmap::read_frozen(narrowed(wide)).value(), bitmap);
  }
}

TEST(Frozen, ManyRunsAreABitset) {
  for (const std::uint32_t runs : {255U, 256U}) {
    Bitmap bitmap;
    for (std::uint32_t i = 0; i < runs; ++i) {
      bitmap.add_range(i * 200, i * 200 + 150);
    }
    bitmap.optimize();
    const Fragment fragment = Fragment::freeze(bitmap);
    EXPECT_EQ(fragment.find(0)->kind, runs < 256 ? ContainerKind::Run : ContainerKind::Bitset);
    EXPECT_EQ(fragment.cardinality(), 150 * runs);
    EXPECT_EQ(Bitmap::read_frozen(narrowed(fragment)).value(), bitmap);
  }
}

TEST(Frozen, ABitsetThatLiesAboutItsSizeIsStillRefused) {
  const Fragment fragment = Fragment::freeze(of_sizes({2000}));
  std::vector<std::byte> bytes = widened(fragment);
  bytes.front() ^= std::byte{0xFF};
  const Fragment damaged = Fragment::copy(bytes).value();
  EXPECT_EQ(narrowed(damaged), bytes);
  EXPECT_FALSE(Bitmap::read_frozen(narrowed(damaged)).has_value());
}

}  // namespace
}  // namespace tagline::engine
