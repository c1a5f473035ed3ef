// MergedRows: rows of one shard as they are now, the stored fragment with the changes of one cell
// over it, put together once for all who ask while the changes stay what they are. What a row's
// sixteen blocks cost to look up one by one (DeltaBlock::merged) is more than reading them.
#pragma once

#include "engine/fragment.h"
#include "engine/layout.h"
#include "storage/delta_block.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace tagline::storage {

/// Immutable.
struct MergedRow {
  MergedRow() = default;
  ~MergedRow();
  MergedRow(const MergedRow&) = delete;
  MergedRow& operator=(const MergedRow&) = delete;

  std::array<std::shared_ptr<const Merged>, engine::kBlocksPerShard> blocks;  ///< null: as stored
  /// The row, where nothing of it is as stored; it points into `blocks`.
  std::optional<engine::Fragment> whole;
  std::shared_ptr<MergedRoom> room;  ///< that it takes part of; null: none

  /// Puts what is merged in the place of what is stored. This outlives the fragment.
  void lay_over(engine::Fragment& stored) const;
};

/// Any number of threads. A copy is for the state that comes next, and begins with nothing.
class MergedRows {
 public:
  MergedRows() = default;
  MergedRows(const MergedRows&) {}
  MergedRows& operator=(const MergedRows&) = delete;
  ~MergedRows() = default;

  /// Null: not put together yet.
  [[nodiscard]] std::shared_ptr<const MergedRow> find(engine::RowId row) const;
  /// `blocks` over `stored`, for this and for who asks next; not kept unless there is room for it
  /// and all of its blocks (MergedRoom).
  [[nodiscard]] std::shared_ptr<const MergedRow> put(engine::RowId row,
                                                     decltype(MergedRow::blocks) blocks,
                                                     const engine::Fragment& stored) const;

 private:
  mutable std::mutex mutex_;  ///< guards rows_
  mutable std::unordered_map<engine::RowId, std::shared_ptr<const MergedRow>> rows_;
};

}  // namespace tagline::storage
