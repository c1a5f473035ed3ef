// id_records: external ids by index, and the directory of their hashes, to bytes and back. Decoders
// take any bytes at all and give a record or Corrupt. Private to storage/.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/codec.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tagline::storage {

/// External ids are stored by blocks of 256 users: one record a block, small enough to rewrite,
/// large enough that printing ids in index order reads few of them.
inline constexpr unsigned kBlockIdBits = 8;
inline constexpr unsigned kBlockIds = 1U << kBlockIdBits;

/// The ids of up to 256 neighbours: a view of the record's bytes.
class IdBlock {
 public:
  /// Checks the number of ids and that there is room for it, O(1): a look-up wants one id of 256.
  [[nodiscard]] static Result<IdBlock> decode(Bytes bytes);
  [[nodiscard]] unsigned size() const { return size_; }
  /// Corrupt when it lies outside the block, overlaps its neighbour or is too long. REQUIRES: at <
  /// size().
  [[nodiscard]] Result<std::string_view> id(unsigned at) const;

 private:
  IdBlock(Bytes bytes, unsigned size) : bytes_(bytes), size_(size) {}
  Bytes bytes_;
  unsigned size_;
};
/// REQUIRES: 1 to 256 ids of at most kExternalIdBytesMax bytes.
[[nodiscard]] std::vector<std::byte> encode_id_block(std::span<const std::string_view> ids);

/// One external id in the hash directory (user_directory.h).
struct IdEntry {
  std::uint32_t hash = 0;
  engine::UserIndex user = 0;
  friend auto operator<=>(const IdEntry&, const IdEntry&) = default;
};
inline constexpr std::size_t kIdEntryBytes = 8;

/// A view of the sorted entries of one bucket.
class IdBucket {
 public:
  [[nodiscard]] static Result<IdBucket> decode(Bytes bytes);
  [[nodiscard]] std::size_t size() const { return bytes_.size() / kIdEntryBytes; }
  [[nodiscard]] IdEntry at(std::size_t index) const;
  /// The first entry whose hash is not below `hash`.
  [[nodiscard]] std::size_t lower_bound(std::uint32_t hash) const;

 private:
  explicit IdBucket(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

}  // namespace tagline::storage
