// Bitmap: an owned roaring bitmap. Used where bitmaps are built or kept (loading, results); queries
// do not go through it but through block execution (engine/execute.h).
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace roaring::api {
struct roaring_bitmap_s;
}

namespace tagline::engine {

/// A set of 32-bit numbers in roaring form. Moves are cheap, copies are explicit (`clone`).
/// Threads: thread-compatible (const methods may run together). Copy-on-write is never enabled.
class Bitmap {
 public:
  Bitmap();
  ~Bitmap();
  Bitmap(Bitmap&&) noexcept;
  Bitmap& operator=(Bitmap&&) noexcept;
  Bitmap(const Bitmap&) = delete;
  Bitmap& operator=(const Bitmap&) = delete;

  [[nodiscard]] Bitmap clone() const;
  /// `values` in any order, repeats allowed; ascending is fastest.
  [[nodiscard]] static Bitmap of(std::span<const std::uint32_t> values);
  /// [begin, end).
  [[nodiscard]] static Bitmap range(std::uint64_t begin, std::uint64_t end);

  void add(std::uint32_t value);
  void add_many(std::span<const std::uint32_t> values);
  void add_range(std::uint64_t begin, std::uint64_t end);
  void remove(std::uint32_t value);
  /// Sets the 65,536 bits of one block (numbers block * 65536 + i) from flat words; ors into what
  /// is there. Fewer than 1,024 words leave the rest of the block alone.
  void unite_block(std::uint32_t block, std::span<const std::uint64_t> words);
  /// The same from a list. It should ascend: one that does not is added user by user.
  void unite_block(std::uint32_t block, std::span<const std::uint16_t> members);

  /// Every member plus `offset`; members that leave the 32-bit range are dropped.
  [[nodiscard]] Bitmap shifted(std::int64_t offset) const;

  void intersect(const Bitmap& other);  ///< keeps what is in both
  void unite(const Bitmap& other);      ///< adds what is in other
  void subtract(const Bitmap& other);   ///< removes what is in other

  [[nodiscard]] bool contains(std::uint32_t value) const;
  [[nodiscard]] bool intersects(const Bitmap& other) const;
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::uint64_t cardinality() const;
  [[nodiscard]] std::optional<std::uint32_t> min() const;
  [[nodiscard]] std::optional<std::uint32_t> max() const;
  [[nodiscard]] std::vector<std::uint32_t> to_vector() const;
  /// Copies up to `out.size()` members >= `from`, ascending; returns how many. O(out.size()).
  [[nodiscard]] std::size_t page(std::uint32_t from, std::span<std::uint32_t> out) const;
  friend bool operator==(const Bitmap& a, const Bitmap& b);

  /// Turns containers into runs where that is smaller, and frees spare memory. Call before
  /// freezing.
  void optimize();
  [[nodiscard]] std::size_t memory_bytes() const;

  /// CRoaring's frozen form: what fragments hold on disk (engine/fragment.h reads it in place).
  [[nodiscard]] std::size_t frozen_size_bytes() const;
  /// REQUIRES: `out.size() == frozen_size_bytes()` and `out` 32-byte aligned.
  void write_frozen(std::span<std::byte> out) const;
  /// A copy of frozen bytes (any alignment), fully validated (roaring_bitmap_internal_validate):
  /// any bytes at all give a valid bitmap or Corrupt.
  [[nodiscard]] static Result<Bitmap> read_frozen(std::span<const std::byte> frozen);

  /// The portable roaring format (RoaringFormatSpec), for import, export and backup.
  [[nodiscard]] std::vector<std::byte> to_portable() const;
  [[nodiscard]] static Result<Bitmap> from_portable(std::span<const std::byte> bytes);

 private:
  friend class BitmapBuilder;
  /// REQUIRES: well formed.
  [[nodiscard]] static Bitmap trusted_portable(std::span<const std::byte> bytes);
  /// Adds one container's data: `cardinality` ascending uint16, or flat words when they are more.
  void unite_container(std::uint32_t block, std::size_t cardinality,
                       std::span<const std::byte> data);
  explicit Bitmap(roaring::api::roaring_bitmap_s* raw);
  struct Free {
    void operator()(roaring::api::roaring_bitmap_s* raw) const noexcept;
  };
  std::unique_ptr<roaring::api::roaring_bitmap_s, Free> raw_;
};

}  // namespace tagline::engine
