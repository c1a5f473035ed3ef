// The "events" object of a schema as JSON. Included by server/schema_json.cc only.
#pragma once

#include "ingest/schema.h"
#include "server/json_reader.h"

#include <optional>

namespace tagline::server {

[[nodiscard]] Json events_json(const ingest::EventColumns& events);

/// `events` is the object at place "events".
[[nodiscard]] ingest::EventColumns read_events(const Json& events, std::optional<Error>& fault);

}  // namespace tagline::server
