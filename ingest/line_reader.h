// LineReader: a byte stream cut into rows of one or more physical lines. It knows nothing of CSV or
// JSON; the reader of rows says whether the next line still belongs to the row, so one buffer
// serves both, holds the row as it was read (for rejects) and can give lines back when a quote
// turns out never to have been closed.
#pragma once

#include "engine/result.h"
#include "ingest/input.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace tagline::ingest {

enum class LineStatus : std::uint8_t {
  Line,
  TooLong,  ///< the row passed kRowBytesMax; begin() has dropped the line, extend() has added
            ///< nothing
  End,      ///< nothing more
};

/// One thread. Lines end in LF, CR LF or CR; the last one may lack its end. A UTF-8 byte order mark
/// is skipped.
class LineReader {
 public:
  explicit LineReader(ByteSource source);

  /// Starts a new row with the next line. BadInput when the file begins like UTF-16.
  [[nodiscard]] Result<LineStatus> begin();
  /// Adds the next line to the row.
  [[nodiscard]] Result<LineStatus> extend();
  /// Gives back every line of the row but the first.
  void keep_first_line();

  /// All lines of the row with their ends; valid until begin() or extend().
  [[nodiscard]] std::string_view row() const;
  /// The line read last, with its end.
  [[nodiscard]] std::string_view last_line() const;
  /// Physical line the row begins on, from 1.
  [[nodiscard]] std::uint64_t first_line() const { return first_line_; }
  [[nodiscard]] std::uint64_t last_line_number() const { return first_line_ + lines_ - 1; }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] Result<bool> fill();
  [[nodiscard]] Result<LineStatus> next_line();
  [[nodiscard]] Result<LineStatus> drop_line();
  [[nodiscard]] Status skip_mark();
  /// End of the line that starts at next_, past its terminator; kNone when the buffer does not hold
  /// it all.
  [[nodiscard]] std::size_t find_end();

  ByteSource source_;
  std::vector<char> buffer_;
  std::size_t row_ = 0;   ///< where the row begins
  std::size_t line_ = 0;  ///< where its last line begins
  std::size_t next_ = 0;  ///< where the next line begins
  std::size_t end_ = 0;   ///< bytes held
  // What is known of the bytes from next_ on, so that none is searched twice: a file whose lines
  // end in CR alone, or one endless line arriving in small pieces, would cost the square of its
  // length otherwise.
  std::size_t feed_;  ///< the first line feed, or kNone when there is none before feed_searched_
  std::size_t feed_searched_ = 0;
  std::size_t return_searched_ = 0;  ///< no CR between next_ and here
  std::size_t first_end_ = 0;        ///< end of the row's first line
  std::uint64_t first_line_ = 0;
  std::uint64_t lines_ = 1;
  bool started_ = false;
  bool source_ended_ = false;
};

}  // namespace tagline::ingest
