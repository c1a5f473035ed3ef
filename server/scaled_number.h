// Scaled numbers as people write them into bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tagline::server {

/// Decimal text times 10^scale, exactly; nothing when it is not a plain number, has more digits
/// than the scale, or overflows.
[[nodiscard]] std::optional<std::int64_t> scaled(std::string_view text, unsigned scale);

}  // namespace tagline::server
