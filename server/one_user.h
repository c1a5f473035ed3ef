// OneUser: a database as seen with the eyes of one user: a source with one more row, which holds
// that user alone. A count of (that row AND condition) says whether the condition holds for the
// user, and reads one block.
#pragma once

#include "engine/source.h"
#include "storage/snapshot.h"

#include <cstdint>

namespace tagline::server {

/// Borrows the snapshot. Thread-safe, as every source.
class OneUser final : public engine::Source {
 public:
  /// `Own`: rows have nobody outside the user's shard. So a sweep runs that shard alone, and what
  /// it says of other users is wrong; sets over all users (top and its like) must be decided
  /// before.
  enum class Shards : std::uint8_t { All, Own };
  OneUser(const storage::Snapshot& snapshot, engine::UserIndex user, Shards shards = Shards::All);

  /// The row of this user; no snapshot has it.
  static constexpr engine::RowKey kRow{engine::kComputedField - 1, 0};

  [[nodiscard]] engine::ShardId shard_count() const override;
  [[nodiscard]] Result<engine::Fragment> fetch(engine::RowKey row,
                                               engine::ShardId shard) const override;
  [[nodiscard]] Result<std::uint64_t> cardinality(engine::RowKey row) const override;
  [[nodiscard]] Result<unsigned> value_bits(engine::FieldId field) const override;
  [[nodiscard]] Result<std::vector<engine::DayRows>> event_days(
      engine::FieldId series, engine::DayWindow window) const override;

 private:
  const storage::Snapshot& snapshot_;
  engine::UserIndex user_;
  Shards shards_;
  engine::Fragment self_;
};

}  // namespace tagline::server
