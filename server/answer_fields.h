// The fields that every answer about people has in JSON. Included by server/*.cc only.
#pragma once

#include "server/json_reader.h"
#include "server/service.h"

#include <string_view>

namespace tagline::server {

/// As answer_json; `text` is the expression as typed.
[[nodiscard]] Json answer_fields(const Answer& answer, std::string_view text);

/// The diagnostics of a refusal, or its error as one that has no place in an expression.
[[nodiscard]] Json refusal_errors(const Refusal& refusal, std::string_view text, Face face);

}  // namespace tagline::server
