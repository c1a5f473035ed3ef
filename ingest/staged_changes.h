// StagedChanges: what a commit's operations come to, cell by cell, before it is written; what one
// operation did can be taken back.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "ingest/identity.h"
#include "storage/change.h"
#include "storage/write_txn.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// One thread, within one transaction, which outlives it.
class StagedChanges {
 public:
  using Value = std::optional<std::int64_t>;

  explicit StagedChanges(const storage::WriteTxn& txn)
      : txn_(txn), stored_ids_(txn), users_before_(txn.user_limit()) {}

  /// The user's index, of an id or an identity in any spelling; a new user's is the next. Nothing
  /// when there is none and `create` is not said.
  [[nodiscard]] Result<std::optional<engine::UserIndex>> user(const std::string& id, bool create);
  /// What the user has, operations before included.
  [[nodiscard]] Result<Value> value(engine::FieldId field, storage::CellShape shape,
                                    engine::RowId cell, engine::UserIndex user) const;
  void set(const storage::Change& change);

  /// A point to go back to.
  struct Mark {
    std::size_t changes = 0;
    std::size_t users = 0;
  };
  [[nodiscard]] Mark mark() const { return {log_.size(), new_users_.size()}; }
  void take_back(const Mark& mark);
  /// After what was staged has been written: nothing is.
  void restart();

  [[nodiscard]] const std::vector<std::string>& new_users() const { return new_users_; }
  [[nodiscard]] std::vector<storage::Change> changes() const;

 private:
  using Place = std::tuple<engine::FieldId, engine::RowId, engine::UserIndex>;
  struct Cell {
    storage::CellShape shape = storage::CellShape::Bit;
    Value value;
  };

  const storage::WriteTxn& txn_;
  StoredIds<storage::WriteTxn> stored_ids_;
  engine::UserIndex users_before_;
  std::vector<std::string> new_users_;
  std::unordered_map<std::string, engine::UserIndex> new_indexes_;
  std::map<Place, Cell> cells_;
  std::vector<std::pair<Place, std::optional<Cell>>> log_;  ///< what was there before each set
};

}  // namespace tagline::ingest
