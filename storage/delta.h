// Delta: all changes that have been committed since fragments were last written (folded), as
// readers use them: one immutable state a commit, most of it shared with the one before.
//
// Base and delta: what was stored in bulk lies in fragments, read in place; what changed since lies
// here, by field, cell, shard and block. A row of a block without changes costs nothing more; one
// with changes is put together once (DeltaBlock, MergedRows) and then read as a stored one; a field
// that nobody asks for costs a commit hardly more than its record (DeltaField). The idea is that of
// differential files (D. Severance and G. Lohman, "Differential files: their application to the
// maintenance of large databases", 1976).
//
// Folding writes changes into fragments step by step. Changes whose value is in the fragments
// already say the same once more, so they may stay until the records they are of are erased, and
// longer: what is in memory may be more than what the records say, never something else.
#pragma once

#include "engine/events.h"
#include "engine/layout.h"
#include "storage/change.h"
#include "storage/changed_users.h"
#include "storage/delta_block.h"
#include "storage/delta_field.h"
#include "storage/shared_map.h"

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
  using Part = DeltaPart;
  using Cell = DeltaCell;
  using Cells = DeltaCells;
  using Fields = SharedMap<engine::FieldId, DeltaField>;

  /// No changes; the records from `first` on are still to come.
  [[nodiscard]] static std::shared_ptr<const Delta> nothing(std::uint64_t first,
                                                            std::shared_ptr<MergedRoom> room);
  /// These and those of the next `records` records, which are settled (change.h). Cost: about that
  /// of the changes and of the fields they are in, however many others there are; now and then, and
  /// for whoever reads a field next, that of its cells.
  [[nodiscard]] std::shared_ptr<const Delta> with(std::span<const Change> changes,
                                                  std::uint64_t records = 1) const;

  /// No changes: what this says is in the fragments now.
  [[nodiscard]] std::shared_ptr<const Delta> after_fold() const { return nothing(next_, room_); }
  /// The same changes, of which the records before `first` are erased: they are in the fragments.
  [[nodiscard]] std::shared_ptr<const Delta> from(std::uint64_t first) const;
  /// As `from`, without what those records alone said. Cost: a step a block, and that of putting
  /// together the fields nobody has read.
  [[nodiscard]] std::shared_ptr<const Delta> since(std::uint64_t first) const;

  /// The records it is made of: [first, next). Deltas of one database are equal when these are.
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t next() const { return next_; }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  /// Changes in memory: of users and cells; one that was replaced counts until a fold ends.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// Bytes of the changes themselves. With the lists or cells they are in it is some times that,
  /// where commits change little of many fields.
  [[nodiscard]] std::uint64_t bytes() const { return changes_ * sizeof(Change); }

  [[nodiscard]] const Fields& fields() const { return fields_; }
  /// Calls `fn(field, cell, said)` for what changes say of a user, as DeltaField::each_of.
  template <class Fn>
  void each_of(engine::UserIndex user, const Fn& fn) const {
    if (!users_.contains(user)) {
      return;
    }
    for (const auto& [number, field] : fields_) {
      field->each_of(user, [&, of = number](engine::RowId cell, const DeltaField::Said& said) {
        fn(of, cell, said);
      });
    }
  }
  /// The cells of a field; null when nothing of it changed.
  [[nodiscard]] const Cells* cells(engine::FieldId field) const;
  /// The cell a row is in; null as above.
  [[nodiscard]] const Cell* cell(engine::RowKey row) const;
  /// Its users of a shard; null as above.
  [[nodiscard]] const Part* part(engine::RowKey row, engine::ShardId shard) const;
  /// A user's change in the cell of a row; nothing as above.
  [[nodiscard]] std::optional<DeltaField::Said> find(engine::RowKey row,
                                                     engine::UserIndex user) const;
  /// Whether a change says that the user is in the row or not; nothing when none does.
  [[nodiscard]] std::optional<bool> holds(engine::RowKey row, engine::UserIndex user) const;

 private:
  Delta() = default;
  Fields fields_;
  ChangedUsers users_;  ///< those of changes that are forgotten may be among them
  std::uint64_t first_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t changes_ = 0;
  std::shared_ptr<MergedRoom> room_;
};

/// Rows in which these users of a cell, whose first row is `first`, may be.
void add_rows_of(const Delta::Cell& cell, engine::RowId first,
                 std::span<const DeltaBlock::Member> members, std::set<engine::RowId>& rows);

}  // namespace tagline::storage
