// Delta: all changes that have been committed since fragments were last written (folded), as
// readers use them: one immutable state a commit, most of it shared with the one before.
//
// Base and delta: what was stored in bulk lies in fragments, read in place; what changed since lies
// here, by field, cell, shard and block. A row of a block without changes costs nothing more; one
// with changes is put together once (DeltaBlock) and then read as a stored one. The idea is that of
// differential files (D. Severance and G. Lohman, "Differential files: their application to the
// maintenance of large databases", 1976).
#pragma once

#include "engine/events.h"
#include "engine/layout.h"
#include "storage/change.h"
#include "storage/delta_block.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace tagline::storage {

/// Immutable; any number of threads.
class Delta {
 public:
  /// Changes of one cell by the users of one shard.
  struct Part {
    std::array<std::shared_ptr<const DeltaBlock>, engine::kBlocksPerShard> blocks;  ///< null: none
    std::uint64_t changed = 0;  ///< another number whenever its changes are others
  };
  /// A cell: its shards and how many bit rows its values have had at most.
  struct Cell {
    CellShape shape = CellShape::Bit;
    unsigned bits = 0;        ///< Number, Count (extra), Amount (plus)
    unsigned minus_bits = 0;  ///< Amount
    std::map<engine::ShardId, std::shared_ptr<const Part>> parts;
  };
  using Cells = std::map<engine::RowId, std::shared_ptr<const Cell>>;  ///< by first row

  /// No changes; the records from `first` on are still to come.
  [[nodiscard]] static std::shared_ptr<const Delta> nothing(std::uint64_t first,
                                                            std::shared_ptr<MergedRoom> room);
  /// These and those of the next `records` records, which are settled (change.h). Cost: about that
  /// of the changes, and of the blocks they are in.
  [[nodiscard]] std::shared_ptr<const Delta> with(std::span<const Change> changes,
                                                  std::uint64_t records = 1) const;

  /// No changes: what this says is in the fragments now.
  [[nodiscard]] std::shared_ptr<const Delta> after_fold() const { return nothing(next_, room_); }

  /// The records it is made of: [first, next). Deltas of one database are equal when these are.
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t next() const { return next_; }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  /// Users of cells that have a change.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

  [[nodiscard]] const std::map<engine::FieldId, std::shared_ptr<const Cells>>& fields() const {
    return fields_;
  }
  /// The cells of a field; null when nothing of it changed.
  [[nodiscard]] const Cells* cells(engine::FieldId field) const;
  /// The cell a row is in; null as above.
  [[nodiscard]] const Cell* cell(engine::RowKey row) const;
  /// Its users of a shard; null as above.
  [[nodiscard]] const Part* part(engine::RowKey row, engine::ShardId shard) const;
  /// A user's change in the cell of a row; null as above.
  [[nodiscard]] const DeltaBlock::Member* find(engine::RowKey row, engine::UserIndex user) const;
  /// Whether a change says that the user is in the row or not; nothing when none does.
  [[nodiscard]] std::optional<bool> holds(engine::RowKey row, engine::UserIndex user) const;

 private:
  Delta() = default;

  std::map<engine::FieldId, std::shared_ptr<const Cells>> fields_;
  std::uint64_t first_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t changes_ = 0;
  std::shared_ptr<MergedRoom> room_;
};

}  // namespace tagline::storage
