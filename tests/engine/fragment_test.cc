#include "engine/fragment.h"

#include "engine/execute.h"
#include "engine/sparse.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

struct alignas(32) Line {
  std::byte bytes[32];
};

// Frozen bytes at a 32-byte boundary, with nothing but the sanitizer's guard behind them.
class Frozen {
 public:
  explicit Frozen(const Bitmap& bitmap) : Frozen(bitmap.frozen_size_bytes()) {
    bitmap.write_frozen(bytes());
  }
  explicit Frozen(std::span<const std::byte> bytes) : Frozen(bytes.size()) {
    std::memcpy(data(), bytes.data(), bytes.size());
  }
  [[nodiscard]] std::span<std::byte> bytes() { return {data(), size_}; }

 private:
  explicit Frozen(std::size_t size) : lines_(size / 32 + 1), size_(size) {}
  std::byte* data() { return lines_.data()->bytes; }

  std::vector<Line> lines_;
  std::size_t size_;
};

// Blocks 0 array, 1 run, 2 bitset, 5 full, 15 array at the very end.
Bitmap every_kind() {
  Bitmap bitmap = Bitmap::of(std::vector<std::uint32_t>{0, 9, 65535, kShardUsers - 1});
  bitmap.add_range(65536 + 100, 65536 + 5000);
  bitmap.add_range(2 * 65536 - 10, 2 * 65536);
  for (std::uint32_t i = 0; i < 65536; i += 3) {
    bitmap.add(2 * 65536 + i);
  }
  bitmap.add_range(5 * 65536, 6 * 65536);
  bitmap.optimize();
  return bitmap;
}

std::vector<std::uint32_t> members(const Fragment& fragment) {
  std::vector<std::uint32_t> all;
  for (const Container& container : fragment.containers()) {
    std::vector<std::uint64_t> words(kBlockWords);
    set(words.data(), container);
    for (std::uint32_t i = 0; i < kBlockUsers; ++i) {
      if ((words[i / 64] >> (i % 64) & 1U) != 0) {
        all.push_back(container.block * kBlockUsers + i);
      }
    }
  }
  return all;
}

// A source of one row of given bytes in one shard; everything else is an honest population.
class OneRow final : public Source {
 public:
  explicit OneRow(std::span<const std::byte> bytes) : bytes_(bytes) {}
  ShardId shard_count() const override { return 1; }
  Result<Fragment> fetch(RowKey row, ShardId) const override {
    return row == kPopulationRow ? Fragment::freeze(Bitmap::range(0, kShardUsers - 77))
                                 : Fragment::copy(bytes_);
  }
  Result<std::uint64_t> cardinality(RowKey) const override { return 1000; }
  Result<unsigned> value_bits(FieldId) const override { return 5; }

 private:
  std::span<const std::byte> bytes_;
};

TEST(Fragment, ReadsWhatTheLibraryWrites) {
  const Bitmap bitmap = every_kind();
  Frozen frozen(bitmap);
  for (const bool in_place : {true, false}) {
    const Result<Fragment> fragment =
        in_place ? Fragment::borrow(frozen.bytes(), nullptr) : Fragment::copy(frozen.bytes());
    ASSERT_TRUE(fragment.has_value());
    EXPECT_EQ(members(*fragment), bitmap.to_vector());
    EXPECT_EQ(fragment->cardinality(), bitmap.cardinality());
    EXPECT_EQ(fragment->borrowed(), in_place);
    EXPECT_EQ(fragment->payload_bytes(), bitmap.frozen_size_bytes());
    ASSERT_EQ(fragment->containers().size(), 5U);
    EXPECT_EQ(fragment->find(0)->kind, ContainerKind::Array);
    EXPECT_EQ(fragment->find(1)->kind, ContainerKind::Run);
    EXPECT_EQ(fragment->find(1)->cardinality, 4910U);
    EXPECT_EQ(fragment->find(2)->kind, ContainerKind::Bitset);
    EXPECT_EQ(fragment->find(2)->cardinality, 21846U);
    EXPECT_EQ(fragment->find(5)->cardinality, kBlockUsers);
    EXPECT_EQ(fragment->find(3), nullptr);
    EXPECT_EQ(fragment->find(15)->cardinality, 1U);
  }
}

TEST(Fragment, ABitsetWrittenByTheLibraryIsReadInPlaceOfEveryCardinality) {
  for (const std::uint32_t size : {4096U, 4097U, 65535U, 65536U}) {
    Bitmap bitmap;
    for (std::uint32_t i = 0; i < size; ++i) {
      bitmap.add(i * 40503U % 65536U);  // odd, so a permutation of the block
    }
    const Fragment fragment = Fragment::freeze(bitmap);
    EXPECT_EQ(fragment.cardinality(), size);
    EXPECT_EQ(members(fragment), bitmap.to_vector());
  }
}

TEST(Fragment, Empty) {
  const Fragment nobody{};
  EXPECT_EQ(nobody.cardinality(), 0U);
  EXPECT_EQ(nobody.find(0), nullptr);
  EXPECT_FALSE(nobody.borrowed());
  const Fragment frozen = Fragment::freeze(Bitmap());
  EXPECT_EQ(frozen.containers().size(), 0U);
}

TEST(Fragment, FreezeDropsWhatIsOutsideAShard) {
  Bitmap bitmap = Bitmap::of(std::vector<std::uint32_t>{5, kShardUsers, kShardUsers + 9});
  EXPECT_EQ(members(Fragment::freeze(bitmap)), std::vector<std::uint32_t>{5});
}

TEST(Fragment, BorrowsAreCountedUntilTheLastGoes) {
  Frozen frozen(every_kind());
  BorrowCount borrows{0};
  {
    Fragment first = Fragment::borrow(frozen.bytes(), &borrows).value();
    EXPECT_EQ(borrows, 1);
    Fragment second = std::move(first);
    EXPECT_EQ(borrows, 1);
    first = Fragment::borrow(frozen.bytes(), &borrows).value();
    EXPECT_EQ(borrows, 2);
    first = std::move(second);
    EXPECT_EQ(borrows, 1);
    EXPECT_EQ(members(first), every_kind().to_vector());
  }
  EXPECT_EQ(borrows, 0);
  EXPECT_FALSE(Fragment::borrow(frozen.bytes().first(7), &borrows).has_value());
  EXPECT_EQ(borrows, 0);
}

TEST(Fragment, BorrowingUnalignedBytesIsRefused) {
  Frozen frozen(every_kind());
  EXPECT_EQ(Fragment::borrow(frozen.bytes().subspan(2), nullptr).error().code(),
            ErrorCode::Internal);
}

TEST(Fragment, LentBytesAreThoseOfTheOwner) {
  const Fragment owner = Fragment::freeze(every_kind());
  const Fragment lent = owner.lend();
  EXPECT_TRUE(lent.borrowed());
  EXPECT_EQ(lent.find(2)->data, owner.find(2)->data);
  EXPECT_EQ(members(lent), members(owner));
}

TEST(Fragment, TellsWhetherSomebodyIsInItWithAndWithoutBeingMade) {
  const Bitmap bitmap = every_kind();
  Frozen frozen(bitmap);
  std::vector<std::byte> moved(frozen.bytes().size() + 1);  // at an odd address, one of the two
  std::copy(frozen.bytes().begin(), frozen.bytes().end(), moved.begin() + 1);
  const Fragment fragment = Fragment::copy(frozen.bytes()).value();
  const std::vector<std::uint32_t> members = bitmap.to_vector();
  auto next = members.begin();
  for (std::uint32_t user = 0; user < kShardUsers; ++user) {
    const bool in = next != members.end() && *next == user;
    next += in ? 1 : 0;
    ASSERT_EQ(fragment.contains(user), in) << user;
    if (user % 7 == 0 || in != fragment.contains(user ^ 1U)) {
      ASSERT_EQ(Fragment::holds(frozen.bytes(), user), in) << user;
      ASSERT_EQ(Fragment::holds(std::span(moved).subspan(1), user), in) << user;
    }
  }
  EXPECT_FALSE(Fragment().contains(0));
}

TEST(Fragment, TruncatedBytesAreCorrupt) {
  Frozen frozen(every_kind());
  for (std::size_t length = 0; length < frozen.bytes().size(); length += length < 100 ? 1 : 997) {
    const Result<Fragment> cut = Fragment::copy(frozen.bytes().first(length));
    ASSERT_FALSE(cut.has_value()) << length;
    EXPECT_EQ(cut.error().code(), ErrorCode::Corrupt);
    EXPECT_EQ(Fragment::holds(frozen.bytes().first(length), 0).error().code(), ErrorCode::Corrupt);
  }
}

// Whatever a damaged value is taken for, running over it stays inside its bytes and inside the
// block.
TEST(Fragment, DamagedBytesAreCorruptOrCanBeRun) {
  std::mt19937_64 random(3);
  Plan plan;
  const NodeId row = plan.row({1, 1});
  const NodeId other = plan.row({2, 1});
  const NodeId number = plan.range(3, -9, 20);
  const std::vector<NodeId> three{row, other, number};
  const std::vector<NodeId> roots{
      plan.negate(row),   plan.at_least(2, three), number, plan.difference(plan.everyone(), three),
      plan.any_of(three), plan.all_of(three)};
  ExecuteOptions options;
  options.threads = 1;
  options.rewrite = false;
  int run = 0;
  for (int i = 0; i < 400; ++i) {
    Frozen frozen(every_kind());
    for (std::uint64_t flips = random() % 3 + 1; flips > 0; --flips) {
      const std::size_t size = frozen.bytes().size();
      const std::size_t at = random() % 2 == 0 ? size - 1 - random() % 40 : random() % size;
      frozen.bytes()[at] ^= static_cast<std::byte>(1U << random() % 8);
    }
    const auto made = Fragment::copy(frozen.bytes());
    for (std::uint32_t user = 0; user < kShardUsers; user += 9'973) {
      const auto in = Fragment::holds(frozen.bytes(), user);
      ASSERT_EQ(in.has_value(), made.has_value());
      ASSERT_TRUE(!made.has_value() || *in == made->contains(user));
    }
    if (!made.has_value()) {
      continue;
    }
    ++run;
    const OneRow source(frozen.bytes());
    for (const NodeId root : roots) {
      EXPECT_TRUE(count(plan, root, source, options).has_value());
      EXPECT_TRUE(select(plan, root, source, options).has_value());
    }
  }
  EXPECT_GT(run, 50);
}

}  // namespace
}  // namespace tagline::engine
