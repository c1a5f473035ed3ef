// guess: from evidence to a column of a schema, with the reason in words.
#pragma once

#include "ingest/column_evidence.h"
#include "ingest/schema.h"
#include "storage/record.h"

#include <optional>

namespace tagline::ingest {

struct GuessContext {
  const storage::TagRecord* known = nullptr;  ///< the database's tag of that name, if there is one
  bool varies = false;  ///< the id repeats, and this column differs between rows of one id
};

/// Column::column, kind and what goes with it, skip and why; not the tag's name.
[[nodiscard]] Column guess(const ColumnEvidence& evidence, const GuessContext& context);

}  // namespace tagline::ingest
