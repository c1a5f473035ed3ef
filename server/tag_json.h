// Tags and events of the catalogue as JSON. Field names are part of the interface. Included by
// server/*.cc only.
#pragma once

#include "server/json_reader.h"
#include "server/tag_page_json.h"
#include "server/tags.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tagline::server {

/// {"name", "kind", "also", "coverage", "deprecated", "replacement"?, "scale"?, "values"?
/// [{"value", "also", "count"}], "lowest"?, "highest"?, "min"?, "max"?, "unit"?, "description"?,
/// "layer"?, "source"?, "owner"?, "title"?, "track"?, "ttl"?, "freshness"? {"as_of_s", "oldest_s",
/// "newest_s", "values", "within": {"1d", "7d", "30d", "90d"}}, "created_s", "updated_s"}
[[nodiscard]] Json tag_json(const TagSummary& tag);

/// tag_json + "values_total", "values_found", "revision", and "title"? of its values
[[nodiscard]] Json tag_json(const TagEntry& tag);
/// {"population", "version", "time_zone", "total", "tags"}
[[nodiscard]] std::string tags_json(const TagList& list);
/// When the tag was last asked about, as far back as is known.
struct LastAsked {
  std::optional<std::int64_t> at_s;
  std::int64_t since_s = 0;
};
/// {"tag", "deprecated", "replacement"?, "segments": {"direct", "indirect"}, "last_queried_s",
/// "queries_since_s", "coverage", "population", "updated_s"}
[[nodiscard]] std::string tag_users_json(const TagUsers& users, const LastAsked& asked);
/// {"population", "version", "event": an event of `events_json` with "title"?, "description"?,
/// "owner"?, "keys": [{"key", "also", "title"?, "people"}], "keys_total", "keys_found"}
[[nodiscard]] std::string event_page_json(const EventPage& page);

}  // namespace tagline::server
