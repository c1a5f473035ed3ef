// Computed rows: sets that a run has decided for itself, read like stored rows.
#pragma once

#include "engine/bitmap.h"
#include "engine/plan.h"
#include "engine/source.h"

#include <cstdint>
#include <map>
#include <vector>

namespace tagline::engine {

/// The rows {kComputedField, id}. Thread-compatible.
class ComputedRows {
 public:
  /// Keeps a set. O(its containers).
  void put(RowId id, const Bitmap& users);
  [[nodiscard]] bool has(RowId id) const { return rows_.contains(id); }
  /// The fragment of a shard, lent: it may not outlive this. Empty when there is none.
  [[nodiscard]] Fragment fragment(RowId id, ShardId shard) const;
  [[nodiscard]] std::uint64_t cardinality(RowId id) const;

 private:
  struct Row {
    std::vector<Fragment> shards;
    std::uint64_t users = 0;
  };
  std::map<RowId, Row> rows_;
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
  [[nodiscard]] Result<bool> rows_are_apart(FieldId field) const override {
    return below_.rows_are_apart(field);
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
