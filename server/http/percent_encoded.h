// A text as one part of a target: the inverse of what parse_target does to each.
#pragma once

#include <string>
#include <string_view>

namespace tagline::server {

/// All but the unreserved characters of RFC 3986, 2.3 as "%" and two hex digits of each byte.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace tagline::server
