// Fragment: one row within one shard, as the executor reads it: at most 16 roaring containers, in
// place.
//
// The bytes are CRoaring's frozen form with more bitsets (engine/frozen.h; the layout is in
// storage/FORMAT.md). We read its directory ourselves rather than through
// roaring_bitmap_frozen_view: no allocation a fragment, and every offset is checked here, so that
// damaged bytes cannot lead a kernel outside the payload.
#pragma once

#include "engine/bitmap.h"
#include "engine/layout.h"
#include "engine/result.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace tagline::engine {

enum class ContainerKind : std::uint8_t { Array, Bitset, Run };

/// One block of a row. `data` points at `count` sorted uint16 (Array), 1024 uint64 (Bitset) or
/// `count` pairs (start, length - 1) of uint16 (Run). Contents of untrusted bytes may be unsorted
/// or a run may pass 65535: kernels must clamp, never read or write outside the block.
struct Container {
  ContainerKind kind;
  std::uint8_t block;         ///< 0..15 within the shard
  std::uint32_t count;        ///< array entries or runs; unused for Bitset
  std::uint32_t cardinality;  ///< users in this block (computed from the runs for Run)
  const std::byte* data;
};

/// Counts the fragments borrowed from a snapshot, so that a borrow that outlives it is caught at
/// its end (sanitizers cannot see it: the map stays mapped).
using BorrowCount = std::atomic<std::int64_t>;

/// Move-only. Either borrows bytes of a snapshot (zero-copy) or owns an aligned copy of small ones.
/// Threads: a fragment may be read by any thread while its snapshot lives.
class Fragment {
 public:
  Fragment() = default;  ///< empty row
  ~Fragment();
  Fragment(Fragment&&) noexcept;
  Fragment& operator=(Fragment&&) noexcept;
  Fragment(const Fragment&) = delete;
  Fragment& operator=(const Fragment&) = delete;

  /// Views `frozen` in place. REQUIRES: 32-byte aligned, alive while this fragment is. `borrows`
  /// may be null (tests); else it is raised now and lowered when the fragment goes. Corrupt when
  /// sizes do not add up.
  [[nodiscard]] static Result<Fragment> borrow(std::span<const std::byte> frozen,
                                               BorrowCount* borrows);
  /// Copies `frozen` (any alignment). Same checks.
  [[nodiscard]] static Result<Fragment> copy(std::span<const std::byte> frozen);
  /// Freezes `bitmap` (numbers below 2^20) into an owned fragment, as it would be stored.
  [[nodiscard]] static Fragment freeze(const Bitmap& bitmap);
  /// Whether a number below 2^20 is in the fragment with these bytes (any alignment), which is not
  /// made for it. Same checks.
  [[nodiscard]] static Result<bool> holds(std::span<const std::byte> frozen, std::uint32_t user);
  /// A fragment that reads the bytes of this one in place. This one must outlive it. No checks, no
  /// allocation.
  [[nodiscard]] Fragment lend() const;

  /// Puts a container in the place of what the fragment has in that block; of cardinality 0:
  /// nobody. Its bytes must stay as long as the fragment does.
  void replace(const Container& container);

  [[nodiscard]] std::span<const Container> containers() const {
    return {containers_.data(), size_};
  }
  /// The container of a block, or null when the row has nobody there. O(1).
  [[nodiscard]] const Container* find(unsigned block) const {
    return slot_[block] == kAbsent ? nullptr : &containers_[slot_[block]];
  }
  /// Whether a number below 2^20 is in it. O(log) of its block's members.
  [[nodiscard]] bool contains(std::uint32_t user) const;
  [[nodiscard]] std::uint32_t cardinality() const { return cardinality_; }
  /// Whether the bytes are read in place.
  [[nodiscard]] bool borrowed() const { return payload_bytes_ != 0 && owned_ == nullptr; }
  [[nodiscard]] std::size_t payload_bytes() const { return payload_bytes_; }

 private:
  static constexpr std::uint8_t kAbsent = 0xFF;
  static constexpr std::array<std::uint8_t, kBlocksPerShard> all_absent() {
    std::array<std::uint8_t, kBlocksPerShard> slots{};
    slots.fill(kAbsent);
    return slots;
  }
  [[nodiscard]] Status read_directory(std::span<const std::byte> frozen);

  // Only the first size_ are set: an empty fragment is made for every row and shard without users.
  std::array<Container, kBlocksPerShard> containers_;
  std::array<std::uint8_t, kBlocksPerShard> slot_ = all_absent();
  std::size_t size_ = 0;
  std::uint32_t cardinality_ = 0;
  std::size_t payload_bytes_ = 0;
  BorrowCount* borrows_ = nullptr;
  struct FreeAligned {
    void operator()(std::byte* bytes) const noexcept;
  };
  std::unique_ptr<std::byte, FreeAligned> owned_;
};

}  // namespace tagline::engine
