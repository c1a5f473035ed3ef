// Delta: what a load changes, as bitmaps: per field and shard a mask of the users whose value the
// load states, and per row the users added. The effect on the database is  new row = (old row AND
// NOT mask) OR added,  so no old value is looked up.
#pragma once

#include "engine/bitmap.h"
#include "engine/layout.h"
#include "ingest/field_plan.h"
#include "ingest/stage.h"

#include <cstdint>
#include <map>
#include <vector>

namespace tagline::ingest {

/// Users by their index within the shard. Rows as in engine/layout.h, except that the row of a
/// value is kFirstValueRow + its Dictionary code (the database's row is known only when the
/// transaction is written).
struct ShardDelta {
  engine::Bitmap mask;
  std::map<engine::RowId, engine::Bitmap>
      added;  ///< never holds an empty bitmap after Delta::apply
};

using FieldDelta = std::map<engine::ShardId, ShardDelta>;

/// One thread.
class Delta {
 public:
  explicit Delta(std::size_t fields) : fields_(fields) {}

  /// Rows later in the stage, and later stages, override earlier ones of the same user (sets that
  /// Add unite them).
  void apply(const Stage& stage, const std::vector<FieldPlan>& plans);

  /// The same with other indexes for users from `first` on: that of first + i is to[i]. Cost: a
  /// copy, and a step a user and row that gets another.
  [[nodiscard]] Delta renumbered(engine::UserIndex first,
                                 const std::vector<engine::UserIndex>& to) const;

  [[nodiscard]] const std::vector<FieldDelta>& fields() const { return fields_; }

 private:
  std::vector<FieldDelta> fields_;
};

}  // namespace tagline::ingest
