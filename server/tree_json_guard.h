// What is wrong with a JSON document before anything is built of it: hostile nesting must not reach
// a recursion, a key given twice must not silently win.
#pragma once

#include "engine/error.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tagline::server {

/// Nothing when `json` is a document of at most `levels_max` levels whose objects have no key
/// twice. BadInput or TooLarge otherwise. O(length), no recursion.
[[nodiscard]] std::optional<Error> refuse_document(std::string_view json, std::uint64_t levels_max);

}  // namespace tagline::server
