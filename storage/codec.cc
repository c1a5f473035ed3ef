#include "storage/codec.h"

namespace tagline::storage {

namespace {

constexpr unsigned kVarintBits = 7;
constexpr std::uint8_t kVarintMore = 0x80;
constexpr std::uint8_t kVarintPayload = 0x7F;

}  // namespace

void RecordWriter::varint(std::uint64_t value) {
  while (value > kVarintPayload) {
    byte(static_cast<std::uint8_t>((value & kVarintPayload) | kVarintMore));
    value >>= kVarintBits;
  }
  byte(static_cast<std::uint8_t>(value));
}

void RecordWriter::zigzag(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  varint(bits << 1U ^ (value < 0 ? ~0ULL : 0ULL));
}

void RecordWriter::string(std::string_view value) {
  varint(value.size());
  const Bytes text = bytes_of(value);
  bytes_.insert(bytes_.end(), text.begin(), text.end());
}

std::uint8_t RecordReader::byte() {
  if (failed_ || rest_.empty()) {
    failed_ = true;
    return 0;
  }
  const auto value = std::to_integer<std::uint8_t>(rest_.front());
  rest_ = rest_.subspan(1);
  return value;
}

std::uint64_t RecordReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += kVarintBits) {
    const std::uint8_t part = byte();
    // The tenth byte has room for one bit only.
    if (shift + kVarintBits > 64 && part > 1) {
      failed_ = true;
    }
    value |= std::uint64_t{static_cast<std::uint8_t>(part & kVarintPayload)} << shift;
    if ((part & kVarintMore) == 0) {
      return failed_ ? 0 : value;
    }
  }
  failed_ = true;
  return 0;
}

std::int64_t RecordReader::zigzag() {
  const std::uint64_t bits = varint();
  return static_cast<std::int64_t>(bits >> 1U ^ ((bits & 1U) != 0 ? ~0ULL : 0ULL));
}

std::string_view RecordReader::string() {
  const std::uint64_t size = varint();
  if (failed_ || size > rest_.size()) {
    failed_ = true;
    return {};
  }
  const Bytes text = rest_.first(static_cast<std::size_t>(size));
  rest_ = rest_.subspan(text.size());
  return text_of(text);
}

std::size_t RecordReader::count() {
  const std::uint64_t number = varint();
  if (failed_ || number > rest_.size()) {
    failed_ = true;
    return 0;
  }
  return static_cast<std::size_t>(number);
}

}  // namespace tagline::storage
