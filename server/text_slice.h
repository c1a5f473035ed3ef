// Parts of an expression's text by code points, as spans of the language count them.
#pragma once

#include "dsl/diagnostic.h"

#include <string>
#include <string_view>

namespace tagline::server {

/// The UTF-8 text between two code points of `text`; empty when the span lies outside it.
[[nodiscard]] std::string slice(std::string_view text, dsl::Span span);

}  // namespace tagline::server
