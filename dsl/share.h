// Shares: percentages as parts of 2^64, exactly.
#pragma once

#include "dsl/number.h"

#include <cstdint>

namespace tagline::dsl {

/// floor(percent / 100 * 2^64); 2^64 - 1 for 100. REQUIRES: 0 <= percent <= 100. O(digits).
[[nodiscard]] std::uint64_t share_of(const Decimal& percent);

}  // namespace tagline::dsl
