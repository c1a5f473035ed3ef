// Pieces of JSON that several answers share. Included by server/*.cc only.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/error.h"
#include "server/json_reader.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Never throws: bytes that are not UTF-8 (possible in what users typed) become U+FFFD.
[[nodiscard]] std::string dump(const Json& json);
/// {"en", "zh-CN"}
[[nodiscard]] Json text_json(const Text& text);
/// Faults and warnings of `text`, in order.
[[nodiscard]] Json diagnostics_json(const std::vector<dsl::Diagnostic>& diagnostics,
                                    std::string_view text);

}  // namespace tagline::server
