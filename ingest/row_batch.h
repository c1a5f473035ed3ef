// RowBatch: some thousands of rows on their way from the reading thread to the encoding thread; and
// the queue between them.
#pragma once

#include "engine/error.h"
#include "ingest/row.h"
#include "ingest/staged_field.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// A cell's text within RowBatch::bytes.
struct Cell {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  CellKind kind = CellKind::Absent;
};

struct RowPlace {
  std::uint64_t number = 0;  ///< from 1, over all files of the load, rejects included
  std::uint64_t line = 0;
  std::uint32_t offset = 0;  ///< of the row as it was read, in RowBatch::bytes
  std::uint32_t length = 0;
};

struct BadRow {
  RowPlace place;
  Text reason;
};

/// Rows of a batch as typed values (convert.h).
struct ConvertedRows {
  std::vector<std::uint32_t> good;    ///< indexes of the rows that were not refused
  std::vector<std::string_view> ids;  ///< of them, views of RowBatch::bytes; none without id column
  std::vector<StagedField> fields;    ///< of them, parallel to the plans
  std::optional<Error> error;         ///< the load cannot go on
};

struct RowBatch {
  std::string file;
  std::string bytes;
  std::vector<RowPlace> rows;
  std::vector<Cell> cells;  ///< of rows, `slots` a row
  std::size_t slots =
      0;  ///< the id if there is an id column, then the columns of the schema that are not skipped
  std::vector<BadRow> bad;  ///< rows that could not be read (not in `rows`), or not converted
  ConvertedRows converted;  ///< for users; events are converted where they are taken in
  /// The last batch of its file, when digests are wanted: Input::digest.
  std::optional<std::string> digest;

  [[nodiscard]] const Cell& cell(std::size_t row, std::size_t slot) const {
    return cells[row * slots + slot];
  }
  [[nodiscard]] std::string_view text(const Cell& cell) const {
    return {bytes.data() + cell.offset, cell.length};
  }
  [[nodiscard]] std::string_view text(const RowPlace& row) const {
    return {bytes.data() + row.offset, row.length};
  }
};

/// Rows and bytes at which a batch is handed over. Reading ahead is bounded: batches wait up to
/// this many, and up to this many bytes of rows or few. One row can make a batch up to
/// 2 * kRowBytesMax larger. Many may wait because the other thread takes in none while it builds
/// the bitmaps of a stage.
inline constexpr std::size_t kBatchRows = 4096;
inline constexpr std::size_t kBatchBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kBatchesWaiting = 24;
inline constexpr std::size_t kFewBatchesWaiting = 4;
inline constexpr std::size_t kBytesWaiting = std::size_t{16} << 20U;

/// One producer, one consumer. Thread-safe.
class BatchQueue {
 public:
  /// Waits while the queue is full. False: the consumer wants no more.
  [[nodiscard]] bool push(std::unique_ptr<RowBatch> batch) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] {
      return closed_ || waiting_.size() < kFewBatchesWaiting ||
             (waiting_.size() < kBatchesWaiting && bytes_waiting_ < kBytesWaiting);
    });
    if (closed_) {
      return false;
    }
    bytes_waiting_ += batch->bytes.size();
    waiting_.push_back(std::move(batch));
    filled_.notify_one();
    return true;
  }
  /// The producer is done; with the error that stopped it, if one did.
  void finish(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    error_ = std::move(error);
    filled_.notify_one();
  }
  /// The consumer wants no more.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_one();
  }
  /// The next batch; null when `patience` passed without one, or when the producer is done
  /// (`done()`).
  template <class Duration>
  [[nodiscard]] std::unique_ptr<RowBatch> pop(Duration patience) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, patience, [this] { return finished_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return nullptr;
    }
    auto batch = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_waiting_ -= batch->bytes.size();
    room_.notify_one();
    return batch;
  }
  [[nodiscard]] bool done() {
    const std::lock_guard lock(mutex_);
    return finished_ && waiting_.empty();
  }
  [[nodiscard]] std::optional<Error> error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  std::mutex mutex_;  ///< guards everything below
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<std::unique_ptr<RowBatch>> waiting_;
  std::size_t bytes_waiting_ = 0;
  std::optional<Error> error_;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace tagline::ingest
