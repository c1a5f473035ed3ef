// RowOperations: rows that arrive one by one, mapped by a schema as those of files are, as
// operations. What a row says is what a load of the same row would do.
#pragma once

#include "engine/result.h"
#include "ingest/column_map.h"
#include "ingest/operation.h"
#include "ingest/row.h"
#include "ingest/schema.h"
#include "ingest/time_format.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// One thread.
class RowOperations {
 public:
  /// BadSchema: as check_schema, and what rows of a stream cannot have: row numbers as ids, links.
  /// The schema's format is not looked at: rows are JSON objects, and columns their keys.
  [[nodiscard]] static Result<RowOperations> make(Schema schema);

  /// Adds the tags (or events) that the schema names and the database lacks, and texts of those
  /// that it has none of, as a load would. SchemaConflict: one is there, and of another kind.
  [[nodiscard]] Status add_names(storage::Store& store) const;

  struct Line {
    Operation operation;         ///< its `line` is set in any case
    std::optional<Text> reason;  ///< why there is none
  };
  /// Of one JSON object a line; lines that are blank are left out.
  [[nodiscard]] Result<std::vector<Line>> convert(std::string_view lines) const;

 private:
  struct Cell {
    CellKind kind = CellKind::Absent;
    std::string_view text;
  };
  using Cells = std::vector<Cell>;
  using Reason = std::optional<Text>;
  using Spellings = std::map<std::string, std::string, std::less<>>;
  RowOperations() = default;

  [[nodiscard]] Result<Reason> read_row(const Cells& cells, Operation& into) const;
  [[nodiscard]] static Reason read_user(const Cell& cell, Operation& into);
  [[nodiscard]] Reason read_column(std::size_t at, const Cell& cell, Operation& into) const;
  [[nodiscard]] Reason read_set(std::size_t at, const Cell& cell, Operation& into) const;
  [[nodiscard]] std::string name_of(std::size_t at, std::string_view text) const;
  [[nodiscard]] Result<Reason> read_event(const Cells& cells, Operation& into) const;
  [[nodiscard]] Result<Reason> read_time(const Cell& cell, DoneEvent& into) const;
  [[nodiscard]] Reason read_amount(const Cell& cell, const Cell* times, DoneEvent& into) const;

  Schema schema_;
  std::size_t cells_ = 0;
  KeyMap slots_;
  std::vector<Spellings> spellings_;  ///< of each column's values; of events the first, of keys
  Spellings events_;                  ///< names of events as rows have them
  std::optional<TimeFormat> format_;  ///< of events
};

}  // namespace tagline::ingest
