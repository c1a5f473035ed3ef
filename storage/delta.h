// Delta: all changes that have been committed since fragments were last written (folded), as
// readers use them: one immutable state a commit, most of it shared with the one before.
//
// Base and delta: what was stored in bulk lies in fragments, read in place; what changed since lies
// here, by field, cell, shard and block. A row of a block without changes costs nothing more; one
// with changes is put together once (DeltaBlock, MergedRows) and then read as a stored one. The
// idea is that of differential files (D. Severance and G. Lohman, "Differential files: their
// application to the maintenance of large databases", 1976).
//
// Folding writes changes into fragments step by step. Changes whose value is in the fragments
// already say the same once more, so they may stay until the records they are of are erased, and
// longer: what is in memory may be more than what the records say, never something else.
#pragma once

#include "engine/events.h"
#include "engine/layout.h"
#include "storage/change.h"
#include "storage/delta_block.h"
#include "storage/merged_rows.h"
#include "storage/shared_map.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
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
    MergedRows rows;            ///< those asked for since
  };
  /// A cell: its shards and how many bit rows its values have had at most.
  struct Cell {
    CellShape shape = CellShape::Bit;
    unsigned bits = 0;        ///< Number, Count (extra), Amount (plus)
    unsigned minus_bits = 0;  ///< Amount
    SharedMap<engine::ShardId, Part> parts;
  };
  using Cells = SharedMap<engine::RowId, Cell>;  ///< by first row
  using Fields = SharedMap<engine::FieldId, Cells>;

  /// No changes; the records from `first` on are still to come.
  [[nodiscard]] static std::shared_ptr<const Delta> nothing(std::uint64_t first,
                                                            std::shared_ptr<MergedRoom> room);
  /// These and those of the next `records` records, which are settled (change.h). Cost: about that
  /// of the changes and of the cells they are in, however many others there are.
  [[nodiscard]] std::shared_ptr<const Delta> with(std::span<const Change> changes,
                                                  std::uint64_t records = 1) const;

  /// No changes: what this says is in the fragments now.
  [[nodiscard]] std::shared_ptr<const Delta> after_fold() const { return nothing(next_, room_); }
  /// The same changes, of which the records before `first` are erased: they are in the fragments.
  [[nodiscard]] std::shared_ptr<const Delta> from(std::uint64_t first) const;
  /// As `from`, without what those records alone said. Cost: a step a block.
  [[nodiscard]] std::shared_ptr<const Delta> since(std::uint64_t first) const;

  /// The records it is made of: [first, next). Deltas of one database are equal when these are.
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t next() const { return next_; }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  /// Changes in memory: of users and cells; one that was replaced counts until it is forgotten.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// Bytes of memory they take, about.
  [[nodiscard]] std::uint64_t bytes() const { return changes_ * sizeof(DeltaBlock::Member); }

  [[nodiscard]] const Fields& fields() const { return fields_; }
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
  /// Changes of one cell, of the records from `first` on.
  void add(std::span<const Change> changes, std::uint64_t first, Cell& cell);

  Fields fields_;
  std::uint64_t first_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t changes_ = 0;
  std::shared_ptr<MergedRoom> room_;
};

/// Rows in which these users of a cell, whose first row is `first`, may be.
void add_rows_of(const Delta::Cell& cell, engine::RowId first,
                 std::span<const DeltaBlock::Member> members, std::set<engine::RowId>& rows);

}  // namespace tagline::storage
