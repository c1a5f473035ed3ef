#include "storage/stored_value.h"

#include "engine/events.h"
#include "storage/record_codec.h"

#include <string>
#include <utility>

namespace tagline::storage {
namespace {

using engine::RowId;

constexpr std::int64_t bit(RowId row, RowId first) {
  return static_cast<std::int64_t>(std::uint64_t{1} << (row - first));
}

/// Whether a cell can have the row: damaged keys may name any.
bool can_have(CellShape shape, RowId row) {
  const std::uint32_t part = engine::part_of(row);
  switch (shape) {
    case CellShape::Bit:
    case CellShape::Choice:
      return true;
    case CellShape::Number:
      return row < engine::kFirstBitRow + engine::kValueBitsMax;
    case CellShape::Count:
      return part < engine::kExtraPart + engine::kExtraBitsMax;
    case CellShape::Amount:
      return part < engine::kMinusPart + engine::kAmountBitsMax &&
             (part < engine::kPlusPart + engine::kAmountBitsMax || part >= engine::kMinusPart);
  }
  return false;
}

}  // namespace

Result<std::vector<RowId>> stored_rows(const Transaction& txn, engine::FieldId field,
                                       CellShape shape, RowId cell, engine::ShardId shard) {
  std::vector<RowId> rows;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Fragments));
  const std::uint64_t end = cell_end(shape, cell);
  for (std::uint64_t row = cell; row < end;) {
    TAGLINE_ASSIGN_OR_RETURN(const auto entry,
                             cursor.seek(make_key<3>({field, static_cast<RowId>(row), shard})));
    const auto parts = entry ? parse_key<3>(entry->key) : std::nullopt;
    if (!parts || (*parts)[0] != field || (*parts)[1] >= end) {
      break;
    }
    row = (*parts)[1];
    if ((*parts)[2] == shard) {
      rows.push_back(static_cast<RowId>(row));
    }
    if ((*parts)[2] >= shard) {
      ++row;
    }
  }
  return rows;
}

Result<std::optional<std::int64_t>> stored_value(const Transaction& txn, engine::FieldId field,
                                                 CellShape shape, RowId cell,
                                                 engine::UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(UserRows rows, UserRows::open(txn, user));
  return stored_value(rows, field, shape, cell);
}

Result<std::optional<std::int64_t>> stored_value(UserRows& rows, engine::FieldId field,
                                                 CellShape shape, RowId cell) {
  using Value = std::optional<std::int64_t>;
  std::int64_t magnitude = 0;
  std::int64_t minus = 0;
  bool negative = false;
  bool known = shape == CellShape::Amount;  // the others have a row that says so, which comes first
  Value chosen;
  std::optional<RowId> odd;
  const std::uint64_t end = cell_end(shape, cell);
  TAGLINE_RETURN_IF_ERROR(rows.each(field, cell, end, [&](RowId row, bool in) -> std::uint64_t {
    const std::uint64_t next = std::uint64_t{row} + 1;
    if (!known) {
      known = row == cell && in;
      return known ? next : end;
    }
    if (!can_have(shape, row)) {
      odd = row;
      return end;
    }
    if (!in) {
      return next;
    }
    switch (shape) {
      case CellShape::Bit:
        break;
      case CellShape::Choice:
        chosen = row;
        return end;
      case CellShape::Number:
        if (row == engine::kSignRow) {
          negative = true;
        } else {
          magnitude |= bit(row, engine::kFirstBitRow);
        }
        break;
      case CellShape::Count:
        magnitude |= bit(engine::part_of(row), engine::kExtraPart);
        break;
      case CellShape::Amount:
        if (engine::part_of(row) < engine::kMinusPart) {
          magnitude |= bit(engine::part_of(row), engine::kPlusPart);
        } else {
          minus |= bit(engine::part_of(row), engine::kMinusPart);
        }
        break;
    }
    return next;
  }));
  if (odd.has_value()) {
    return damaged_record(
        "row " + std::to_string(*odd) + " of field " + std::to_string(field) +
            " is none that it can have",
        "字段 " + std::to_string(field) + " 不可能有第 " + std::to_string(*odd) + " 行");
  }
  if (!known) {
    return Value();
  }
  switch (shape) {
    case CellShape::Bit:
      return Value(1);
    case CellShape::Choice:
      return chosen;  // nothing: damaged
    case CellShape::Number:
      return Value(negative ? -magnitude : magnitude);
    case CellShape::Count:
      return Value(magnitude + 1);
    case CellShape::Amount:
      break;
  }
  return magnitude == minus ? Value() : Value(magnitude - minus);
}

}  // namespace tagline::storage
