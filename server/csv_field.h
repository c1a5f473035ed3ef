// Fields of CSV.
#pragma once

#include <string>
#include <string_view>

namespace tagline::server {

/// One field of a CSV line, quoted when it must be (RFC 4180), so that reading gives exactly `text`
/// again. What a spreadsheet would take for a formula stays as it is: the ids of people go back
/// into other systems.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace tagline::server
