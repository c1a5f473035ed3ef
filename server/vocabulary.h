// Vocabulary: what a database holds, in the terms of the language.
#pragma once

#include "dsl/catalogue.h"
#include "engine/plan.h"
#include "engine/result.h"
#include "storage/snapshot.h"

namespace tagline::server {

/// The names of a snapshot, as a catalogue without `people`: it owns all it holds. Cost: reads
/// every tag and value record, no bitmaps.
[[nodiscard]] Result<dsl::Catalogue> names_in(const storage::Snapshot& snapshot);
/// Counts users of rows for such a catalogue. Must not be called after the snapshot's scope.
[[nodiscard]] dsl::PeopleOf people_of(const storage::Snapshot& snapshot);
/// Borrows the snapshot likewise.
[[nodiscard]] dsl::NewestOf newest_of(const storage::Snapshot& snapshot);

/// names_in with people_of: a catalogue for as long as the snapshot. server/kept_catalogue.h keeps
/// one from request to request.
[[nodiscard]] Result<dsl::Catalogue> vocabulary_of(const storage::Snapshot& snapshot);

/// Names rows for explain: "city:tier1", "age", "age (known)". Borrows the catalogue.
[[nodiscard]] engine::RowName row_names(const dsl::Catalogue& catalogue);

}  // namespace tagline::server
