#include "storage/id_records.h"

#include "storage/record_codec.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <string>

namespace tagline::storage {

namespace {

constexpr std::uint8_t kIdBlockVersion = 1;

// IdBlock: version, zero, u16 number of ids, then u16 start of each within the text, then the text.
// The last start is at most 255 * 256, so 16 bits do.
constexpr std::size_t kIdCountAt = 2;
constexpr std::size_t kIdStartsAt = 4;
constexpr std::size_t kIdStartBytes = 2;

}  // namespace

Result<IdBlock> IdBlock::decode(Bytes bytes) {
  if (bytes.size() < kIdStartsAt || bytes[0] != std::byte{kIdBlockVersion} ||
      bytes[1] != std::byte{0}) {
    return damaged_record("a block of user ids does not start with version 1",
                          "用户 ID 块未以版本 1 开头");
  }
  const unsigned size = load_little<std::uint16_t>(bytes, kIdCountAt);
  const std::size_t text_at = kIdStartsAt + size * kIdStartBytes;
  if (size == 0 || size > kBlockIds || text_at > bytes.size()) {
    return damaged_record("a block of user ids claims " + std::to_string(size) + " ids in " +
                              std::to_string(bytes.size()) + " bytes",
                          "用户 ID 块声称在 " + std::to_string(bytes.size()) + " 字节中有 " +
                              std::to_string(size) + " 个 ID");
  }
  return IdBlock(bytes, size);
}

Result<std::string_view> IdBlock::id(unsigned at) const {
  const Bytes text = bytes_.subspan(kIdStartsAt + size_ * kIdStartBytes);
  const auto start_of = [&](unsigned number) -> std::size_t {
    return load_little<std::uint16_t>(bytes_, kIdStartsAt + number * kIdStartBytes);
  };
  const std::size_t start = start_of(at);
  const std::size_t end = at + 1 < size_ ? start_of(at + 1) : text.size();
  if ((at == 0 && start != 0) || end < start || end > text.size() ||
      end - start > kExternalIdBytesMax) {
    return damaged_record("id " + std::to_string(at) + " of a block of user ids lies outside it",
                          "用户 ID 块中第 " + std::to_string(at) + " 个 ID 越界");
  }
  return text_of(text.subspan(start, end - start));
}

std::vector<std::byte> encode_id_block(std::span<const std::string_view> ids) {
  std::size_t text_bytes = 0;
  for (const std::string_view id : ids) {
    text_bytes += id.size();
  }
  std::vector<std::byte> block(kIdStartsAt + ids.size() * kIdStartBytes + text_bytes);
  block[0] = std::byte{kIdBlockVersion};
  store_little(std::span(block), kIdCountAt, static_cast<std::uint16_t>(ids.size()));
  const std::span<std::byte> text =
      std::span(block).subspan(kIdStartsAt + ids.size() * kIdStartBytes);
  std::size_t start = 0;
  for (std::size_t at = 0; at < ids.size(); ++at) {
    store_little(std::span(block), kIdStartsAt + at * kIdStartBytes,
                 static_cast<std::uint16_t>(start));
    const Bytes id = bytes_of(ids[at]);
    std::copy(id.begin(), id.end(), text.begin() + static_cast<std::ptrdiff_t>(start));
    start += id.size();
  }
  return block;
}

Result<IdBucket> IdBucket::decode(Bytes bytes) {
  if (bytes.empty() || bytes.size() % kIdEntryBytes != 0) {
    return damaged_record("a bucket of the id directory has " + std::to_string(bytes.size()) +
                              " bytes, expected a multiple of 8",
                          "ID 目录的桶有 " + std::to_string(bytes.size()) + " 字节，应为 8 的倍数");
  }
  return IdBucket(bytes);
}

IdEntry IdBucket::at(std::size_t index) const {
  return {load_little<std::uint32_t>(bytes_, index * kIdEntryBytes),
          load_little<std::uint32_t>(bytes_, index * kIdEntryBytes + sizeof(std::uint32_t))};
}

std::size_t IdBucket::lower_bound(std::uint32_t hash) const {
  std::size_t begin = 0;
  std::size_t end = size();
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (at(middle).hash < hash) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace tagline::storage
