#include "storage/identity_codec.h"

#include "storage/record_codec.h"

#include <limits>
#include <utility>

namespace tagline::storage {
namespace {

constexpr std::uint64_t kIdentityVersion = 1;
constexpr std::uint64_t kMergedVersion = 1;
constexpr std::uint64_t kMergeVersion = 1;
constexpr std::uint64_t kErasureVersion = 1;
constexpr std::uint64_t kTypeVersion = 1;
constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();

/// 0 for nothing, else zigzag + 1: values are never the least of all.
void optional_number(const std::optional<std::int64_t>& value, RecordWriter& out) {
  out.varint(value ? ((static_cast<std::uint64_t>(*value) << 1U) ^
                      static_cast<std::uint64_t>(*value >> 63U)) +
                         1
                   : 0);
}

std::optional<std::int64_t> optional_number(RecordReader& in) {
  const std::uint64_t value = in.varint();
  return value == 0 ? std::nullopt
                    : std::optional(static_cast<std::int64_t>((value - 1) >> 1U) ^
                                    -static_cast<std::int64_t>((value - 1) & 1U));
}

bool can_have(const MergedCell& cell, std::optional<std::int64_t> value) {
  return is_possible({cell.field, cell.shape, cell.cell, 0, value});
}

}  // namespace

void encode(const IdentityRecord& identity, RecordWriter& out) {
  out.varint(kIdentityVersion);
  out.varint(identity.user);
  out.zigzag(identity.linked_s);
  out.string(identity.source);
}

Result<IdentityRecord> decode_identity(std::string_view identity, Bytes bytes) {
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  const std::uint64_t user = in.varint();
  IdentityRecord record;
  record.identity = identity;
  record.user = static_cast<engine::UserIndex>(user);
  record.linked_s = in.zigzag();
  record.source = in.string();
  if (version != kIdentityVersion || !in.complete() || user > kMax) {
    return damaged_record("an identity cannot be read", "无法读取身份标识记录");
  }
  return record;
}

void encode(const MergedUser& merged, RecordWriter& out) {
  out.varint(kMergedVersion);
  out.varint(merged.survivor);
  out.varint(merged.merge);
}

Result<MergedUser> decode_merged(Bytes bytes) {
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  const std::uint64_t survivor = in.varint();
  const std::uint64_t merge = in.varint();
  if (version != kMergedVersion || !in.complete() || survivor > kMax || merge > kMax) {
    return damaged_record("a merged user cannot be read", "无法读取被合并用户的记录");
  }
  return MergedUser{static_cast<engine::UserIndex>(survivor), static_cast<std::uint32_t>(merge)};
}

void encode(const MergeRecord& merge, RecordWriter& out) {
  out.varint(kMergeVersion);
  out.varint(merge.survivor);
  out.varint(merge.loser);
  out.string(merge.because);
  out.string(merge.author);
  out.zigzag(merge.merged_s);
  optional_number(merge.undone_s, out);
  out.varint(merge.cells.size());
  for (const MergedCell& cell : merge.cells) {
    out.varint(cell.field);
    out.byte(static_cast<std::uint8_t>(cell.shape));
    out.varint(cell.cell);
    out.zigzag(cell.loser);
    optional_number(cell.before, out);
    optional_number(cell.after, out);
  }
}

Result<MergeRecord> decode_merge(std::uint32_t number, Bytes bytes) {
  const auto damaged = [] {
    return damaged_record("a merge of users cannot be read", "无法读取用户合并记录");
  };
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  const std::uint64_t survivor = in.varint();
  const std::uint64_t loser = in.varint();
  MergeRecord merge;
  merge.number = number;
  merge.survivor = static_cast<engine::UserIndex>(survivor);
  merge.loser = static_cast<engine::UserIndex>(loser);
  merge.because = in.string();
  merge.author = in.string();
  merge.merged_s = in.zigzag();
  merge.undone_s = optional_number(in);
  const std::size_t cells = in.count();
  for (std::size_t i = 0; i < cells && !in.at_end(); ++i) {
    const std::uint64_t field = in.varint();
    const std::uint8_t shape = in.byte();
    const std::uint64_t cell = in.varint();
    if (field > kMax || cell > kMax || shape > static_cast<std::uint8_t>(CellShape::Amount)) {
      return damaged();
    }
    MergedCell read{static_cast<engine::FieldId>(field),
                    static_cast<CellShape>(shape),
                    static_cast<engine::RowId>(cell),
                    in.zigzag(),
                    {},
                    {}};
    read.before = optional_number(in);
    read.after = optional_number(in);
    if (!can_have(read, read.loser) || !can_have(read, read.before) ||
        !can_have(read, read.after)) {
      return damaged();
    }
    merge.cells.push_back(read);
  }
  if (version != kMergeVersion || !in.complete() || survivor > kMax || loser > kMax ||
      survivor == loser || merge.cells.size() != cells) {
    return damaged();
  }
  return merge;
}

void encode(const ErasureRecord& erasure, RecordWriter& out) {
  out.varint(kErasureVersion);
  out.string(erasure.digest);
  out.zigzag(erasure.erased_s);
  out.string(erasure.author);
  out.varint(erasure.users);
  out.varint(erasure.identities);
  out.varint(erasure.cells);
  out.varint(erasure.merges);
}

Result<ErasureRecord> decode_erasure(std::uint32_t number, Bytes bytes) {
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  ErasureRecord erasure;
  erasure.number = number;
  erasure.digest = in.string();
  erasure.erased_s = in.zigzag();
  erasure.author = in.string();
  erasure.users = in.varint();
  erasure.identities = in.varint();
  erasure.cells = in.varint();
  erasure.merges = in.varint();
  if (version != kErasureVersion || !in.complete()) {
    return damaged_record("the receipt of an erasure cannot be read", "无法读取删除回执");
  }
  return erasure;
}

void encode(const IdentityTypeRecord& type, RecordWriter& out) {
  out.varint(kTypeVersion);
  out.byte(static_cast<std::uint8_t>(type.form));
  out.string(type.country);
  out.byte(type.hashed ? 1 : 0);
  out.varint(type.most);
  out.varint(type.never.size());
  for (const std::string& never : type.never) {
    out.string(never);
  }
}

Result<IdentityTypeRecord> decode_identity_type(std::string_view name, Bytes bytes) {
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  IdentityTypeRecord type;
  type.name = name;
  const std::uint8_t form = in.byte();
  type.form = static_cast<IdentityTypeRecord::Form>(form);
  type.country = in.string();
  const std::uint8_t hashed = in.byte();
  type.hashed = hashed == 1;
  const std::uint64_t most = in.varint();
  type.most = static_cast<std::uint32_t>(most);
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count; ++i) {
    type.never.emplace_back(in.string());
  }
  if (version != kTypeVersion || !in.complete() || hashed > 1 || most > kMax ||
      form > static_cast<std::uint8_t>(IdentityTypeRecord::Form::Email)) {
    return damaged_record("a type of identities cannot be read", "无法读取身份标识类型");
  }
  return type;
}

}  // namespace tagline::storage
