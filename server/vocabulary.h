// Vocabulary: what a database holds, in the terms of the language.
#pragma once

#include "dsl/catalogue.h"
#include "engine/plan.h"
#include "engine/result.h"
#include "storage/snapshot.h"

namespace tagline::server {

/// The catalogue of a snapshot. Its `people` reads the snapshot, so it must not be called after the
/// snapshot's scope. Cost: reads every tag and value record, no bitmaps.
[[nodiscard]] Result<dsl::Catalogue> vocabulary_of(const storage::Snapshot& snapshot);

/// Names rows for explain: "city:tier1", "age", "age (known)". Borrows the catalogue.
[[nodiscard]] engine::RowName row_names(const dsl::Catalogue& catalogue);

}  // namespace tagline::server
