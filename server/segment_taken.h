// Why a segment that is to be new cannot be made: its name is taken, by what, since when, and who
// would notice. Private to server/segment*.cc.
#pragma once

#include "dsl/catalogue.h"
#include "server/edit.h"
#include "server/service.h"
#include "storage/record.h"
#include "storage/snapshot.h"

#include <optional>
#include <string>

namespace tagline::server {

/// A refusal (Refusal::changed) when the edit is to make a segment (Edit::only_new) and `stored` is
/// one: its message says the rule (cut to 80 characters), who saved it and on which day, and which
/// segments name it; its hint how each face replaces it.
[[nodiscard]] Result<std::optional<Refusal>> refuse_taken(
    const Edit& edit, const std::optional<storage::SegmentRecord>& stored,
    const storage::Snapshot& snapshot, const dsl::Catalogue& catalogue);

}  // namespace tagline::server
