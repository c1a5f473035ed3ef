// Why the header is 16 bytes: LMDB puts a value larger than about half a page on pages of its own,
// 16 bytes after the start of the page. CRoaring's frozen form wants 32-byte alignment. One 16-byte
// header in front of it makes the payload of every large value aligned in the map itself, so it is
// read in place. Small values share pages and lie anywhere; they are copied, which costs little
// because they are small. Rejected: padding inside the value for small ones too (their offset in
// the page changes as neighbours come and go).
#include "storage/fragment_value.h"

#include "engine/frozen.h"

#include <cstring>
#include <string>
#include <xxhash.h>

namespace tagline::storage {

namespace {

constexpr std::uint16_t kMagic = 0x4654;  // "TF" as bytes
constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kPayloadAlignment = 32;

constexpr std::size_t kVersionAt = 2;
constexpr std::size_t kFlagsAt = 3;
constexpr std::size_t kCardinalityAt = 4;
constexpr std::size_t kChecksumAt = 8;

tl::unexpected<Error> corrupt(const std::string& en, const std::string& zh) {
  return failure(ErrorCode::Corrupt, {"damaged fragment: " + en, "分片已损坏：" + zh},
                 {"run \"tagline verify\", then load the data again or restore a backup",
                  "请运行 \"tagline verify\"，然后重新导入数据或恢复备份"});
}

/// The seed is the first half of the header, so that a changed cardinality or version is noticed
/// too.
std::uint64_t checksum_of(Bytes value) {
  const Bytes payload = value.subspan(kFragmentHeaderBytes);
  return XXH3_64bits_withSeed(payload.data(), payload.size(), load_little<std::uint64_t>(value, 0));
}

bool aligned(Bytes bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % kPayloadAlignment == 0;
}

}  // namespace

Result<FragmentValue> split_fragment(Bytes value) {
  if (value.size() <= kFragmentHeaderBytes) {
    return corrupt("a value of " + std::to_string(value.size()) +
                       " bytes, expected a 16-byte header and a payload",
                   "该值只有 " + std::to_string(value.size()) + " 字节，应为 16 字节头部加内容");
  }
  if (load_little<std::uint16_t>(value, 0) != kMagic) {
    return corrupt("the value does not start with \"TF\"", "该值不以 \"TF\" 开头");
  }
  const auto version = load_little<std::uint8_t>(value, kVersionAt);
  const auto flags = load_little<std::uint8_t>(value, kFlagsAt);
  if (version != kVersion || flags != 0) {
    return corrupt("version " + std::to_string(version) + " with flags " + std::to_string(flags) +
                       ", expected version 2 without flags",
                   "版本为 " + std::to_string(version) + "、标志为 " + std::to_string(flags) +
                       "，应为版本 2、无标志");
  }
  const auto cardinality = load_little<std::uint32_t>(value, kCardinalityAt);
  if (cardinality == 0 || cardinality > engine::kShardUsers) {
    return corrupt(
        "the header counts " + std::to_string(cardinality) + " users, expected 1 to 1048576",
        "头部记录的用户数为 " + std::to_string(cardinality) + "，应在 1 到 1048576 之间");
  }
  return FragmentValue{cardinality, value.subspan(kFragmentHeaderBytes)};
}

namespace {

/// Corrupt unless the containers add up to what the header says.
Status check_cardinality(const engine::Fragment& fragment, const FragmentValue& parts) {
  if (fragment.cardinality() == parts.cardinality) {
    return {};
  }
  return corrupt("its containers hold " + std::to_string(fragment.cardinality()) +
                     " users, the header says " + std::to_string(parts.cardinality),
                 "其容器共有 " + std::to_string(fragment.cardinality()) + " 个用户，头部记录为 " +
                     std::to_string(parts.cardinality));
}

}  // namespace

Result<engine::Fragment> read_fragment(Bytes value, engine::BorrowCount* borrows) {
  TAGLINE_ASSIGN_OR_RETURN(const FragmentValue parts, split_fragment(value));
  // A fragment is half a kilobyte: it is made where the caller finds it, not moved there.
  Result<engine::Fragment> fragment = aligned(parts.payload)
                                          ? engine::Fragment::borrow(parts.payload, borrows)
                                          : engine::Fragment::copy(parts.payload);
  if (fragment.has_value()) {
    TAGLINE_RETURN_IF_ERROR(check_cardinality(*fragment, parts));
  }
  return fragment;
}

Result<engine::Bitmap> copy_fragment(Bytes value) {
  TAGLINE_ASSIGN_OR_RETURN(const FragmentValue parts, split_fragment(value));
  // The library knows bitsets of more than 4,096 members only.
  TAGLINE_ASSIGN_OR_RETURN(const auto fragment, engine::Fragment::copy(parts.payload));
  TAGLINE_ASSIGN_OR_RETURN(auto members, engine::Bitmap::read_frozen(narrowed(fragment)));
  if (members.cardinality() != parts.cardinality) {
    return corrupt("it holds " + std::to_string(members.cardinality()) +
                       " users, the header says " + std::to_string(parts.cardinality),
                   "实际有 " + std::to_string(members.cardinality()) + " 个用户，头部记录为 " +
                       std::to_string(parts.cardinality));
  }
  if (members.max().value_or(0) >= engine::kShardUsers) {
    return corrupt("a member is beyond the shard's 1048576 users",
                   "有成员超出分区的 1048576 个用户");
  }
  return members;
}

std::uint64_t stored_checksum(Bytes value) {
  return load_little<std::uint64_t>(value, kChecksumAt);
}

bool checksum_matches(Bytes value) {
  return stored_checksum(value) == checksum_of(value);
}

std::span<std::byte> FragmentEncoder::room(std::vector<Line>& lines, std::size_t payload_bytes) {
  // The header is the second half of the first line, so the payload starts the second one, aligned.
  lines.resize(1 + (payload_bytes + sizeof(Line) - 1) / sizeof(Line));
  const std::span<std::byte> bytes(lines.front().bytes, lines.size() * sizeof(Line));
  return bytes.subspan(sizeof(Line) - kFragmentHeaderBytes, kFragmentHeaderBytes + payload_bytes);
}

Bytes FragmentEncoder::encode(const engine::Bitmap& members) {
  auto value = room(buffer_, members.frozen_size_bytes());
  members.write_frozen(value.subspan(kFragmentHeaderBytes));
  {
    // What the library has just written is well formed.
    const auto fragment =
        engine::Fragment::borrow(value.subspan(kFragmentHeaderBytes), nullptr).value();
    if (const std::size_t wide = engine::wide_bytes(fragment); wide != fragment.payload_bytes()) {
      value = room(wide_buffer_, wide);
      engine::write_wide(fragment, value.subspan(kFragmentHeaderBytes));
    }
  }
  store_little(value, 0, kMagic);
  store_little(value, kVersionAt, kVersion);
  store_little(value, kFlagsAt, std::uint8_t{0});
  store_little(value, kCardinalityAt, static_cast<std::uint32_t>(members.cardinality()));
  store_little(value, kChecksumAt, checksum_of(value));
  return value;
}

}  // namespace tagline::storage
