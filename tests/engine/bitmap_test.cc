#include "engine/bitmap.h"

#include "engine/bitmap_builder.h"
#include "engine/layout.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

using Values = std::vector<std::uint32_t>;

std::vector<std::byte> frozen_bytes(const Bitmap& bitmap) {
  // write_frozen wants alignment; std::vector gives 16.
  std::vector<std::byte> room(bitmap.frozen_size_bytes() + 32);
  const auto skip = (32 - reinterpret_cast<std::uintptr_t>(room.data()) % 32) % 32;
  bitmap.write_frozen(std::span(room).subspan(skip, bitmap.frozen_size_bytes()));
  return {room.begin() + static_cast<std::ptrdiff_t>(skip),
          room.begin() + static_cast<std::ptrdiff_t>(skip + bitmap.frozen_size_bytes())};
}

// One container of each kind, and values at both ends.
Bitmap mixed() {
  Bitmap bitmap = Bitmap::of(Values{0, 7, 1000, 4'294'967'295U});
  bitmap.add_range(70'000, 120'000);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    bitmap.add(200'000 + i * 3);
  }
  bitmap.optimize();
  return bitmap;
}

TEST(Bitmap, SetAlgebra) {
  Bitmap a = Bitmap::of(Values{5, 1, 3, 3});
  const Bitmap b = Bitmap::range(3, 6);
  EXPECT_EQ(a.to_vector(), (Values{1, 3, 5}));
  EXPECT_TRUE(a.intersects(b));
  Bitmap both = a.clone();
  both.intersect(b);
  EXPECT_EQ(both.to_vector(), (Values{3, 5}));
  Bitmap less = a.clone();
  less.subtract(b);
  EXPECT_EQ(less.to_vector(), Values{1});
  a.unite(b);
  EXPECT_EQ(a.to_vector(), (Values{1, 3, 4, 5}));
  a.remove(4);
  EXPECT_FALSE(a.contains(4));
  EXPECT_EQ(a.cardinality(), 3U);
  EXPECT_EQ(a.min(), 1U);
  EXPECT_EQ(a.max(), 5U);
}

TEST(Bitmap, Empty) {
  const Bitmap empty;
  EXPECT_TRUE(empty.empty());
  EXPECT_EQ(empty.min(), std::nullopt);
  EXPECT_EQ(empty.max(), std::nullopt);
  EXPECT_TRUE(empty.to_vector().empty());
  std::array<std::uint32_t, 4> page{};
  EXPECT_EQ(empty.page(0, page), 0U);
  EXPECT_TRUE(Bitmap::range(5, 5).empty());
  EXPECT_EQ(Bitmap::read_frozen(frozen_bytes(empty)).value(), empty);
}

TEST(Bitmap, RangeToTheLastNumber) {
  const Bitmap all = Bitmap::range(0, std::uint64_t{1} << 32U);
  EXPECT_EQ(all.cardinality(), std::uint64_t{1} << 32U);
}

TEST(Bitmap, PagesFollowEachOther) {
  const Bitmap bitmap = mixed();
  const Values all = bitmap.to_vector();
  Values paged;
  std::array<std::uint32_t, 999> page{};
  std::uint32_t from = 0;
  while (const std::size_t size = bitmap.page(from, page)) {
    paged.insert(paged.end(), page.begin(), page.begin() + static_cast<std::ptrdiff_t>(size));
    if (paged.back() == 4'294'967'295U) {
      break;
    }
    from = paged.back() + 1;
  }
  EXPECT_EQ(paged, all);
}

TEST(Bitmap, UniteBlockOrsIntoWhatIsThere) {
  std::mt19937_64 random(1);
  for (const unsigned density : {0U, 1U, 20U, 63U}) {
    std::array<std::uint64_t, kBlockWords> words{};
    std::set<std::uint32_t> expected{3 * kBlockUsers + 5, 12};
    for (std::uint32_t i = 0; i < kBlockUsers; ++i) {
      if (random() % 64 < density) {
        words[i / 64] |= std::uint64_t{1} << (i % 64);
        expected.insert(3 * kBlockUsers + i);
      }
    }
    Bitmap bitmap = Bitmap::of(Values{3 * kBlockUsers + 5, 12});
    bitmap.unite_block(3, words);
    EXPECT_EQ(bitmap.to_vector(), Values(expected.begin(), expected.end())) << density;
  }
}

TEST(Bitmap, UniteBlockTakesListsOfEveryLength) {
  std::mt19937_64 random(2);
  for (const std::size_t size : {0U, 1U, 8U, 9U, 4096U, 4097U, 60'000U}) {
    std::set<std::uint16_t> members;
    while (members.size() < size) {
      members.insert(static_cast<std::uint16_t>(random()));
    }
    std::set<std::uint32_t> expected{3 * kBlockUsers + 5, 12};
    for (const std::uint16_t member : members) {
      expected.insert(3 * kBlockUsers + member);
    }
    const std::vector<std::uint16_t> list(members.begin(), members.end());
    Bitmap bitmap = Bitmap::of(Values{3 * kBlockUsers + 5, 12});
    bitmap.unite_block(3, list);
    EXPECT_EQ(bitmap.to_vector(), Values(expected.begin(), expected.end())) << size;
  }
}

// As damaged bytes may hold: still a set, of those users.
TEST(Bitmap, UniteBlockOfAListThatDoesNotAscend) {
  std::vector<std::uint16_t> list{9, 3, 3, 50, 7, 65'535, 1, 2, 4, 0};
  Bitmap bitmap;
  bitmap.unite_block(0, list);
  std::sort(list.begin(), list.end());
  EXPECT_EQ(bitmap, Bitmap::of(Values(list.begin(), list.end())));
}

TEST(BitmapBuilder, BlocksOfEveryKindInAnyOrder) {
  std::mt19937_64 random(3);
  BitmapBuilder builder;
  std::set<std::uint32_t> expected;
  std::vector<std::vector<std::uint16_t>> lists;
  std::uint32_t block = 40;
  for (const std::size_t size : {0U, 1U, 8U, 4096U, 4097U, 60'000U, 65'536U}) {
    std::set<std::uint16_t> members;
    while (members.size() < size) {
      members.insert(static_cast<std::uint16_t>(random()));
    }
    std::array<std::uint64_t, kBlockWords> words{};
    for (const std::uint16_t member : members) {
      words[member / 64] |= std::uint64_t{1} << (member % 64);
      expected.insert({block * kBlockUsers + member, (block + 500) * kBlockUsers + member});
    }
    const std::vector<std::uint16_t> list(members.begin(), members.end());
    builder.add(block, words.data());
    builder.add(block + 500, list);
    --block;
  }
  EXPECT_EQ(builder.build().to_vector(), Values(expected.begin(), expected.end()));
}

TEST(BitmapBuilder, TheLastBlockOfAllAndNoBlock) {
  BitmapBuilder builder;
  EXPECT_TRUE(builder.build().empty());
  builder.add(65'535, std::array<std::uint16_t, 2>{0, 65'535});
  EXPECT_EQ(builder.build().to_vector(), (Values{0xFFFF'0000U, 0xFFFF'FFFFU}));
}

// As damaged bytes may hold.
TEST(BitmapBuilder, AListThatDoesNotAscend) {
  std::vector<std::uint16_t> list{9, 3, 3, 50, 7, 65'535, 1, 2, 4, 0};
  BitmapBuilder builder;
  builder.add(0, list);
  std::sort(list.begin(), list.end());
  EXPECT_EQ(builder.build(), Bitmap::of(Values(list.begin(), list.end())));
}

TEST(Bitmap, Shifted) {
  EXPECT_EQ(Bitmap::of(Values{10, 20}).shifted(-10).to_vector(), (Values{0, 10}));
  EXPECT_EQ(Bitmap::of(Values{10, 20}).shifted(-15).to_vector(), Values{5});
  EXPECT_EQ(mixed().shifted(0), mixed());
}

TEST(Bitmap, FrozenAndPortableRoundTrip) {
  const Bitmap bitmap = mixed();
  EXPECT_EQ(Bitmap::read_frozen(frozen_bytes(bitmap)).value(), bitmap);
  EXPECT_EQ(Bitmap::from_portable(bitmap.to_portable()).value(), bitmap);
}

TEST(Bitmap, DamagedBytesAreCorruptOrValid) {
  std::mt19937_64 random(2);
  const Bitmap bitmap = mixed();
  const std::vector<std::byte> frozen = frozen_bytes(bitmap);
  const std::vector<std::byte> portable = bitmap.to_portable();
  for (std::size_t length = 0; length < 64; ++length) {
    EXPECT_FALSE(Bitmap::read_frozen(std::span(frozen).first(length)).has_value());
    EXPECT_FALSE(Bitmap::from_portable(std::span(portable).first(length)).has_value());
  }
  for (int i = 0; i < 500; ++i) {
    for (const auto* bytes : {&frozen, &portable}) {
      std::vector<std::byte> damaged = *bytes;
      // Mostly in the directory, at either end.
      const std::size_t at = random() % 80;
      damaged[random() % 2 == 0 ? damaged.size() - 1 - at : at] ^=
          static_cast<std::byte>(1U << random() % 8);
      const Result<Bitmap> read =
          bytes == &frozen ? Bitmap::read_frozen(damaged) : Bitmap::from_portable(damaged);
      if (read.has_value()) {
        EXPECT_EQ(read->to_vector().size(), read->cardinality());
      } else {
        EXPECT_EQ(read.error().code(), ErrorCode::Corrupt);
      }
    }
  }
}

}  // namespace
}  // namespace tagline::engine
