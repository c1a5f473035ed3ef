// magnitude_of: a number without its sign, also where the type has no positive twin of it.
#pragma once

#include <cstdint>

namespace tagline::engine {

[[nodiscard]] constexpr std::uint64_t magnitude_of(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

}  // namespace tagline::engine
