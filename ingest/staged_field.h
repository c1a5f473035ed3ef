// StagedField: a column of typed values, row by row.
#pragma once

#include <cstddef>
#include <cstdint>
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

  /// Adds the rows [begin, end) of `more` behind these.
  void append(const StagedField& more, std::size_t begin, std::size_t end);
  void clear();
  [[nodiscard]] std::size_t bytes() const;
};

}  // namespace tagline::ingest
