// codec: the small encodings all records are made of. Written by us, read as if by an enemy: a
// reader never leaves its bytes, never allocates more than they hold, and remembers its first
// failure.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tagline::storage {

// Fixed-width numbers in values, and CRoaring's frozen form, are little-endian on disk (FORMAT.md).
static_assert(std::endian::native == std::endian::little, "the file format is little-endian");

using Bytes = std::span<const std::byte>;

[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
[[nodiscard]] inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// REQUIRES: sizeof(T) bytes at `at` within `bytes`.
template <class T>
[[nodiscard]] T load_little(Bytes bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <class T>
void store_little(std::span<std::byte> bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// Keys: numbers big-endian one after the other, so that LMDB's byte order is the order of the
/// numbers.
template <std::size_t N>
[[nodiscard]] std::array<std::byte, 4 * N> make_key(const std::array<std::uint32_t, N>& parts) {
  std::array<std::byte, 4 * N> key{};
  for (std::size_t i = 0; i < 4 * N; ++i) {
    key[i] = static_cast<std::byte>(parts[i / 4] >> (24U - 8U * (i % 4)) & 0xFFU);
  }
  return key;
}
/// Nothing when the key has another length.
template <std::size_t N>
[[nodiscard]] std::optional<std::array<std::uint32_t, N>> parse_key(Bytes key) {
  if (key.size() != 4 * N) {
    return std::nullopt;
  }
  std::array<std::uint32_t, N> parts{};
  for (std::size_t i = 0; i < 4 * N; ++i) {
    parts[i / 4] = parts[i / 4] << 8U | std::to_integer<std::uint32_t>(key[i]);
  }
  return parts;
}

/// Appends to a growing record.
class RecordWriter {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(std::byte{value}); }
  void varint(std::uint64_t value);     ///< LEB128: seven bits a byte, low first
  void zigzag(std::int64_t value);      ///< varint of (value << 1) ^ (value >> 63)
  void string(std::string_view value);  ///< varint length, then the bytes
  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

/// Takes a record apart. After a failure everything reads as zero or empty, and `complete` is
/// false.
class RecordReader {
 public:
  explicit RecordReader(Bytes bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint8_t byte();
  [[nodiscard]] std::uint64_t varint();
  [[nodiscard]] std::int64_t zigzag();
  [[nodiscard]] std::string_view string();  ///< a view of the record's bytes
  /// A number of things that take at least one byte each.
  [[nodiscard]] std::size_t count();

  /// Nothing is left over, or something failed.
  [[nodiscard]] bool at_end() const { return failed_ || rest_.empty(); }
  /// Nothing failed, and nothing is left over.
  [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

 private:
  Bytes rest_;
  bool failed_ = false;
};

}  // namespace tagline::storage
