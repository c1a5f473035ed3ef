// Stage: rows turned into columns of typed values, some hundred thousand at a time, on their way
// into bitmaps.
#pragma once

#include "engine/layout.h"
#include "ingest/field_plan.h"
#include "ingest/row_batch.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tagline::ingest {

enum class CellState : std::uint8_t {
  Value,
  Unknown,  ///< the row says the value is not known
  Absent,   ///< the row says nothing
};

/// The values of one field, one entry a staged row.
struct StagedField {
  std::vector<CellState> states;
  std::vector<std::uint32_t> codes;    ///< Flag, Category
  std::vector<std::int64_t> numbers;   ///< Number (scaled), Date (days)
  std::vector<std::size_t> list_ends;  ///< Set: end of the row's codes in `list`
  std::vector<std::uint32_t> list;
  bool all_stated = true;  ///< no entry is Absent

  [[nodiscard]] std::size_t list_begin(std::size_t row) const {
    return row == 0 ? 0 : list_ends[row - 1];
  }
};

/// Users and their values, row by row in order of arrival; a user may be in several rows.
struct Stage {
  std::vector<engine::UserIndex> users;
  std::vector<StagedField> fields;  ///< parallel to the plans

  void clear();
  [[nodiscard]] std::size_t bytes() const;
};

/// Why a cell cannot be the id of a user; nothing when it can.
[[nodiscard]] std::optional<Text> id_reason(const RowBatch& batch, const Cell& cell);

/// Turns the columns of `batch` into values at the end of `stage.fields` (not of stage.users). Rows
/// that hold a bad value are added to `bad` with the reason and are left out of the stage; `good`
/// becomes the indexes of the others. `first_slot`: 1 when slot 0 is the id.
void convert(const RowBatch& batch, std::size_t first_slot, std::vector<FieldPlan>& plans,
             Stage& stage, std::vector<std::uint32_t>& good, std::vector<BadRow>& bad);

}  // namespace tagline::ingest
