#include "ingest/line_reader.h"

#include "ingest/limits.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace tagline::ingest {
namespace {

/// Bytes asked of the source at a time; also the slack of the buffer beyond the longest row.
constexpr std::size_t kChunkBytes = std::size_t{1} << 18U;

}  // namespace

LineReader::LineReader(ByteSource source)
    : source_(std::move(source)), buffer_(2 * kChunkBytes), feed_(kNone) {}

std::string_view LineReader::row() const {
  return {buffer_.data() + row_, next_ - row_};
}
std::string_view LineReader::last_line() const {
  return {buffer_.data() + line_, next_ - line_};
}

Result<bool> LineReader::fill() {
  if (source_ended_) {
    return false;
  }
  if (row_ > 0 && buffer_.size() - end_ < kChunkBytes) {
    std::memmove(buffer_.data(), buffer_.data() + row_, end_ - row_);
    for (std::size_t* position : {&line_, &next_, &end_, &first_end_}) {
      *position -= row_;
    }
    feed_searched_ -= std::min(feed_searched_, row_);
    return_searched_ -= std::min(return_searched_, row_);
    feed_ = feed_ == kNone || feed_ < row_ ? kNone : feed_ - row_;
    row_ = 0;
  }
  if (buffer_.size() - end_ < kChunkBytes) {
    buffer_.resize(buffer_.size() + kChunkBytes);  // rows are at most kRowBytesMax, so this ends
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::size_t count, source_(std::span(buffer_).subspan(end_)));
  end_ += count;
  source_ended_ = count == 0;
  return count > 0;
}

std::size_t LineReader::find_end() {
  const auto position = [&](const void* found) {
    return static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
  };
  if (feed_ == kNone || feed_ < next_) {
    const std::size_t start = std::max(next_, feed_searched_);
    const void* found = std::memchr(buffer_.data() + start, '\n', end_ - start);
    feed_ = found == nullptr ? kNone : position(found);
    feed_searched_ = found == nullptr ? end_ : feed_ + 1;
  }
  const std::size_t limit = feed_ == kNone ? end_ : feed_;
  const std::size_t start = std::max(next_, return_searched_);
  const void* found =
      start < limit ? std::memchr(buffer_.data() + start, '\r', limit - start) : nullptr;
  if (found == nullptr) {
    return_searched_ = std::max(return_searched_, limit);
    return feed_ == kNone ? kNone : feed_ + 1;
  }
  const std::size_t at = position(found);
  return_searched_ = at;
  if (at + 1 < end_) {
    return at + (buffer_[at + 1] == '\n' ? 2 : 1);
  }
  return source_ended_ ? end_ : kNone;  // whether a line feed follows is not known yet
}

Result<LineStatus> LineReader::next_line() {
  for (;;) {
    const std::size_t end = find_end();
    if (end - row_ > kRowBytesMax && (end != kNone || end_ - row_ > kRowBytesMax)) {
      return LineStatus::TooLong;
    }
    if (end != kNone) {
      line_ = std::exchange(next_, end);
      return LineStatus::Line;
    }
    TAGLINE_ASSIGN_OR_RETURN(const bool more, fill());
    if (!more && find_end() == kNone) {
      if (next_ == end_) {
        return LineStatus::End;
      }
      line_ = std::exchange(next_, end_);
      return LineStatus::Line;
    }
  }
}

Result<LineStatus> LineReader::drop_line() {
  for (;;) {
    const std::size_t end = find_end();
    if (end != kNone) {
      row_ = line_ = next_ = first_end_ = end;
      return LineStatus::TooLong;
    }
    // A last CR is kept: whether the line feed that follows belongs to this line is not known yet.
    const std::size_t kept = end_ > next_ && buffer_[end_ - 1] == '\r' ? 1 : 0;
    row_ = line_ = next_ = first_end_ = end_ - kept;
    TAGLINE_ASSIGN_OR_RETURN(const bool more, fill());
    if (!more) {
      row_ = line_ = next_ = first_end_ = end_;
      return LineStatus::TooLong;
    }
  }
}

Status LineReader::skip_mark() {
  while (end_ < 3) {
    TAGLINE_ASSIGN_OR_RETURN(const bool more, fill());
    if (!more) {
      break;
    }
  }
  const std::string_view start(buffer_.data(), end_);
  if (start.substr(0, 2) == "\xFF\xFE" || start.substr(0, 2) == "\xFE\xFF") {
    return failure(
        ErrorCode::BadInput,
        {"the file is UTF-16, expected UTF-8", "文件是 UTF-16 编码，应为 UTF-8"},
        {"convert it: iconv -f UTF-16 -t UTF-8", "请转换编码：iconv -f UTF-16 -t UTF-8"});
  }
  if (start.substr(0, 3) == "\xEF\xBB\xBF") {
    next_ = 3;
  }
  return {};
}

Result<LineStatus> LineReader::begin() {
  if (!started_) {
    TAGLINE_RETURN_IF_ERROR(skip_mark());
    started_ = true;
    first_line_ = 1;
  } else {
    first_line_ += lines_;
  }
  lines_ = 1;
  row_ = line_ = next_;
  TAGLINE_ASSIGN_OR_RETURN(const LineStatus status, next_line());
  if (status == LineStatus::TooLong) {
    return drop_line();
  }
  first_end_ = next_;
  return status;
}

Result<LineStatus> LineReader::extend() {
  TAGLINE_ASSIGN_OR_RETURN(const LineStatus status, next_line());
  if (status == LineStatus::Line) {
    ++lines_;
  }
  return status;
}

void LineReader::keep_first_line() {
  line_ = row_;
  next_ = first_end_;
  lines_ = 1;
  feed_ = kNone;
  feed_searched_ = 0;
  return_searched_ = 0;
}

}  // namespace tagline::ingest
