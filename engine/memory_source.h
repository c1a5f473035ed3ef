// MemorySource: rows kept in memory, the in-memory twin of a database. Ships because tests, benches
// and embedders want one.
#pragma once

#include "engine/bitmap.h"
#include "engine/source.h"

#include <cstdint>
#include <map>
#include <span>
#include <utility>

namespace tagline::engine {

/// Fill it, then query it; filling while a query runs is not allowed. Const methods are
/// thread-safe.
class MemorySource final : public Source {
 public:
  /// Users 0 .. users-1 are known.
  explicit MemorySource(std::uint32_t users);

  /// Replaces a row. Members at or above the number of users are dropped.
  void set_row(RowKey row, const Bitmap& members);
  /// Writes one user's number into the slices of a field (engine/layout.h), replacing an earlier
  /// one. Slow; for tests. REQUIRES |value| < 2^63.
  void set_number(FieldId field, UserIndex user, std::int64_t value);
  /// Replaces a whole number field. REQUIRES each user once, |value| < 2^63.
  void set_numbers(FieldId field, std::span<const std::pair<UserIndex, std::int64_t>> values);
  [[nodiscard]] Bitmap row(RowKey key) const;

  [[nodiscard]] ShardId shard_count() const override;
  [[nodiscard]] Result<Fragment> fetch(RowKey row, ShardId shard) const override;
  [[nodiscard]] Result<std::uint64_t> cardinality(RowKey row) const override;

 private:
  struct Stored {
    Bitmap bitmap;
    Fragment frozen;  ///< lent by fetch; stale after an edit of one user
    bool stale = false;
  };
  void put(RowKey key, ShardId shard, Bitmap bitmap);
  void edit(RowKey key, UserIndex user, bool member);

  std::uint32_t users_;
  std::map<std::pair<RowKey, ShardId>, Stored> fragments_;
};

}  // namespace tagline::engine
