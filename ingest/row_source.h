// RowSource: the files of a load, read in order into batches. Runs on a thread of its own.
#pragma once

#include "engine/result.h"
#include "ingest/column_map.h"
#include "ingest/input.h"
#include "ingest/row_batch.h"
#include "ingest/schema.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// run() on one thread; bytes_read() from any.
class RowSource {
 public:
  /// `first`: the first file, when it is open already (inference has peeked at it); may be null.
  /// `digest_suffix`: each file ends with a batch, perhaps without rows, that has its digest.
  RowSource(const Schema& schema, std::vector<std::string> files, std::unique_ptr<Input> first,
            std::optional<std::string> digest_suffix = std::nullopt);

  /// What the reading thread does to each batch before it hands it over. Set before run().
  void prepare_with(std::function<void(RowBatch&)> prepare) { prepare_ = std::move(prepare); }

  /// What the one file is called; empty: its path. Set before run().
  void show_as(std::string name) { shown_name_ = std::move(name); }

  /// Reads everything into `queue`, then finishes it: with BadInput, BadSchema, NotFound or System
  /// where reading stopped early. Returns when the queue was closed, too.
  void run(BatchQueue& queue);

  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  [[nodiscard]] Status read_file(const std::string& path, BatchQueue& queue);
  [[nodiscard]] Status read_csv(Input& input, BatchQueue& queue);
  [[nodiscard]] Status read_json(Input& input, BatchQueue& queue);
  [[nodiscard]] RowPlace place(const Row& row);
  void add_csv_row(const Row& row, const ColumnMap& map);
  void add_json_row(const Row& row, const KeyMap& slots);
  void add_bad(const Row& row, Text reason);
  /// Hands the batch over when it is large enough. False: the queue is closed.
  [[nodiscard]] bool hand_over(BatchQueue& queue, const Input& input);
  [[nodiscard]] Status end_file(BatchQueue& queue, Input& input);
  [[nodiscard]] bool push_batch(BatchQueue& queue, const Input& input);
  void start_batch();

  const Schema& schema_;
  std::vector<std::string> files_;
  std::unique_ptr<Input> first_;
  std::optional<std::string> digest_suffix_;
  std::function<void(RowBatch&)> prepare_;
  std::string shown_name_;
  std::size_t slots_;
  std::unique_ptr<RowBatch> batch_;
  std::string file_;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_before_ = 0;  ///< of the files already read
  std::atomic<std::uint64_t> bytes_read_{0};
  bool closed_ = false;  ///< the queue takes no more
};

/// `error` with the file's name before its message.
[[nodiscard]] Error in_file(const std::string& file, const Error& error);

}  // namespace tagline::ingest
