// The frozen layout, as roaring_bitmap_frozen_serialize of CRoaring 4.x writes it
// (tests/engine/fragment_test.cc checks it against the library, container by container); but a
// bitset may have few members (engine/frozen.h). All little-endian, no padding:
//
//   bitset data   8,192 bytes a bitset container
//   run data      4 bytes a run (start, length - 1), run containers one after another
//   array data    2 bytes a member, array containers one after another
//   keys          2 bytes a container: the block
//   counts        2 bytes a container: cardinality - 1 (bitset, array) or the number of runs
//   typecodes     1 byte a container: 1 bitset, 2 array, 3 run
//   header        4 bytes: number of containers << 15 | 13766
//
// The bytes come from disk, so nothing in them is believed before it is checked; see
// read_directory.
#include "engine/fragment.h"

#include "engine/frozen.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace tagline::engine {
namespace {

static_assert(std::endian::native == std::endian::little, "the frozen form is little-endian");

constexpr std::size_t kAlignment = 32;
constexpr std::uint32_t kFrozenCookie = 13766;
constexpr unsigned kCookieBits = 15;
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kDirectoryBytes = 5;  // key, count and typecode of one container
constexpr std::size_t kBitsetBytes = kBlockWords * sizeof(std::uint64_t);
constexpr std::size_t kRunBytes = 4;
constexpr std::size_t kMemberBytes = 2;

// Roaring's own bound: a fuller container is a bitset. Keeps the buffers of sparse registers
// finite.
constexpr std::uint32_t kArrayMembersMax = 4096;
// More runs than this cannot be apart from each other in 65,536 users.
constexpr std::uint32_t kRunsMax = kBlockUsers / 2;

std::uint16_t u16_at(const std::byte* bytes) {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

tl::unexpected<Error> damaged(const char* en, const char* zh) {
  return failure(
      ErrorCode::Corrupt,
      {std::string("a stored fragment is damaged: ") + en, std::string("存储的分片已损坏：") + zh},
      {"run \"tagline verify\" to find the extent, then restore a backup or load the source again",
       "请运行 \"tagline verify\" 查明范围，然后恢复备份或重新导入源文件"});
}

// Users in the runs, each cut off at the end of the block. Damaged runs may overlap, hence the cap.
std::uint32_t cardinality_of_runs(const std::byte* runs, std::uint32_t count) {
  std::uint32_t users = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t start = u16_at(runs + i * kRunBytes);
    const std::uint32_t more = u16_at(runs + i * kRunBytes + kMemberBytes);
    users += std::min(more, kBlockUsers - 1 - start) + 1;
    users = std::min(users, kBlockUsers);
  }
  return users;
}

std::optional<ContainerKind> kind_of(std::byte typecode) {
  switch (std::to_integer<unsigned>(typecode)) {
    case 1:
      return ContainerKind::Bitset;
    case 2:
      return ContainerKind::Array;
    case 3:
      return ContainerKind::Run;
    default:
      return std::nullopt;
  }
}

std::size_t data_bytes(const Container& container) {
  switch (container.kind) {
    case ContainerKind::Bitset:
      return kBitsetBytes;
    case ContainerKind::Run:
      return container.count * kRunBytes;
    case ContainerKind::Array:
      return container.count * kMemberBytes;
  }
  return 0;
}

/// Entries (arrays) or runs that start at or below `value`. Damaged bytes may be unsorted; the
/// search still ends.
std::uint32_t count_not_above(const Container& container, std::size_t stride, std::uint32_t value) {
  std::uint32_t begin = 0;
  std::uint32_t end = container.count;
  while (begin < end) {
    const std::uint32_t middle = begin + (end - begin) / 2;
    if (u16_at(container.data + middle * stride) <= value) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

/// Of a number below 65,536.
bool is_member(const Container& container, std::uint32_t value) {
  switch (container.kind) {
    case ContainerKind::Bitset: {
      const std::byte part = container.data[value / 8];
      return (std::to_integer<unsigned>(part) >> (value % 8) & 1U) != 0;
    }
    case ContainerKind::Array: {
      const std::uint32_t upto = count_not_above(container, kMemberBytes, value);
      return upto > 0 && u16_at(container.data + (upto - 1) * kMemberBytes) == value;
    }
    case ContainerKind::Run: {
      const std::uint32_t upto = count_not_above(container, kRunBytes, value);
      if (upto == 0) {
        return false;
      }
      const std::byte* run = container.data + (upto - 1) * kRunBytes;
      return value - u16_at(run) <= u16_at(run + kMemberBytes);
    }
  }
  return false;
}

// Believes only what it has checked: blocks ascend within the shard, each kind and count is one
// roaring can have, and the sizes add up to exactly the bytes given. What may still be wrong
// (unsorted members, runs past the end, a bitset's cardinality) is what kernels are written to
// survive. Returns how many there are; the cardinality of a Run is not computed.
Result<std::size_t> read_containers(std::span<const std::byte> frozen,
                                    std::array<Container, kBlocksPerShard>& containers) {
  if (frozen.size() < kHeaderBytes) {
    return damaged("it is shorter than its header", "长度小于头部");
  }
  std::uint32_t header = 0;
  std::memcpy(&header, frozen.data() + frozen.size() - kHeaderBytes, kHeaderBytes);
  const std::size_t count = header >> kCookieBits;
  if ((header & ((1U << kCookieBits) - 1)) != kFrozenCookie) {
    return damaged("its last bytes are not those of a frozen bitmap", "末尾字节不是冻结位图的标记");
  }
  if (count > kBlocksPerShard || frozen.size() - kHeaderBytes < count * kDirectoryBytes) {
    return damaged("it claims more containers than fit", "声称的容器数超出其容量");
  }
  const std::size_t data_size = frozen.size() - kHeaderBytes - count * kDirectoryBytes;
  const std::byte* keys = frozen.data() + data_size;
  const std::byte* counts = keys + count * 2;
  const std::byte* typecodes = counts + count * 2;

  std::array<std::size_t, 3> zone_bytes{};
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<ContainerKind> kind = kind_of(typecodes[i]);
    const unsigned block = u16_at(keys + i * 2);
    const std::uint32_t stored = u16_at(counts + i * 2);
    if (!kind.has_value()) {
      return damaged("it has a container of unknown kind", "含有未知类型的容器");
    }
    if (block >= kBlocksPerShard || (i > 0 && block <= containers[i - 1].block)) {
      return damaged("its blocks are out of order", "块的次序错误");
    }
    Container& container = containers[i];
    container.kind = *kind;
    container.block = static_cast<std::uint8_t>(block);
    container.count = *kind == ContainerKind::Run ? stored : stored + 1;
    container.cardinality = container.count;
    const bool fits = *kind == ContainerKind::Array
                          ? container.count <= kArrayMembersMax
                          : *kind == ContainerKind::Bitset || (stored > 0 && stored <= kRunsMax);
    if (!fits) {
      return damaged("a container has an impossible size", "容器大小不合理");
    }
    zone_bytes[static_cast<std::size_t>(*kind)] += data_bytes(container);
  }
  const std::size_t bitset_bytes = zone_bytes[static_cast<std::size_t>(ContainerKind::Bitset)];
  const std::size_t run_bytes = zone_bytes[static_cast<std::size_t>(ContainerKind::Run)];
  const std::size_t array_bytes = zone_bytes[static_cast<std::size_t>(ContainerKind::Array)];
  if (bitset_bytes + run_bytes + array_bytes != data_size) {
    return damaged("the sizes of its containers do not add up", "容器大小之和与长度不符");
  }

  std::array<const std::byte*, 3> next{};
  next[static_cast<std::size_t>(ContainerKind::Bitset)] = frozen.data();
  next[static_cast<std::size_t>(ContainerKind::Run)] = frozen.data() + bitset_bytes;
  next[static_cast<std::size_t>(ContainerKind::Array)] = frozen.data() + bitset_bytes + run_bytes;
  for (std::size_t i = 0; i < count; ++i) {
    Container& container = containers[i];
    const std::byte*& data = next[static_cast<std::size_t>(container.kind)];
    container.data = data;
    data += data_bytes(container);
  }
  return count;
}

}  // namespace

void Fragment::FreeAligned::operator()(std::byte* bytes) const noexcept {
  ::operator delete (bytes, std::align_val_t{kAlignment});
}

Fragment::~Fragment() {
  if (borrows_ != nullptr) {
    borrows_->fetch_sub(1, std::memory_order_relaxed);
  }
}

Fragment::Fragment(Fragment&& other) noexcept {
  *this = std::move(other);
}

// Fragments are moved for every row and shard, and most rows are in few blocks: only the containers
// there are copied.
Fragment& Fragment::operator=(Fragment&& other) noexcept {
  if (this == &other) {
    return *this;
  }
  if (borrows_ != nullptr) {
    borrows_->fetch_sub(1, std::memory_order_relaxed);
  }
  std::copy_n(other.containers_.begin(), other.size_, containers_.begin());
  slot_ = other.slot_;
  size_ = std::exchange(other.size_, 0);
  cardinality_ = std::exchange(other.cardinality_, 0);
  payload_bytes_ = std::exchange(other.payload_bytes_, 0);
  borrows_ = std::exchange(other.borrows_, nullptr);
  owned_ = std::move(other.owned_);
  other.slot_ = all_absent();
  return *this;
}

Result<Fragment> Fragment::borrow(std::span<const std::byte> frozen, BorrowCount* borrows) {
  if (reinterpret_cast<std::uintptr_t>(frozen.data()) % kAlignment != 0) {
    return failure(ErrorCode::Internal, {"a fragment to be read in place is not 32-byte aligned",
                                         "原地读取的分片未按 32 字节对齐"});
  }
  Result<Fragment> fragment(tl::in_place);
  TAGLINE_RETURN_IF_ERROR(fragment->read_directory(frozen));
  if (borrows != nullptr) {
    borrows->fetch_add(1, std::memory_order_relaxed);
    fragment->borrows_ = borrows;
  }
  return fragment;
}

Result<Fragment> Fragment::copy(std::span<const std::byte> frozen) {
  Result<Fragment> fragment(tl::in_place);
  fragment->owned_.reset(
      static_cast<std::byte*>(::operator new (frozen.size(), std::align_val_t{kAlignment})));
  if (!frozen.empty()) {
    std::memcpy(fragment->owned_.get(), frozen.data(), frozen.size());
  }
  TAGLINE_RETURN_IF_ERROR(fragment->read_directory({fragment->owned_.get(), frozen.size()}));
  return fragment;
}

Fragment Fragment::freeze(const Bitmap& bitmap) {
  if (bitmap.max().value_or(0) >= kShardUsers) {
    Bitmap within = Bitmap::range(0, kShardUsers);
    within.intersect(bitmap);
    return freeze(within);
  }
  Fragment fragment;
  const std::size_t size = bitmap.frozen_size_bytes();
  fragment.owned_.reset(
      static_cast<std::byte*>(::operator new (size, std::align_val_t{kAlignment})));
  bitmap.write_frozen({fragment.owned_.get(), size});
  // What the library has just written is well formed.
  static_cast<void>(fragment.read_directory({fragment.owned_.get(), size}));
  const std::size_t wide = wide_bytes(fragment);
  if (wide == size) {
    return fragment;
  }
  Fragment widened;
  widened.owned_.reset(
      static_cast<std::byte*>(::operator new (wide, std::align_val_t{kAlignment})));
  write_wide(fragment, {widened.owned_.get(), wide});
  static_cast<void>(widened.read_directory({widened.owned_.get(), wide}));
  return widened;
}

Fragment Fragment::lend() const {
  Fragment fragment;
  std::copy_n(containers_.begin(), size_, fragment.containers_.begin());
  fragment.slot_ = slot_;
  fragment.size_ = size_;
  fragment.cardinality_ = cardinality_;
  fragment.payload_bytes_ = payload_bytes_;
  return fragment;
}

void Fragment::replace(const Container& container) {
  if (const Container* old = find(container.block); old != nullptr) {
    cardinality_ -= old->cardinality;
    payload_bytes_ -= std::min(payload_bytes_, data_bytes(*old));
    const auto at = containers_.begin() + slot_[container.block];
    std::copy(at + 1, containers_.begin() + static_cast<std::ptrdiff_t>(size_), at);
    --size_;
  }
  if (container.cardinality != 0) {
    const auto end = containers_.begin() + static_cast<std::ptrdiff_t>(size_);
    const auto at = std::find_if(containers_.begin(), end, [&](const Container& each) {
      return each.block > container.block;
    });
    std::copy_backward(at, end, end + 1);
    *at = container;
    ++size_;
    cardinality_ += container.cardinality;
    payload_bytes_ += data_bytes(container);
  }
  slot_ = all_absent();
  for (std::size_t i = 0; i < size_; ++i) {
    slot_[containers_[i].block] = static_cast<std::uint8_t>(i);
  }
}

Status Fragment::read_directory(std::span<const std::byte> frozen) {
  TAGLINE_ASSIGN_OR_RETURN(size_, read_containers(frozen, containers_));
  for (std::size_t i = 0; i < size_; ++i) {
    Container& container = containers_[i];
    if (container.kind == ContainerKind::Run) {
      container.cardinality = cardinality_of_runs(container.data, container.count);
    }
    slot_[container.block] = static_cast<std::uint8_t>(i);
    cardinality_ += container.cardinality;
  }
  payload_bytes_ = frozen.size();
  return {};
}

bool Fragment::contains(std::uint32_t user) const {
  const Container* container = find(user / kBlockUsers);
  return container != nullptr && is_member(*container, user % kBlockUsers);
}

Result<bool> Fragment::holds(std::span<const std::byte> frozen, std::uint32_t user) {
  std::array<Container, kBlocksPerShard> containers;  // as many are set as there are
  TAGLINE_ASSIGN_OR_RETURN(const std::size_t size, read_containers(frozen, containers));
  const auto end = containers.begin() + static_cast<std::ptrdiff_t>(size);
  const auto found = std::find_if(containers.begin(), end, [&](const Container& each) {
    return each.block == user / kBlockUsers;
  });
  return found != end && is_member(*found, user % kBlockUsers);
}

}  // namespace tagline::engine
