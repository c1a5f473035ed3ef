// sniff: what kind of file a sample is: NDJSON or CSV, which delimiter, whether the first row is a
// header.
#pragma once

#include "ingest/schema.h"

#include <string_view>

namespace tagline::ingest {

struct FileShape {
  FileFormat format = FileFormat::Csv;
  char delimiter = ',';
  bool header = true;
  std::size_t columns = 0;  ///< CSV without header: the width most rows have
};

/// Never fails: a sample that is neither is CSV of one column, and reading it will say what is
/// wrong. The delimiter (, ; tab |) is the one that cuts most rows into the same number of cells,
/// at least two. There is a header unless the first row looks like the rows below it: a number or
/// date where the column has numbers or dates, or a word that occurs again in its column.
[[nodiscard]] FileShape sniff(std::string_view sample);

}  // namespace tagline::ingest
