// What tags need care for, as people read it.
#pragma once

#include "cli/console.h"
#include "server/json_value.h"

#include <string>

namespace tagline::cli {

/// `report`: server::tag_health_json.
void print_tag_health(const server::JsonValue& report, Console& console);
/// A line a finding.
[[nodiscard]] std::string tag_health_csv(const server::JsonValue& report);

}  // namespace tagline::cli
