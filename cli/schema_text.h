// A schema as people read it.
#pragma once

#include "cli/console.h"
#include "ingest/schema.h"

#include <string>

namespace tagline::cli {

/// What each column becomes, and why.
[[nodiscard]] std::string schema_text(const ingest::Schema& schema, const Console& console);

}  // namespace tagline::cli
