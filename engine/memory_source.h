// MemorySource: rows kept in memory, the in-memory twin of a database. Ships because tests, benches
// and embedders want one.
#pragma once

#include "engine/bitmap.h"
#include "engine/source.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

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
  /// Adds to what a user did on a day (engine/events.h): so many events, and their amount. Adds up
  /// exactly. An unknown user and a count of 0 change nothing. REQUIRES: the day is one the
  /// language writes, the day's count stays within 2^32 and its amount within 2^53.
  void add_event(FieldId series, UserIndex user, Day day, std::uint32_t count = 1,
                 std::int64_t amount = 0);
  struct DayEvents {
    UserIndex user = 0;
    std::uint64_t count = 0;
    std::int64_t amount = 0;
  };
  /// Replaces a whole day of a series. REQUIRES: as add_event, each user once.
  void set_events(FieldId series, Day day, std::span<const DayEvents> events);
  /// Promises what apart_rows then says.
  void promise_apart(FieldId field, RowId rows) { apart_[field] = rows; }
  [[nodiscard]] Bitmap row(RowKey key) const;

  [[nodiscard]] ShardId shard_count() const override;
  [[nodiscard]] Result<Fragment> fetch(RowKey row, ShardId shard) const override;
  [[nodiscard]] Result<std::uint64_t> cardinality(RowKey row) const override;
  [[nodiscard]] Result<std::optional<std::uint64_t>> stamp(RowKey row,
                                                           ShardId shard) const override;
  [[nodiscard]] Result<RowId> apart_rows(FieldId field) const override {
    const auto found = apart_.find(field);
    return found == apart_.end() ? 0 : found->second;
  }
  [[nodiscard]] Result<std::vector<DayRows>> event_days(FieldId series,
                                                        DayWindow window) const override;

 private:
  struct Stored {
    Bitmap bitmap;
    Fragment frozen;  ///< lent by fetch; stale after an edit of one user
    bool stale = false;
    std::uint64_t edits = 0;  ///< of all rows, when this one was last written
  };
  [[nodiscard]] const Stored* find(RowKey key, ShardId shard) const;
  void put(RowKey key, ShardId shard, Bitmap bitmap);
  void edit(RowKey key, UserIndex user, bool member);
  [[nodiscard]] bool holds(RowKey key, UserIndex user) const;
  [[nodiscard]] std::uint64_t bits_of(RowKey first, unsigned bits, UserIndex user) const;

  std::uint32_t users_;
  std::map<FieldId, RowId> apart_;
  std::uint64_t edits_ = 0;
  std::map<FieldId, std::map<Day, DayRows>> event_days_;
  /// Shard by shard; null: nobody there.
  std::unordered_map<RowKey, std::vector<std::unique_ptr<Stored>>> rows_;
};

}  // namespace tagline::engine
