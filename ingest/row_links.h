// RowLinks: the identities that the rows of a load state of their users.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "ingest/identity.h"
#include "ingest/row_batch.h"
#include "ingest/schema.h"
#include "storage/write_txn.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// What became of them.
struct LinkCounts {
  static constexpr std::size_t kRefusedKept = 10;
  struct Refused {
    std::string user;
    Text reason;
  };
  std::uint64_t identities_new = 0;
  std::uint64_t merges = 0;
  std::uint64_t refused = 0;  ///< users whose identities were not linked; their tags are loaded
  std::vector<Refused> first_refused;  ///< at most kRefusedKept
};

/// Cells of the columns are in the slots behind all others (column_map.h). `reason` may be called
/// on another thread than the rest.
class RowLinks {
 public:
  /// BadSchema when a column's type is not known. `slots`: of a batch, with these.
  [[nodiscard]] static Result<RowLinks> make(std::span<const LinkColumn> columns, std::size_t slots,
                                             IdentityTypes types);

  [[nodiscard]] bool empty() const { return columns_.empty(); }
  /// Why a cell of the row cannot be an identity. One that belongs to nobody says nothing, as a
  /// blank one.
  [[nodiscard]] std::optional<Text> reason(const RowBatch& batch, std::size_t row) const;
  /// Takes those of a row in. REQUIRES: no reason against it.
  void take(const RowBatch& batch, std::size_t row, engine::UserIndex user);

  /// Forgets those taken in since there were `size`.
  [[nodiscard]] std::size_t size() const { return stated_.size(); }
  void take_back(std::size_t size) { stated_.resize(size); }
  /// Users from `first` on are others: to[user - first].
  void renumber(engine::UserIndex first, std::span<const engine::UserIndex> to);

  /// Links them all; users who turn out to be one person are merged. REQUIRES: the users are in the
  /// transaction. May be called again. Cost: some look-ups an identity (person.h).
  [[nodiscard]] Result<LinkCounts> write(storage::WriteTxn& txn, std::int64_t now_s,
                                         const std::string& source) const;

 private:
  RowLinks(std::span<const LinkColumn> columns, std::size_t first_slot, IdentityTypes types)
      : columns_(columns.begin(), columns.end()),
        first_slot_(first_slot),
        types_(std::move(types)) {}
  template <class Fn>
  void each(const RowBatch& batch, std::size_t row, const Fn& fn) const;

  std::vector<LinkColumn> columns_;
  std::size_t first_slot_;
  IdentityTypes types_;
  std::vector<std::pair<engine::UserIndex, std::string>> stated_;  ///< in order of arrival
};

}  // namespace tagline::ingest
