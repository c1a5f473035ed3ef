// Rows: a list of JSON objects as lines, for CSV and NDJSON.
#pragma once

#include "cli/arguments.h"
#include "server/json_value.h"

#include <string>
#include <vector>

namespace tagline::cli {

/// A line of `columns`, then one a row: the fields of these names. A list's texts stand with |
/// between them, as in files that are loaded; null is a blank.
[[nodiscard]] std::string csv_rows(const server::JsonValue& list,
                                   const std::vector<std::string>& columns);

/// The same of one object.
[[nodiscard]] std::string csv_row(const server::JsonValue& row,
                                  const std::vector<std::string>& columns);

/// CSV of `columns`, or NDJSON of whole rows. REQUIRES: one of these formats.
[[nodiscard]] std::string rows_text(const server::JsonValue& list,
                                    const std::vector<std::string>& columns, Format format);

}  // namespace tagline::cli
