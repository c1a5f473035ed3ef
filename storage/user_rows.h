// UserRows: which rows of a field one user is in, as the fragments have it, whatever has changed
// since. One walk over the keys of the field: what stands in another shard is stepped over.
// Private to storage/.
#pragma once

#include "engine/layout.h"
#include "storage/lmdb_environment.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace tagline::storage {

/// Ends before its transaction does, which must not write meanwhile. One thread. What it reads of a
/// fragment is checked as a fetch checks it, but for the cardinality in the header.
class UserRows {
 public:
  [[nodiscard]] static Result<UserRows> open(const Transaction& txn, engine::UserIndex user);

  [[nodiscard]] engine::UserIndex user() const { return user_; }

  /// Calls `fn(row, in)` for the rows of `field` that have a fragment in the user's shard, from
  /// `begin` on and before `end` (rows in the range of 0 to 2^32), ascending. What it returns,
  /// which is above `row`, is where to go on: `end` ends the walk. It must not use this object.
  /// Cost: two moves of a cursor a row, one where the shard is the only one.
  template <class Fn>
  [[nodiscard]] Status each(engine::FieldId field, std::uint64_t begin, std::uint64_t end,
                            const Fn& fn) {
    TAGLINE_ASSIGN_OR_RETURN(auto row, seek(field, begin, end));
    while (row.has_value()) {
      const engine::RowId at = row->row;
      TAGLINE_ASSIGN_OR_RETURN(const bool in, holds(row->value));
      const std::uint64_t next = fn(at, in);
      if (next >= end) {
        break;
      }
      TAGLINE_ASSIGN_OR_RETURN(row, go_on(field, at, next, end));
    }
    return {};
  }

 private:
  struct Row {
    engine::RowId row = 0;
    Bytes value;
  };
  UserRows(Cursor cursor, engine::UserIndex user) : cursor_(std::move(cursor)), user_(user) {}

  /// The first row from `begin` on that has a fragment in the shard.
  [[nodiscard]] Result<std::optional<Row>> seek(engine::FieldId field, std::uint64_t begin,
                                                std::uint64_t end);
  /// The same, standing at that of `at`.
  [[nodiscard]] Result<std::optional<Row>> go_on(engine::FieldId field, engine::RowId at,
                                                 std::uint64_t next, std::uint64_t end);
  [[nodiscard]] Result<std::optional<Row>> settle(engine::FieldId field, std::uint64_t end,
                                                  std::optional<Cursor::Entry> entry);
  [[nodiscard]] Result<bool> holds(Bytes value) const;

  Cursor cursor_;
  engine::UserIndex user_;
};

}  // namespace tagline::storage
