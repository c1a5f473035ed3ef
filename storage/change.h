// Change: what one user has in one cell from now on. Changes are what a commit appends instead of
// writing fragments again: 128 KB a row for one user would be wasteful. FORMAT.md, Changes.
#pragma once

#include "engine/events.h"
#include "engine/layout.h"
#include "engine/result.h"
#include "storage/codec.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tagline::storage {

/// How the value of a cell makes up rows. A cell is the rows of a field that change together for a
/// user: a whole number, but one value of a set.
enum class CellShape : std::uint8_t {
  Bit = 0,     ///< one row, of a flag, a set or a static list: 1 or nothing
  Choice = 1,  ///< a category: the row of the value, or nothing
  Number = 2,  ///< a number or date: the value (scaled), or nothing
  Count = 3,   ///< a day of a series: how often it was done, 1 to 2^32, or nothing
  Amount = 4,  ///< a day of a series: its amount (scaled), not 0 and within 2^53, or nothing
};

struct Change {
  engine::FieldId field = 0;
  CellShape shape = CellShape::Bit;
  /// The first row of the cell: the row (Bit), 0 (Choice, Number), the day's present part (Count),
  /// the day's first plus part (Amount).
  engine::RowId cell = 0;
  engine::UserIndex user = 0;
  std::optional<std::int64_t> value;  ///< nothing: in none of the cell's rows
  friend bool operator==(const Change&, const Change&) = default;
};

/// Whether a user with `value` in a cell is in `row`. REQUIRES: `row` is one of the cell's rows.
[[nodiscard]] bool in_row(CellShape shape, engine::RowId row, std::int64_t value);
/// Whether the cell can have the value, and is where a cell of its shape is.
[[nodiscard]] bool is_possible(const Change& change);

/// Whether cells of a tag or event of this kind have the shape.
[[nodiscard]] bool suits(engine::TagKind kind, CellShape shape);

/// Shapes of one field's cells belong together; which of them a row is in follows from the row.
[[nodiscard]] engine::RowId cell_of(CellShape some_shape_of_the_field, engine::RowId row);
/// The first row behind those of a cell.
[[nodiscard]] std::uint64_t cell_end(CellShape shape, engine::RowId cell);

/// One commit's changes as a record, those of a cell together. REQUIRES: settled.
void encode(std::span<const Change> changes, RecordWriter& out);
/// Sorted by field, cell and user; of several of one user's the last counts. Corrupt.
[[nodiscard]] Result<std::vector<Change>> decode_changes(Bytes bytes);

/// In the order of decode_changes, without those that a later one replaces. Cheap where they are.
void settle(std::vector<Change>& changes);

}  // namespace tagline::storage
