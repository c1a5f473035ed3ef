// fragment_value: a stored fragment taken apart and put together. Value = 16-byte header +
// the frozen form (engine/frozen.h).
#pragma once

#include "engine/bitmap.h"
#include "engine/fragment.h"
#include "engine/result.h"
#include "storage/codec.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::storage {

inline constexpr std::size_t kFragmentHeaderBytes = 16;

struct FragmentValue {
  std::uint32_t cardinality = 0;
  Bytes payload;
};

/// Checks the header (magic, version, flags, a possible cardinality), not the payload. Corrupt.
[[nodiscard]] Result<FragmentValue> split_fragment(Bytes value);

/// The value as the executor reads it: in place when the payload lies 32-byte aligned, else copied.
/// Checks the header and every size, and that the container sizes add up to the header's
/// cardinality; the checksum is not looked at (that would read every byte), see verify. `borrows`
/// as in engine::Fragment::borrow.
[[nodiscard]] Result<engine::Fragment> read_fragment(Bytes value, engine::BorrowCount* borrows);

/// An owned, fully validated copy (not the checksum). Corrupt.
[[nodiscard]] Result<engine::Bitmap> copy_fragment(Bytes value);

/// Of the payload and of what the header says besides. REQUIRES: `value` holds a header.
[[nodiscard]] std::uint64_t stored_checksum(Bytes value);

/// REQUIRES: `value` holds a header.
[[nodiscard]] bool checksum_matches(Bytes value);

/// Makes values; keeps its buffer from one to the next.
class FragmentEncoder {
 public:
  /// REQUIRES: `members` optimised, not empty and below 2^20. The bytes are good until the next
  /// call.
  [[nodiscard]] Bytes encode(const engine::Bitmap& members);

 private:
  struct alignas(32) Line {
    std::byte bytes[32];
  };
  static std::span<std::byte> room(std::vector<Line>& lines, std::size_t payload_bytes);

  std::vector<Line> buffer_;
  std::vector<Line> wide_buffer_;
};

}  // namespace tagline::storage
