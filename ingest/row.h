// Rows as the readers of files hand them on: cells of text, not yet of any kind.
#pragma once

#include "engine/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

enum class CellKind : std::uint8_t {
  Text,    ///< a CSV cell, a JSON string, or the digits of a JSON number, "true", "false"
  Absent,  ///< JSON: the key is not there
  Null,    ///< JSON null
  List,    ///< JSON array; the cell's text is its elements, each followed by kListEnd
  Object,  ///< JSON object (or a list in a list); never loadable
};

/// Ends each element of a list. It is never part of valid UTF-8, so no element can hold it.
inline constexpr char kListEnd = '\xFF';

enum class RowStatus : std::uint8_t {
  Row,
  Bad,  ///< not readable as a row: `reason` says why, nothing else but line and text is set
  End,
};

/// One row. Views live until the next row is read.
struct Row {
  std::uint64_t line = 0;  ///< physical line it begins on, from 1
  std::string_view
      text;  ///< as it was read, with its line end; empty when longer than kRowBytesMax
  std::vector<std::string_view> cells;
  bool in_text = false;                ///< the cells' views lie within `text`
  std::vector<CellKind> kinds;         ///< JSON only: of each cell; in CSV every cell is Text
  std::vector<std::string_view> keys;  ///< JSON only: of each cell
  Text reason;
};

}  // namespace tagline::ingest
