// ColumnMap: which cell of a row goes to which slot of a batch.
#pragma once

#include "engine/result.h"
#include "ingest/schema.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// What a schema asks of a file: the column of each slot. Users: the id when there is an id column,
/// then the columns. Events: user and time, then those of event, key, amount, its factor and count
/// that there are. At the end, of both, those of identities.
[[nodiscard]] std::vector<std::string> slot_columns(const Schema& schema);

/// Names of the columns of a header row, NFC and trimmed; a blank one, and each column of a file
/// without header, is "#3" by its position. BadInput when two are equal.
[[nodiscard]] Result<std::vector<std::string>> header_names(
    const std::vector<std::string_view>& cells);
[[nodiscard]] std::string position_name(std::size_t column);

/// For CSV: the column of each slot. BadSchema when a column of the schema is not among `names`.
class ColumnMap {
 public:
  [[nodiscard]] static Result<ColumnMap> make(const Schema& schema,
                                              const std::vector<std::string>& names);

  [[nodiscard]] std::size_t columns() const { return columns_; }
  /// By slot; each below columns().
  [[nodiscard]] const std::vector<std::size_t>& column_of() const { return column_of_; }

 private:
  std::size_t columns_ = 0;
  std::vector<std::size_t> column_of_;
};

/// For NDJSON: slots by key.
using KeyMap = std::map<std::string, std::vector<std::uint32_t>, std::less<>>;
[[nodiscard]] KeyMap key_map(const Schema& schema);

/// Columns a file without header must have at least: the largest "#3" of the schema. BadSchema when
/// one is no position.
[[nodiscard]] Result<std::size_t> columns_needed(const Schema& schema);

}  // namespace tagline::ingest
