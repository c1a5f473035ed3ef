// Source: where rows come from. Storage snapshots are one; MemorySource (for tests and benches)
// another.
#pragma once

#include "engine/events.h"
#include "engine/fragment.h"
#include "engine/layout.h"
#include "engine/result.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tagline::engine {

/// One consistent state of all rows. Every method is thread-safe: shards of one query are executed
/// by several threads over one source. A source is alive for the whole of every call that takes it.
class Source {
 public:
  virtual ~Source() = default;

  /// Shards 0 .. shard_count()-1 may hold users. O(1).
  [[nodiscard]] virtual ShardId shard_count() const = 0;

  /// The fragment of `row` in `shard`; an empty Fragment when nobody is there. The fragment must be
  /// gone before the source is. Corrupt when the stored bytes are damaged (sizes; contents are
  /// checked by verify). Cost: one lookup; no copy for payloads above about 2 KB.
  [[nodiscard]] virtual Result<Fragment> fetch(RowKey row, ShardId shard) const = 0;

  /// Users of `row` over all shards, from headers. O(shards of the row).
  [[nodiscard]] virtual Result<std::uint64_t> cardinality(RowKey row) const = 0;

  /// How many bit rows the number `field` has: rows kFirstBitRow + b for b >= this are empty. Asked
  /// once a query and number. This one probes from the top with `cardinality`; a source that knows
  /// should override it.
  [[nodiscard]] virtual Result<unsigned> value_bits(FieldId field) const;

  /// A number that is another one whenever the fragment's members are (but for one chance in 2^64):
  /// for answers kept from one state of the data to the next. 0: nobody is there. Nothing: this
  /// source does not tell, as this one.
  [[nodiscard]] virtual Result<std::optional<std::uint64_t>> stamp(RowKey row, ShardId shard) const;

  /// n, when no user is in two of the field's rows 1 .. n and those who are in one are row 0, as in
  /// a category: then counts of its rows add up. 0: it is another field. Asked once a query and
  /// field. This one does not know any such field.
  [[nodiscard]] virtual Result<RowId> apart_rows(FieldId field) const;

  /// The days of a series within `window` on which somebody did it, ascending. Asked once a query
  /// and series. O(days found) look-ups. This one knows no events.
  [[nodiscard]] virtual Result<std::vector<DayRows>> event_days(FieldId series,
                                                                DayWindow window) const;
};

}  // namespace tagline::engine
