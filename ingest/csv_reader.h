// CsvReader: rows of a CSV file (RFC 4180 with any one-byte delimiter), by libcsv in its strict
// mode; or of a file whose cells are separated by runs of blanks.
//
// What libcsv does and users notice: blank lines are skipped (also lines of spaces only); spaces
// and tabs around a cell are dropped unless they are inside quotes. What we add: line numbers, the
// text of every row, limits, and recovery from misplaced quotes.
#pragma once

#include "engine/result.h"
#include "ingest/input.h"
#include "ingest/row.h"

#include <memory>

namespace tagline::ingest {

/// One thread.
class CsvReader {
 public:
  /// `delimiter` kBlanksDelimiter: any number of spaces and tabs lies between two cells, before the
  /// first and after the last. A cell in quotes may hold blanks and doubled quotes, no line end.
  CsvReader(ByteSource source, char delimiter);
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  /// The next row that is not blank. A row is Bad when it holds a NUL byte, is not UTF-8, is longer
  /// than kRowBytesMax, has a cell longer than kFieldBytesMax or too many columns, or a quote
  /// stands where none may; reading goes on with the line after it (of a row of several lines:
  /// after its first line, so that a quote never closed costs one line and not all it swallowed).
  /// BadInput: a quoted cell does not end within the limits or the file; the message names the line
  /// of its opening quote.
  [[nodiscard]] Result<RowStatus> next(Row& row);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace tagline::ingest
