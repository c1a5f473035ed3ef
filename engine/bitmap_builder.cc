// What is built is a bitmap in the portable format (RoaringFormatSpec), without runs:
//
//   cookie, number of containers    4 bytes each
//   key, cardinality - 1            2 bytes each, a container
//   where its data begins           4 bytes a container
//   data                            2 bytes a member, or 8,192 bytes of more than 4,096 members
#include "engine/bitmap_builder.h"

#include "engine/kernels.h"
#include "engine/layout.h"
#include "engine/sparse.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kCookieWithoutRuns = 12346;
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kDirectoryBytes = 8;
constexpr std::size_t kArrayMembersMax = 4096;
constexpr std::size_t kBitsetBytes = kBlockWords * sizeof(std::uint64_t);

template <class T>
std::byte* store(std::byte* out, T value) {
  std::memcpy(out, &value, sizeof(value));
  return out + sizeof(value);
}

}  // namespace

std::size_t BitmapBuilder::data_bytes(const Block& block) {
  return block.cardinality > kArrayMembersMax ? kBitsetBytes
                                              : block.cardinality * sizeof(std::uint16_t);
}

void BitmapBuilder::put(std::uint32_t block, std::size_t cardinality,
                        std::span<const std::byte> data) {
  blocks_.push_back({block, static_cast<std::uint32_t>(cardinality), data_.size()});
  data_.insert(data_.end(), data.begin(), data.end());
}

void BitmapBuilder::add(std::uint32_t block, const std::uint64_t* words) {
  const std::size_t cardinality = kernels().unite(nullptr, std::array{words});
  if (cardinality > kArrayMembersMax) {
    return put(block, cardinality, std::as_bytes(std::span(words, kBlockWords)));
  }
  if (cardinality == 0) {
    return;
  }
  std::array<std::uint32_t, kArrayMembersMax + kDecodeSlack> numbers;
  std::array<std::uint16_t, kArrayMembersMax> members;
  kernels().list(numbers.data(), words, 0);
  std::transform(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(cardinality),
                 members.begin(),
                 [](std::uint32_t number) { return static_cast<std::uint16_t>(number); });
  put(block, cardinality, std::as_bytes(std::span(members).first(cardinality)));
}

void BitmapBuilder::add(std::uint32_t block, std::span<const std::uint16_t> members) {
  // Lists out of damaged bytes may not ascend, which a container's must.
  const bool as_is =
      members.size() <= kArrayMembersMax &&
      std::adjacent_find(members.begin(), members.end(), std::greater_equal<>()) == members.end();
  if (!as_is) {
    std::array<std::uint64_t, kBlockWords> words{};
    set(words.data(), members);
    add(block, words.data());
  } else if (!members.empty()) {
    put(block, members.size(), std::as_bytes(members));
  }
}

Bitmap BitmapBuilder::build() {
  if (blocks_.empty()) {
    return {};
  }
  const auto before = [](const Block& a, const Block& b) { return a.block < b.block; };
  if (!std::is_sorted(blocks_.begin(), blocks_.end(), before)) {
    std::sort(blocks_.begin(), blocks_.end(), before);
  }
  const std::size_t head = kHeaderBytes + blocks_.size() * kDirectoryBytes;
  std::vector<std::byte> bytes(head + data_.size());
  std::byte* out = store(bytes.data(), kCookieWithoutRuns);
  out = store(out, static_cast<std::uint32_t>(blocks_.size()));
  for (const Block& block : blocks_) {
    out = store(out, static_cast<std::uint16_t>(block.block));
    out = store(out, static_cast<std::uint16_t>(block.cardinality - 1));
  }
  std::byte* data = bytes.data() + head;
  for (const Block& block : blocks_) {
    out = store(out, static_cast<std::uint32_t>(data - bytes.data()));
    std::memcpy(data, data_.data() + block.at, data_bytes(block));
    data += data_bytes(block);
  }
  return Bitmap::trusted_portable(bytes);
}

std::size_t BitmapBuilder::held_bytes() const {
  return blocks_.size() * sizeof(Block) + data_.size();
}

}  // namespace tagline::engine
