// Schemas as JSON: what `tagline infer` prints, people edit and `tagline load --schema` reads.
// The keys are documented in grammar-docs/schema.md.
#pragma once

#include "engine/result.h"
#include "ingest/schema.h"

#include <string>
#include <string_view>

namespace tagline::server {

/// Pretty-printed, one column a block, keys at their default left out. Reading it back gives the
/// same schema.
[[nodiscard]] std::string schema_to_json(const ingest::Schema& schema);

/// BadSchema names the place ("columns[3].kind"), what was found and what may stand there. Unknown
/// keys are refused, so that a misspelt one is not silently ignored.
[[nodiscard]] Result<ingest::Schema> schema_from_json(std::string_view json);

/// "flag", "category", "set", "number", "date": the words of schemas, listings and messages.
[[nodiscard]] std::string_view kind_name(engine::TagKind kind);

}  // namespace tagline::server
