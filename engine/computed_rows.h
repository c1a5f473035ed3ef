// Computed rows: sets that a run has decided for itself, or that are kept from an earlier one, read
// like stored rows.
#pragma once

#include "engine/bitmap.h"
#include "engine/plan.h"
#include "engine/source.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace tagline::engine {

/// A set by shards, as fragments. Those that two sets have in common are held once.
struct ComputedRow {
  std::vector<std::shared_ptr<const Fragment>> shards;  ///< null: nobody there
  /// As Source::stamp, a shard each; empty: not known.
  std::vector<std::uint64_t> stamps;
  std::uint64_t users = 0;
};

/// Cuts a set into shards. O(its containers).
[[nodiscard]] ComputedRow computed_row(const Bitmap& users);

/// The rows {kComputedField, id}. Thread-compatible.
class ComputedRows {
 public:
  void put(RowId id, const Bitmap& users) {
    put(id, std::make_shared<const ComputedRow>(computed_row(users)));
  }
  void put(RowId id, std::shared_ptr<const ComputedRow> row) {
    rows_.insert_or_assign(id, std::move(row));
  }
  [[nodiscard]] bool has(RowId id) const { return rows_.contains(id); }
  /// Of all sets, about. O(their shards).
  [[nodiscard]] std::uint64_t held_bytes() const;
  /// The fragment of a shard, lent: it may not outlive this. Empty when there is none.
  [[nodiscard]] Fragment fragment(RowId id, ShardId shard) const;
  [[nodiscard]] std::uint64_t cardinality(RowId id) const;
  [[nodiscard]] std::optional<std::uint64_t> stamp(RowId id, ShardId shard) const;

 private:
  std::map<RowId, std::shared_ptr<const ComputedRow>> rows_;
};

/// A source with computed rows laid over it; ids that the rows do not have are asked of the source
/// below, so that layers may be laid over layers. Both outlive this.
class ComputedSource final : public Source {
 public:
  ComputedSource(const Source& below, const ComputedRows& rows) : below_(below), rows_(rows) {}

  [[nodiscard]] ShardId shard_count() const override { return below_.shard_count(); }
  [[nodiscard]] Result<Fragment> fetch(RowKey row, ShardId shard) const override;
  [[nodiscard]] Result<std::uint64_t> cardinality(RowKey row) const override;
  [[nodiscard]] Result<unsigned> value_bits(FieldId field) const override {
    return below_.value_bits(field);
  }
  [[nodiscard]] Result<std::optional<std::uint64_t>> stamp(RowKey row,
                                                           ShardId shard) const override;
  [[nodiscard]] Result<RowId> apart_rows(FieldId field) const override {
    return below_.apart_rows(field);
  }
  [[nodiscard]] Result<std::vector<DayRows>> event_days(FieldId series,
                                                        DayWindow window) const override {
    return below_.event_days(series, window);
  }

 private:
  [[nodiscard]] bool mine(RowKey row) const {
    return row.field == kComputedField && rows_.has(row.row);
  }

  const Source& below_;
  const ComputedRows& rows_;
};

}  // namespace tagline::engine
