// Why somebody is in a segment or out of it, as people read it.
#pragma once

#include "cli/console.h"
#include "server/json_value.h"
#include "server/service.h"

#include <string>

namespace tagline::cli {

void print(const server::Why& why, Console& console);
/// Of why_json: a row a condition, then a row a change, with the number of the way it is part of,
/// in the reader's language.
[[nodiscard]] std::string why_csv(const server::JsonValue& why, const Console& console);

}  // namespace tagline::cli
