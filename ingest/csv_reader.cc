// Physical lines are fed to libcsv one at a time. When it has ended a row, the row is complete;
// when it has not, a quoted cell goes on and the next line belongs to it. That gives line numbers
// and the row's own bytes, which libcsv does not report. Most lines of most files hold no quote:
// those are split here at the delimiter, with the same result as libcsv's (a test compares the two)
// at several times its speed.

#include "ingest/csv_reader.h"

#include "ingest/limits.h"
#include "ingest/line_reader.h"
#include "ingest/schema.h"
#include "ingest/text.h"

#include <algorithm>
#include <cstring>
#include <csv.h>
#include <string>
#include <utility>

namespace tagline::ingest {
namespace {

/// libcsv grows its buffer by this much at a time.
constexpr std::size_t kGrowBytes = std::size_t{16} << 10U;

std::string number_text(std::uint64_t number) {
  return std::to_string(number);
}

}  // namespace

struct CsvReader::Rep {
  Rep(ByteSource source, char separator) : lines(std::move(source)), delimiter(separator) {
    csv_init(&parser, CSV_STRICT);
    csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
    csv_set_blk_size(&parser, kGrowBytes);
  }
  ~Rep() { csv_free(&parser); }
  Rep(const Rep&) = delete;
  Rep& operator=(const Rep&) = delete;

  static void on_cell(void* bytes, std::size_t size, void* self);
  static void on_row(int, void* self) { static_cast<Rep*>(self)->row_ended = true; }

  /// Makes libcsv forget what it has read of a row.
  void reset() {
    csv_fini(&parser, nullptr, nullptr, nullptr);
    cooked.clear();
    ends.clear();
    row_ended = false;
    cell_too_long = false;
  }
  [[nodiscard]] bool split(std::string_view line, Row& row) const;
  [[nodiscard]] RowStatus split_blanks(Row& row);
  [[nodiscard]] Result<RowStatus> parse_quoted(Row& row);
  [[nodiscard]] Result<RowStatus> feed(std::string_view line, bool last);
  [[nodiscard]] tl::unexpected<Error> unclosed() const;
  RowStatus misplaced_quote(Row& row);
  RowStatus finish(Row& row) const;

  LineReader lines;
  char delimiter;
  csv_parser parser{};
  std::string cooked;             ///< cells libcsv has handed over, unquoted
  std::vector<std::size_t> ends;  ///< where each ends in `cooked`
  bool row_ended = false;
  bool cell_too_long = false;
  std::uint64_t quote_line = 0;  ///< where the quote that is open was opened
};

void CsvReader::Rep::on_cell(void* bytes, std::size_t size, void* self) {
  auto& rep = *static_cast<Rep*>(self);
  rep.cell_too_long = rep.cell_too_long || size > kFieldBytesMax;
  rep.cooked.append(static_cast<const char*>(bytes), size);
  rep.ends.push_back(rep.cooked.size());
}

bool CsvReader::Rep::split(std::string_view line, Row& row) const {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  const auto blank = [this](char c) { return (c == ' ' || c == '\t') && c != delimiter; };
  const char* at = line.data();
  const char* const end = at + line.size();
  const char* first = at;
  while (first < end && blank(*first)) {
    ++first;
  }
  if (first == end) {
    return false;
  }
  for (;;) {
    const void* found =
        at < end ? std::memchr(at, delimiter, static_cast<std::size_t>(end - at)) : nullptr;
    const char* const stop = found == nullptr ? end : static_cast<const char*>(found);
    const char* from = at;
    const char* to = stop;
    while (from < to && blank(*from)) {
      ++from;
    }
    while (to > from && blank(to[-1])) {
      --to;
    }
    row.cells.emplace_back(from, static_cast<std::size_t>(to - from));
    if (found == nullptr) {
      return true;
    }
    at = stop + 1;
  }
}

/// End: the line is blank.
RowStatus CsvReader::Rep::split_blanks(Row& row) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  cooked.clear();
  cooked.reserve(row.text.size());  // so that views of it stay
  const char* at = row.text.data();
  const char* const end = at + row.text.size();
  for (;;) {
    at = std::find_if_not(at, end, blank);
    if (at == end) {
      return row.cells.empty() ? RowStatus::End : RowStatus::Row;
    }
    if (*at != '"') {
      const char* const from = std::exchange(at, std::find_if(at, end, blank));
      row.cells.emplace_back(from, static_cast<std::size_t>(at - from));
    } else {
      const std::size_t begin = cooked.size();
      bool closed = false;
      for (++at; at < end && !closed; ++at) {
        closed = *at == '"' && (at + 1 == end || at[1] != '"');
        at += *at == '"' && !closed ? 1 : 0;  // two quotes are one
        if (!closed) {
          cooked.push_back(*at);
        }
      }
      if (!closed || (at < end && !blank(*at))) {
        row.reason = {"a quote is not closed, or text follows the closing quote",
                      "引号没有闭合，或闭合的引号后紧跟文字"};
        return RowStatus::Bad;
      }
      row.cells.push_back(std::string_view(cooked).substr(begin));
      row.in_text = false;
    }
    cell_too_long = cell_too_long || row.cells.back().size() > kFieldBytesMax;
  }
}

tl::unexpected<Error> CsvReader::Rep::unclosed() const {
  const std::string line = number_text(quote_line);
  return failure(
      ErrorCode::BadInput,
      {"line " + line +
           ": the quote opened here is not closed before the end of the file or within 1 MiB",
       "第 " + line + " 行：此处打开的引号在文件结束或 1 MiB 之内没有闭合"},
      {"close the quote on line " + line + ", or double it (\"\") if it belongs to the text",
       "请在第 " + line + " 行补上引号；如果引号属于文本，请写成两个（\"\"）"});
}

/// Feeds one line. Row: the row is complete. End: a quoted cell goes on. Bad: a quote is misplaced.
Result<RowStatus> CsvReader::Rep::feed(std::string_view line, bool last) {
  const std::size_t cells_before = ends.size();
  const bool was_open = lines.last_line_number() > lines.first_line();
  const std::size_t used = csv_parse(&parser, line.data(), line.size(), on_cell, on_row, this);
  if (used != line.size()) {
    if (csv_error(&parser) != CSV_EPARSE) {
      return failure(ErrorCode::System, {"libcsv: out of memory", "libcsv：内存不足"});
    }
    return RowStatus::Bad;
  }
  if (!row_ended && last) {
    // No line end at the end of the file: only a quoted cell left open is an error.
    csv_set_opts(&parser, CSV_STRICT | CSV_STRICT_FINI);
    const int failed = csv_fini(&parser, on_cell, on_row, this);
    csv_set_opts(&parser, CSV_STRICT);
    if (failed != 0) {
      quote_line = was_open && ends.size() == cells_before ? quote_line : lines.last_line_number();
      return unclosed();
    }
    row_ended = true;
  }
  if (row_ended) {
    return RowStatus::Row;
  }
  if (!was_open || ends.size() > cells_before) {
    quote_line = lines.last_line_number();
  }
  return RowStatus::End;
}

RowStatus CsvReader::Rep::misplaced_quote(Row& row) {
  const std::uint64_t first = lines.first_line();
  const std::uint64_t last = lines.last_line_number();
  if (first == last) {
    row.reason = {"a quote stands inside a cell; quote the whole cell and double the quotes in it",
                  "单元格中间出现引号；请用引号括住整个单元格，并把其中的引号写成两个"};
  } else {
    row.reason = {"the quote opened on line " + number_text(quote_line) +
                      " seems not to be closed: line " + number_text(last) +
                      " has a quote where none may stand",
                  "第 " + number_text(quote_line) + " 行打开的引号似乎没有闭合：第 " +
                      number_text(last) + " 行在不该出现引号的地方有引号"};
  }
  reset();
  lines.keep_first_line();
  row.text = lines.row();
  return RowStatus::Bad;
}

Result<RowStatus> CsvReader::Rep::parse_quoted(Row& row) {
  reset();
  for (;;) {
    const std::string_view line = lines.last_line();
    const bool last = line.empty() || (line.back() != '\n' && line.back() != '\r');
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, feed(line, last));
    if (status == RowStatus::Bad) {
      return misplaced_quote(row);
    }
    if (status == RowStatus::Row) {
      break;
    }
    TAGLINE_ASSIGN_OR_RETURN(const LineStatus more, lines.extend());
    if (more != LineStatus::Line || parser.entry_pos > kFieldBytesMax) {
      return unclosed();
    }
  }
  row.text = lines.row();
  row.in_text = false;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    row.cells.emplace_back(cooked.data() + begin, end - begin);
    begin = end;
  }
  return RowStatus::Row;
}

RowStatus CsvReader::Rep::finish(Row& row) const {
  if (std::memchr(row.text.data(), '\0', row.text.size()) != nullptr) {
    row.reason = {"the row holds a NUL byte; the file is not text, or is damaged",
                  "该行含有 NUL 字节；文件不是文本或已损坏"};
  } else if (!is_utf8(row.text)) {
    row.reason = {"the row is not UTF-8; convert the file, for instance: iconv -f GB18030 -t UTF-8",
                  "该行不是 UTF-8 编码；请转换文件编码，例如：iconv -f GB18030 -t UTF-8"};
  } else if (row.cells.size() > kColumnsMax) {
    row.reason = {"the row has more than " + std::to_string(kColumnsMax) + " columns",
                  "该行超过 " + std::to_string(kColumnsMax) + " 列"};
  } else if (cell_too_long) {
    row.reason = {"a cell is longer than 1 MiB", "单元格超过 1 MiB"};
  } else {
    return RowStatus::Row;
  }
  return RowStatus::Bad;
}

CsvReader::CsvReader(ByteSource source, char delimiter)
    : rep_(std::make_unique<Rep>(std::move(source), delimiter)) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

Result<RowStatus> CsvReader::next(Row& row) {
  Rep& rep = *rep_;
  for (;;) {
    row.cells.clear();
    row.text = {};
    TAGLINE_ASSIGN_OR_RETURN(const LineStatus status, rep.lines.begin());
    row.line = rep.lines.first_line();
    if (status == LineStatus::End) {
      return RowStatus::End;
    }
    if (status == LineStatus::TooLong) {
      row.reason = {"the row is longer than 4 MiB", "该行超过 4 MiB"};
      return RowStatus::Bad;
    }
    row.text = rep.lines.row();
    rep.cell_too_long = false;
    row.in_text = true;
    if (rep.delimiter == kBlanksDelimiter) {
      const RowStatus split = rep.split_blanks(row);
      if (split == RowStatus::End) {
        continue;
      }
      if (split == RowStatus::Bad) {
        return split;
      }
    } else if (std::memchr(row.text.data(), '"', row.text.size()) != nullptr) {
      TAGLINE_ASSIGN_OR_RETURN(const RowStatus parsed, rep.parse_quoted(row));
      if (parsed == RowStatus::Bad) {
        return parsed;
      }
    } else if (!rep.split(row.text, row)) {
      continue;
    } else if (row.text.size() > kFieldBytesMax) {
      for (const std::string_view cell : row.cells) {
        rep.cell_too_long = rep.cell_too_long || cell.size() > kFieldBytesMax;
      }
    }
    return rep.finish(row);
  }
}

}  // namespace tagline::ingest
