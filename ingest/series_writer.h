// SeriesWriter: what users did on one day, added to the rows of a series.
#pragma once

#include "engine/bitmap.h"
#include "engine/events.h"
#include "engine/result.h"
#include "ingest/slices.h"
#include "storage/write_txn.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// Users of one shard on one day: ascending, distinct, by their index within the shard.
struct DayUsers {
  std::vector<std::uint32_t> users;
  std::vector<std::uint64_t> counts;
  std::vector<std::int64_t> amounts;
};
using DayByShard = std::map<engine::ShardId, DayUsers>;

/// A user and day whose figures are out of bounds.
struct Overflow {
  engine::UserIndex user = 0;
  bool of_amount = false;  ///< else of the count
};

/// One thread, within one transaction.
class SeriesWriter {
 public:
  SeriesWriter(storage::WriteTxn& txn, engine::FieldId series) : txn_(txn), series_(series) {}

  /// Adds `added` to the day. `stored`: the rows the day has; no bits and `present` false when it
  /// has none. Nothing is written when a user's figures would leave the bounds; it says whose then.
  [[nodiscard]] Result<std::optional<Overflow>> add(engine::Day day, DayByShard added, bool present,
                                                    engine::DayRows stored);

  [[nodiscard]] std::uint64_t fragments_written() const { return written_; }

 private:
  using Row = std::pair<engine::RowId, engine::ShardId>;

  /// Adds what the rows say of the users of `day_users` to it. Loads rows into `old_`.
  [[nodiscard]] Status add_stored(engine::ShardId shard, const engine::DayRows& stored,
                                  DayUsers& day_users);
  [[nodiscard]] Status put(engine::ShardId shard, Rows rows, const engine::Bitmap& touched);
  [[nodiscard]] Result<engine::Bitmap> old_row(Row row);

  storage::WriteTxn& txn_;
  engine::FieldId series_;
  std::map<Row, engine::Bitmap> old_;    ///< rows of the day that users of the load are in
  std::map<Row, engine::Bitmap> after_;  ///< rows to write
  bool present_ = false;
  std::uint64_t written_ = 0;
};

}  // namespace tagline::ingest
