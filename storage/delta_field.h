// DeltaField: what has changed in one field, in the order of commits or by cell, shard and block.
//
// A commit that changes a thousand fields for one user, as a merge of two people does, is asked for
// a few of them at most: what it adds to a field lies there as a list until somebody reads the
// field, or the lists become many. Then they are put in their cells all at once, so that what a
// cell costs is paid once for many commits (the memtable of a log-structured merge-tree).
#pragma once

#include "engine/layout.h"
#include "storage/change.h"
#include "storage/delta_block.h"
#include "storage/merged_rows.h"
#include "storage/shared_map.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tagline::storage {

/// Changes of one cell by the users of one shard.
struct DeltaPart {
  std::array<std::shared_ptr<const DeltaBlock>, engine::kBlocksPerShard> blocks;  ///< null: none
  std::uint64_t changed = 0;  ///< another number whenever its changes are others
  MergedRows rows;            ///< those asked for since
};

/// A cell: its shards and how many bit rows its values have had at most.
struct DeltaCell {
  CellShape shape = CellShape::Bit;
  unsigned bits = 0;        ///< Number, Count (extra), Amount (plus)
  unsigned minus_bits = 0;  ///< Amount
  SharedMap<engine::ShardId, DeltaPart> parts;
};

using DeltaCells = SharedMap<engine::RowId, DeltaCell>;  ///< by first row

/// Immutable but for what it keeps; any number of threads.
class DeltaField {
 public:
  /// Of cells; not empty.
  explicit DeltaField(DeltaCells cells);
  /// `before` (null: nothing) and what the records [first, next) changed: `changes` of this field,
  /// settled, not empty. Cost: a copy of them and of some dozens of those before; now and then that
  /// of cells().
  [[nodiscard]] static std::shared_ptr<const DeltaField> with(
      std::shared_ptr<const DeltaField> before, std::span<const Change> changes,
      std::uint64_t first, std::uint64_t next, const std::shared_ptr<MergedRoom>& room);

  DeltaField(const DeltaField&) = delete;
  DeltaField& operator=(const DeltaField&) = delete;

  /// Put together at the first call, at a cost about that of the lists and of the cells they are
  /// in; after it, this holds on to nothing that came before. Good as long as this is.
  [[nodiscard]] const DeltaCells& cells() const;
  [[nodiscard]] CellShape some_shape() const { return shape_; }  ///< of a cell: cell_of

  /// A change says what the user has in a cell: `has`, nothing where that is nothing.
  struct Said {
    CellShape shape = CellShape::Bit;
    std::optional<std::int64_t> has;
  };
  /// Nothing: no change of the user's there. Cost: a search a list, of which there are few, or that
  /// of cells().
  [[nodiscard]] std::optional<Said> find(engine::RowId cell, engine::UserIndex user) const;
  /// Calls `fn(cell, said)` for what changes say of a user. Of several of one cell the last counts.
  /// Cost: a look-up a cell, a pass over the lists.
  template <class Fn>
  void each_of(engine::UserIndex user, const Fn& fn) const {
    const auto of_cells = [&](const DeltaCells& cells) {
      for (const auto& [first, cell] : cells) {
        if (const DeltaBlock::Member* member = find_in(*cell, user); member != nullptr) {
          fn(first, Said{cell->shape, member->value});
        }
      }
    };
    if (read()) {
      return of_cells(*cells_);
    }
    const Chain chain = unread();
    if (chain.cells != nullptr) {
      of_cells(*chain.cells);
    }
    for (auto list = chain.lists.rbegin(); list != chain.lists.rend(); ++list) {
      for (const Change& change : (*list)->changes) {
        if (change.user == user) {
          fn(change.cell, Said{change.shape, change.value});
        }
      }
    }
  }

 private:
  /// What one commit added, or a few.
  struct List {
    std::shared_ptr<const DeltaField> before;  ///< not read when this was made; null: none
    std::shared_ptr<const DeltaCells> base;    ///< without `before`; null: none
    std::vector<Change> changes;
    std::uint64_t first = 0;
    std::uint64_t next = 0;
  };
  /// Lists that are not in cells yet, the newest first, and the cells they are to come into.
  struct Chain {
    std::vector<std::shared_ptr<const List>> lists;
    std::shared_ptr<const DeltaCells> cells;  ///< null: none
  };
  DeltaField(CellShape shape, std::shared_ptr<MergedRoom> room)
      : shape_(shape), room_(std::move(room)) {}

  [[nodiscard]] bool read() const { return read_.load(std::memory_order_acquire); }
  /// Null: it has been read.
  [[nodiscard]] std::shared_ptr<const List> list() const;
  [[nodiscard]] Chain unread() const;
  [[nodiscard]] std::shared_ptr<const DeltaCells> put_together(const Chain& chain) const;
  [[nodiscard]] static const DeltaBlock::Member* find_in(const DeltaCell& cell,
                                                         engine::UserIndex user);

  CellShape shape_;
  std::shared_ptr<MergedRoom> room_;
  std::size_t lists_ = 0;    ///< that wait, this one too: at most so many
  std::size_t waiting_ = 0;  ///< changes in them: at most

  mutable std::mutex guard_;  ///< guards list_
  mutable std::shared_ptr<const List> list_;
  mutable std::mutex reading_;                       ///< of whoever puts together
  mutable std::shared_ptr<const DeltaCells> cells_;  ///< as soon as it is read
  mutable std::atomic<bool> read_{false};
};

}  // namespace tagline::storage
