#include "ingest/sniff.h"

#include "ingest/csv_reader.h"
#include "ingest/day.h"
#include "ingest/number.h"
#include "ingest/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

namespace tagline::ingest {
namespace {

/// Rows and bytes looked at.
constexpr std::size_t kRowsLookedAt = 1000;
constexpr std::size_t kBytesLookedAt = std::size_t{1} << 20U;
constexpr std::array<char, 4> kDelimiters = {',', ';', '\t', '|'};

using Cells = std::vector<std::string>;

std::vector<Cells> read_rows(std::string_view sample, char delimiter) {
  CsvReader reader(memory_source(sample), delimiter);
  Row row;
  std::vector<Cells> rows;
  while (rows.size() < kRowsLookedAt) {
    const auto status = reader.next(row);
    if (!status.has_value() || *status == RowStatus::End) {
      break;
    }
    if (*status == RowStatus::Row) {
      rows.emplace_back(row.cells.begin(), row.cells.end());
    }
  }
  return rows;
}

struct Width {
  std::size_t columns = 0;
  std::size_t rows = 0;  ///< rows that have it
};

Width common_width(const std::vector<Cells>& rows) {
  std::map<std::size_t, std::size_t> counts;
  for (const Cells& row : rows) {
    ++counts[row.size()];
  }
  Width best;
  for (const auto& [columns, count] : counts) {
    if (count > best.rows) {
      best = {columns, count};
    }
  }
  return best;
}

bool is_number_or_date(std::string_view text) {
  if (shape_of(text).number) {
    return true;
  }
  for (std::size_t format = 0; format < kDateFormats.size(); ++format) {
    if (parse_day(text, format).has_value()) {
      return true;
    }
  }
  return false;
}

/// One column's vote: 1 for a header, -1 against, 0 undecided.
int header_vote(const std::vector<Cells>& rows, std::size_t column) {
  const std::string& first = rows.front()[column];
  bool any = false;
  bool all_numbers = true;
  bool again = false;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (column >= rows[i].size() || rows[i][column].empty()) {
      continue;
    }
    any = true;
    all_numbers = all_numbers && is_number_or_date(rows[i][column]);
    again = again || rows[i][column] == first;
  }
  if (!any || first.empty()) {
    return 0;
  }
  if (is_number_or_date(first)) {
    return all_numbers ? -1 : 0;
  }
  return again ? -1 : all_numbers ? 1 : 0;
}

bool has_header(const std::vector<Cells>& rows) {
  if (rows.size() < 2) {
    return rows.empty() || std::none_of(rows[0].begin(), rows[0].end(), is_number_or_date);
  }
  int votes = 0;
  for (std::size_t column = 0; column < rows.front().size(); ++column) {
    votes += header_vote(rows, column);
  }
  return votes >= 0;
}

}  // namespace

FileShape sniff(std::string_view sample) {
  FileShape shape;
  const std::size_t mark = sample.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  const std::string_view content = trim(sample.substr(mark, kBytesLookedAt));
  if (!content.empty() && content.front() == '{') {
    shape.format = FileFormat::Ndjson;
    return shape;
  }
  std::string_view looked = sample.substr(0, kBytesLookedAt);
  if (looked.size() < sample.size()) {
    const std::size_t end = looked.find_last_of("\r\n");
    looked = end == std::string_view::npos ? looked : looked.substr(0, end + 1);
  }
  double best_share = 0;
  std::vector<Cells> best_rows = read_rows(looked, ',');
  shape.columns = 1;
  for (const char delimiter : kDelimiters) {
    std::vector<Cells> rows = read_rows(looked, delimiter);
    const Width width = common_width(rows);
    const double share =
        rows.empty() ? 0 : static_cast<double>(width.rows) / static_cast<double>(rows.size());
    if (width.columns > 1 &&
        (share > best_share || (share == best_share && width.columns > shape.columns))) {
      best_share = share;
      best_rows = std::move(rows);
      shape.delimiter = delimiter;
      shape.columns = width.columns;
    }
  }
  // A first row of another width is a remark, neither a header nor data; it will be refused as a
  // row.
  const bool remark = best_rows.size() > 2 && best_rows.front().size() != shape.columns;
  shape.header = !remark && has_header(best_rows);
  return shape;
}

}  // namespace tagline::ingest
