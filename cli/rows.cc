#include "cli/rows.h"

#include "server/csv_field.h"

#include <string_view>

namespace tagline::cli {
namespace {

std::string cell_of(const server::JsonValue& value) {
  if (value.is_list()) {
    std::string joined;
    for (const server::JsonValue& each : value.items()) {
      joined += (joined.empty() ? "" : "|") + cell_of(each);
    }
    return joined;
  }
  if (value.is_null()) {
    return "";
  }
  return value.text_if_any().value_or(value.dump());
}

std::string heading_of(const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) {
    line += (line.empty() ? "" : ",") + column;
  }
  return line + "\n";
}

std::string line_of(const server::JsonValue& row, const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) {
    line += (&column == columns.data() ? "" : ",") + server::csv_field(cell_of(row[column]));
  }
  return line + "\n";
}

}  // namespace

std::string csv_rows(const server::JsonValue& list, const std::vector<std::string>& columns) {
  std::string csv = heading_of(columns);
  for (const server::JsonValue& row : list.items()) {
    csv += line_of(row, columns);
  }
  return csv;
}

std::string csv_row(const server::JsonValue& row, const std::vector<std::string>& columns) {
  return heading_of(columns) + line_of(row, columns);
}

std::string rows_text(const server::JsonValue& list, const std::vector<std::string>& columns,
                      Format format) {
  if (format == Format::Csv) {
    return csv_rows(list, columns);
  }
  std::string lines;
  for (const server::JsonValue& row : list.items()) {
    lines += row.dump() + "\n";
  }
  return lines;
}

}  // namespace tagline::cli
