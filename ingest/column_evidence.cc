#include "ingest/column_evidence.h"

#include "ingest/column_map.h"
#include "ingest/csv_reader.h"
#include "ingest/json_reader.h"
#include "ingest/limits.h"
#include "ingest/text.h"

#include <map>
#include <utility>

namespace tagline::ingest {
namespace {

tl::unexpected<Error> nothing_there() {
  return failure(ErrorCode::BadInput,
                 {"the file is empty, expected a header or rows", "文件为空，应有表头或数据行"});
}

/// The next row that can be read; End when there is none, or when the sample breaks off inside a
/// quoted cell.
template <class Reader>
Result<RowStatus> next_good(Reader& reader, Row& row, bool complete) {
  for (;;) {
    auto status = reader.next(row);
    if (!status.has_value() && !complete) {
      return RowStatus::End;
    }
    if (!status.has_value() || *status != RowStatus::Bad) {
      return status;
    }
  }
}

Result<Evidence> gather_csv(std::string_view sample, bool complete, const FileShape& shape,
                            std::size_t rows_max) {
  CsvReader reader(memory_source(sample), shape.delimiter);
  Evidence evidence;
  Row row;
  std::vector<std::string> names;
  if (shape.header) {
    // A header that cannot be read is an error of its own; skipping it would take a row for the
    // header.
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, reader.next(row));
    if (status == RowStatus::End) {
      return nothing_there();
    }
    if (status == RowStatus::Bad) {
      return failure(ErrorCode::BadInput, {"the header cannot be read: " + row.reason.en,
                                           "无法读取表头：" + row.reason.zh});
    }
    TAGLINE_ASSIGN_OR_RETURN(names, header_names(row.cells));
  } else {
    for (std::size_t i = 0; i < shape.columns; ++i) {
      names.push_back(position_name(i));
    }
  }
  evidence.columns.resize(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    evidence.columns[i].name = std::move(names[i]);
  }
  while (evidence.rows < rows_max) {
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, next_good(reader, row, complete));
    if (status == RowStatus::End) {
      break;
    }
    if (row.cells.size() != evidence.columns.size()) {
      continue;
    }
    ++evidence.rows;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      evidence.columns[i].add(row.cells[i], CellKind::Text);
    }
  }
  return evidence;
}

Result<Evidence> gather_json(std::string_view sample, bool complete, std::size_t rows_max) {
  JsonReader reader(memory_source(sample));
  Evidence evidence;
  std::map<std::string, std::size_t, std::less<>> places;
  Row row;
  while (evidence.rows < rows_max) {
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, next_good(reader, row, complete));
    if (status == RowStatus::End) {
      break;
    }
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      auto place = places.find(row.keys[i]);
      if (place == places.end() && evidence.columns.size() < kColumnsMax) {
        place = places.emplace(std::string(row.keys[i]), evidence.columns.size()).first;
        evidence.columns.emplace_back().name = std::string(row.keys[i]);
      }
      if (place == places.end()) {
        continue;
      }
      ColumnEvidence& column = evidence.columns[place->second];
      while (column.codes.size() < evidence.rows) {
        column.add({}, CellKind::Absent);
      }
      if (column.codes.size() ==
          evidence.rows) {  // a key twice in one object: the first counts here
        column.add(row.cells[i], row.kinds[i]);
      }
    }
    ++evidence.rows;
  }
  for (ColumnEvidence& column : evidence.columns) {
    while (column.codes.size() < evidence.rows) {
      column.add({}, CellKind::Absent);
    }
  }
  return evidence.rows == 0 ? Result<Evidence>(nothing_there())
                            : Result<Evidence>(std::move(evidence));
}

}  // namespace

void ColumnEvidence::add(std::string_view text, CellKind kind) {
  std::uint32_t code = TextTable::kNone;
  const auto count = [this](std::string_view value) {
    const auto [index, inserted] = values.add(value);
    if (inserted) {
      counts.push_back(0);
    }
    ++counts[index];
    return index;
  };
  text = kind == CellKind::List ? text : trim(text);
  if (kind == CellKind::Absent) {
    ++absent;
  } else if (kind == CellKind::Object) {
    objects = true;
  } else if (kind == CellKind::List) {
    lists = true;
    while (!text.empty()) {
      const std::size_t at = text.find(kListEnd);
      if (const std::string_view value = trim(text.substr(0, at)); !value.empty()) {
        count(value);
      }
      text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    }
  } else if (kind == CellKind::Null || text.empty()) {
    ++blanks;
  } else {
    code = count(text);
  }
  codes.push_back(code);
}

Result<Evidence> gather(std::string_view sample, bool complete, const FileShape& shape,
                        std::size_t rows_max) {
  if (!complete) {
    const std::size_t end = sample.find_last_of("\r\n");
    sample = end == std::string_view::npos ? sample : sample.substr(0, end + 1);
  }
  return shape.format == FileFormat::Csv ? gather_csv(sample, complete, shape, rows_max)
                                         : gather_json(sample, complete, rows_max);
}

}  // namespace tagline::ingest
