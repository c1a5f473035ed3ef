#include "server/user_segments_json.h"

#include "server/day_text.h"
#include "server/diagnostic_json.h"

#include <utility>

namespace tagline::server {

std::string user_segments_json(const UserSegments& found) {
  Json segments = Json::array();
  for (const HeldSegment& segment : found.segments) {
    Json json = {{"name", segment.name}, {"kind", segment.is_list ? "list" : "rule"}};
    if (!segment.title.empty()) {
      json["title"] = text_json(segment.title);
    }
    segments.push_back(std::move(json));
  }
  Json broken = Json::array();
  for (const BrokenSegment& segment : found.broken) {
    const auto faults = segment.cause.error.has_value()
                            ? std::vector{fault_of(*segment.cause.error, Face::Http)}
                            : segment.cause.diagnostics;
    broken.push_back({{"name", segment.name},
                      {"expression", segment.text},
                      {"errors", diagnostics_json(faults, segment.text)}});
  }
  return dump(Json{{"id", found.id},
                   {"as_of", day_text(found.as_of)},
                   {"version", found.version},
                   {"asked", found.asked},
                   {"segments", std::move(segments)},
                   {"broken", std::move(broken)}});
}

}  // namespace tagline::server
