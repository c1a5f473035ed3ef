// ColumnEvidence: what a sample says about one column; what inference decides from.
#pragma once

#include "engine/result.h"
#include "ingest/infer.h"
#include "ingest/row.h"
#include "ingest/sniff.h"
#include "ingest/text_table.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

struct ColumnEvidence {
  std::string name;
  std::uint64_t blanks = 0;  ///< empty cells and nulls
  std::uint64_t absent = 0;  ///< JSON: rows without the key
  TextTable values;          ///< different texts, trimmed, blank excluded; list elements too
  std::vector<std::uint64_t> counts;  ///< of each value
  std::vector<std::uint32_t>
      codes;             ///< of each row: index into values; kNone when blank, absent or a list
  bool lists = false;    ///< JSON: some cells are lists
  bool objects = false;  ///< JSON: some cells are objects

  void add(std::string_view text, CellKind kind);
  [[nodiscard]] std::uint64_t filled() const { return codes.size() - blanks - absent; }
};

struct Evidence {
  std::vector<ColumnEvidence> columns;
  std::uint64_t rows = 0;
};

/// Reads at most `rows_max` rows. Rows that cannot be read or have another width are left out.
/// BadInput: no row and no header, a repeated header, an unclosed quote in a complete sample.
[[nodiscard]] Result<Evidence> gather(std::string_view sample, bool complete,
                                      const FileShape& shape, std::size_t rows_max);

}  // namespace tagline::ingest
