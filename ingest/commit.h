// commit: a delta into the database, in one transaction.
#pragma once

#include "engine/result.h"
#include "ingest/delta.h"
#include "ingest/field_plan.h"
#include "ingest/row_links.h"
#include "storage/store.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace tagline::ingest {

struct Change {
  const std::vector<FieldPlan>& plans;
  const Delta& delta;
  const std::vector<std::string_view>& new_ids;  ///< of the indexes first_new, first_new + 1, ...
  std::uint32_t first_new = 0;
  std::uint64_t people_version = 0;  ///< Snapshot::people_version of the state the ids are of
  const RowLinks& links;
  std::int64_t now_s = 0;
  /// Called when everything is in the transaction, before it is committed; again when the
  /// transaction had to begin anew because the memory map was full.
  std::function<void()> on_written;
};

struct Committed {
  std::uint64_t users_new = 0;
  std::uint64_t tags_new = 0;
  std::uint64_t fragments_written = 0;
  LinkCounts links;
};

/// Fragments that stay as they are are not written; a tag's record only when it or its data
/// changed. Users and values that others have added since the plans were made stay theirs: the
/// load's own get other indexes and rows then. Busy when others have made tags of the plans, or
/// spellings.
[[nodiscard]] Result<Committed> commit(storage::Store& store, const Change& change);

}  // namespace tagline::ingest
