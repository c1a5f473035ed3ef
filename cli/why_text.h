// Why somebody is in a segment or out of it, as people read it.
#pragma once

#include "cli/console.h"
#include "server/json_value.h"
#include "server/service.h"

#include <string>

namespace tagline::cli {

void print(const server::Why& why, Console& console);
/// Of why_json: a row a condition.
[[nodiscard]] std::string why_csv(const server::JsonValue& why);

}  // namespace tagline::cli
