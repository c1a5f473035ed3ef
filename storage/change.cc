#include "storage/change.h"

#include "engine/magnitude.h"
#include "storage/record_codec.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <xxhash.h>

namespace tagline::storage {
namespace {

using engine::magnitude_of;
using engine::RowId;

constexpr std::uint64_t kChangesVersion = 1;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::int64_t kCountMax = std::int64_t{1} << 32U;
constexpr std::int64_t kAmountEnd = std::int64_t{1} << engine::kAmountBitsMax;

bool bit_of(std::uint64_t value, std::uint32_t bit) {
  return bit < 64 && (value >> bit & 1U) != 0;
}

auto place_of(const Change& change) {
  return std::tuple(change.field, change.cell, change.user);
}

bool same_cell(const Change& a, const Change& b) {
  return a.field == b.field && a.cell == b.cell && a.shape == b.shape;
}

}  // namespace

bool in_row(CellShape shape, RowId row, std::int64_t value) {
  switch (shape) {
    case CellShape::Bit:
      return true;
    case CellShape::Choice:
      return row == engine::kExistsRow || value == static_cast<std::int64_t>(row);
    case CellShape::Number:
      if (row == engine::kExistsRow) {
        return true;
      }
      return row == engine::kSignRow ? value < 0
                                     : bit_of(magnitude_of(value), row - engine::kFirstBitRow);
    case CellShape::Count: {
      const std::uint32_t part = engine::part_of(row);
      return part == engine::kPresentPart ||
             bit_of(magnitude_of(value) - 1, part - engine::kExtraPart);
    }
    case CellShape::Amount: {
      const std::uint32_t part = engine::part_of(row);
      return part < engine::kMinusPart
                 ? value > 0 && bit_of(magnitude_of(value), part - engine::kPlusPart)
                 : value < 0 && bit_of(magnitude_of(value), part - engine::kMinusPart);
    }
  }
  return false;
}

bool is_possible(const Change& change) {
  const std::int64_t value = change.value.value_or(1);
  const std::uint32_t part = engine::part_of(change.cell);
  const bool on_a_day = change.cell < engine::day_row(engine::kLastDay + 1, 0);
  switch (change.shape) {
    case CellShape::Bit:
      return value == 1;
    case CellShape::Choice:
      return change.cell == 0 && value >= engine::kFirstValueRow &&
             value <= std::numeric_limits<RowId>::max();
    case CellShape::Number:
      return change.cell == 0 && value != std::numeric_limits<std::int64_t>::min();
    case CellShape::Count:
      return on_a_day && part == engine::kPresentPart && value >= 1 && value <= kCountMax;
    case CellShape::Amount:
      return on_a_day && part == engine::kPlusPart && value != 0 && value < kAmountEnd &&
             value > -kAmountEnd;
  }
  return false;
}

bool suits(engine::TagKind kind, CellShape shape) {
  switch (kind) {
    case engine::TagKind::Flag:
    case engine::TagKind::Set:
      return shape == CellShape::Bit;
    case engine::TagKind::Category:
      return shape == CellShape::Choice;
    case engine::TagKind::Number:
    case engine::TagKind::Date:
      return shape == CellShape::Number;
    case engine::TagKind::Event:
      return shape == CellShape::Count || shape == CellShape::Amount;
  }
  return false;
}

RowId cell_of(CellShape shape, RowId row) {
  switch (shape) {
    case CellShape::Bit:
      return row;
    case CellShape::Choice:
    case CellShape::Number:
      return 0;
    case CellShape::Count:
    case CellShape::Amount:
      break;
  }
  const RowId day = row - engine::part_of(row);
  return engine::part_of(row) < engine::kPlusPart ? day + engine::kPresentPart
                                                  : day + engine::kPlusPart;
}

std::uint64_t cell_end(CellShape shape, RowId cell) {
  switch (shape) {
    case CellShape::Bit:
      return std::uint64_t{cell} + 1;
    case CellShape::Choice:
    case CellShape::Number:
      return std::uint64_t{1} << 32U;
    case CellShape::Count:
      return std::uint64_t{cell} + engine::kPlusPart;
    case CellShape::Amount:
      break;
  }
  return std::uint64_t{cell} - engine::kPlusPart + (1U << engine::kDayPartBits);
}

// version, then cell by cell: field, shape, cell, number of users, and of each how far it is behind
// the one before and its value: 0 for nothing, else zigzag + 1 (|value| < 2^63, so that fits). The
// end is a checksum of all before.
void encode(std::span<const Change> settled, RecordWriter& out) {
  out.varint(kChangesVersion);
  for (std::size_t at = 0; at < settled.size();) {
    std::size_t end = at;
    while (end < settled.size() && same_cell(settled[end], settled[at])) {
      ++end;
    }
    out.varint(settled[at].field);
    out.byte(static_cast<std::uint8_t>(settled[at].shape));
    out.varint(settled[at].cell);
    out.varint(end - at);
    for (engine::UserIndex before = 0; at < end; ++at) {
      out.varint(settled[at].user - before);
      before = settled[at].user;
      const std::optional<std::int64_t>& value = settled[at].value;
      out.varint(value ? ((static_cast<std::uint64_t>(*value) << 1U) ^
                          static_cast<std::uint64_t>(*value >> 63U)) +
                             1
                       : 0);
    }
  }
  const std::uint64_t checksum = XXH3_64bits(out.bytes().data(), out.bytes().size());
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    out.byte(static_cast<std::uint8_t>(checksum >> (8 * i)));
  }
}

Result<std::vector<Change>> decode_changes(Bytes bytes) {
  const auto damaged = [] {
    return damaged_record("changes of users cannot be read", "无法读取用户的变更记录");
  };
  if (bytes.size() < kChecksumBytes) {
    return damaged();
  }
  const Bytes rest = bytes.first(bytes.size() - kChecksumBytes);
  if (load_little<std::uint64_t>(bytes, rest.size()) != XXH3_64bits(rest.data(), rest.size())) {
    return damaged();
  }
  RecordReader in(rest);
  if (in.varint() != kChangesVersion) {
    return damaged();
  }
  std::vector<Change> changes;
  while (!in.at_end()) {
    const std::uint64_t field = in.varint();
    const std::uint8_t shape = in.byte();
    const std::uint64_t cell = in.varint();
    const std::size_t users = in.count();
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
    if (users == 0 || field > kMax || cell > kMax ||
        shape > static_cast<std::uint8_t>(CellShape::Amount)) {
      return damaged();
    }
    std::uint64_t user = 0;
    for (std::size_t i = 0; i < users; ++i) {
      const std::uint64_t behind = in.varint();
      if (behind > kMax - user) {
        return damaged();
      }
      user += behind;
      const std::uint64_t value = in.varint();
      Change change{static_cast<engine::FieldId>(field),
                    static_cast<CellShape>(shape),
                    static_cast<RowId>(cell),
                    static_cast<engine::UserIndex>(user),
                    {}};
      if (value != 0) {
        change.value = static_cast<std::int64_t>((value - 1) >> 1U) ^
                       -static_cast<std::int64_t>((value - 1) & 1U);
      }
      if (!is_possible(change)) {
        return damaged();
      }
      changes.push_back(change);
    }
  }
  if (!in.complete()) {
    return damaged();
  }
  settle(changes);
  return changes;
}

void settle(std::vector<Change>& changes) {
  const auto unsettled = std::adjacent_find(
      changes.begin(), changes.end(),
      [](const Change& a, const Change& b) { return place_of(a) >= place_of(b); });
  if (unsettled == changes.end()) {
    return;
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return place_of(a) < place_of(b); });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i + 1 == changes.size() || place_of(changes[i]) != place_of(changes[i + 1])) {
      changes[kept++] = changes[i];
    }
  }
  changes.resize(kept);
}

}  // namespace tagline::storage
