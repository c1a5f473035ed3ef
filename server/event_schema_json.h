// The "events" object of a schema as JSON. Included by server/schema_json.cc only.
#pragma once

#include "ingest/schema.h"
#include "server/json_reader.h"

#include <optional>
#include <vector>

namespace tagline::server {

[[nodiscard]] Json events_json(const ingest::EventColumns& events);

[[nodiscard]] Json links_json(const std::vector<ingest::LinkColumn>& links);
/// Of the member "links"; none when it is not there.
[[nodiscard]] std::vector<ingest::LinkColumn> read_links(JsonReader& reader);

/// `events` is the object at place "events".
[[nodiscard]] ingest::EventColumns read_events(const Json& events, std::optional<Error>& fault);

}  // namespace tagline::server
