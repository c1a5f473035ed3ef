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
#include <bit>
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

/// Eight bytes side by side; the first one is the lowest.
struct Bytes8 {
  static constexpr std::uint64_t kLow = 0x7F7F'7F7F'7F7F'7F7FULL;

  [[nodiscard]] static constexpr Bytes8 all(char byte) {
    return {0x0101'0101'0101'0101ULL * static_cast<unsigned char>(byte)};
  }
  /// The first eight of `text`, filled up with what is never looked for: no delimiter is a line
  /// end.
  [[nodiscard]] static Bytes8 load(std::string_view text) {
    Bytes8 loaded = all('\r');
    if (text.size() >= sizeof loaded.bits) {
      std::memcpy(&loaded.bits, text.data(), sizeof loaded.bits);
    } else {
      std::memcpy(&loaded.bits, text.data(), text.size());
    }
    if constexpr (std::endian::native == std::endian::big) {
      loaded.bits = __builtin_bswap64(loaded.bits);
    }
    return loaded;
  }
  /// The high bit of each byte that is the same in both.
  [[nodiscard]] constexpr Bytes8 equal_to(Bytes8 other) const {
    const std::uint64_t differs = bits ^ other.bits;
    return {~(((differs & kLow) + kLow) | differs | kLow)};
  }
  [[nodiscard]] constexpr bool any() const { return (bits & ~kLow) != 0; }
  /// REQUIRES: bits != 0, high bits only.
  [[nodiscard]] std::size_t first() const {
    return static_cast<std::size_t>(std::countr_zero(bits)) / 8;
  }

  std::uint64_t bits = 0;
};

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
  enum class Plain : std::uint8_t {
    Blank,   ///< no row
    Quoted,  ///< for libcsv; nothing is split
    Odd,     ///< split; holds something else than ASCII, or a NUL
    Ascii,   ///< split
  };
  [[nodiscard]] Plain split(std::string_view line, Row& row) const;
  [[nodiscard]] RowStatus split_blanks(Row& row);
  [[nodiscard]] Result<RowStatus> parse_quoted(Row& row);
  [[nodiscard]] Result<RowStatus> feed(std::string_view line, bool last);
  [[nodiscard]] tl::unexpected<Error> unclosed() const;
  RowStatus misplaced_quote(Row& row);
  RowStatus finish(Row& row, Plain plain) const;

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

/// Eight bytes at a time: the delimiters among them, and whether a byte is there that needs another
/// look. Cells are short, so that a search for each one's end costs more than the cell.
CsvReader::Rep::Plain CsvReader::Rep::split(std::string_view line, Row& row) const {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  const auto blank = [this](char c) { return (c == ' ' || c == '\t') && c != delimiter; };
  if (std::all_of(line.begin(), line.end(), blank)) {
    return Plain::Blank;
  }
  std::size_t begin = 0;
  const auto end_cell = [&](std::size_t end) {
    std::string_view cell = line.substr(begin, end - begin);
    while (!cell.empty() && blank(cell.front())) {
      cell.remove_prefix(1);
    }
    while (!cell.empty() && blank(cell.back())) {
      cell.remove_suffix(1);
    }
    row.cells.push_back(cell);
    begin = end + 1;
  };
  const Bytes8 delimiters = Bytes8::all(delimiter);
  Bytes8 marks{};  // the high bit of a byte: somewhere in the line there is a quote, a NUL, or no
                   // ASCII
  Bytes8 quotes{};
  for (std::size_t at = 0; at < line.size(); at += sizeof(std::uint64_t)) {
    const Bytes8 bytes = Bytes8::load(line.substr(at));
    quotes.bits |= bytes.equal_to(Bytes8::all('"')).bits;
    marks.bits |= bytes.bits | bytes.equal_to(Bytes8{}).bits;
    for (Bytes8 found = bytes.equal_to(delimiters); found.bits != 0; found.bits &= found.bits - 1) {
      end_cell(at + found.first());
    }
  }
  if (quotes.any()) {
    row.cells.clear();
    return Plain::Quoted;
  }
  end_cell(line.size());
  return marks.any() ? Plain::Odd : Plain::Ascii;
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

RowStatus CsvReader::Rep::finish(Row& row, Plain plain) const {
  if (plain == Plain::Ascii && row.cells.size() <= kColumnsMax && !cell_too_long) {
    return RowStatus::Row;
  }
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
    Rep::Plain plain = Rep::Plain::Odd;
    if (rep.delimiter == kBlanksDelimiter) {
      const RowStatus split = rep.split_blanks(row);
      if (split == RowStatus::End) {
        continue;
      }
      if (split == RowStatus::Bad) {
        return split;
      }
      return rep.finish(row, plain);
    }
    plain = rep.split(row.text, row);
    if (plain == Rep::Plain::Blank) {
      continue;
    }
    if (plain == Rep::Plain::Quoted) {
      TAGLINE_ASSIGN_OR_RETURN(const RowStatus parsed, rep.parse_quoted(row));
      if (parsed == RowStatus::Bad) {
        return parsed;
      }
    } else if (row.text.size() > kFieldBytesMax) {
      for (const std::string_view cell : row.cells) {
        rep.cell_too_long = rep.cell_too_long || cell.size() > kFieldBytesMax;
      }
    }
    return rep.finish(row, plain);
  }
}

}  // namespace tagline::ingest
