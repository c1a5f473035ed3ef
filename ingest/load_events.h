// load_events: files of events into a database, all or nothing, each file once.
#pragma once

#include "engine/result.h"
#include "ingest/load.h"

#include <string>
#include <vector>

namespace tagline::ingest {

/// What load() does for a schema with events. REQUIRES: schema.events; files is not empty.
[[nodiscard]] Result<LoadReport> load_events(storage::Store& store, const Schema& schema,
                                             const std::vector<std::string>& files,
                                             const LoadOptions& options);

}  // namespace tagline::ingest
