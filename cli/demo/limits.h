// What a demo may be asked for.
#pragma once

#include <cstdint>

namespace tagline::cli::demo {

/// Fewer would lack values that segments and the tour name.
inline constexpr std::uint64_t kUsersMin = 1'000;
/// The largest demo that still fits a day's patience and 100 GB.
inline constexpr std::uint64_t kUsersMax = 100'000'000;
/// Tags look back 30 days.
inline constexpr std::uint32_t kDaysMin = 30;
/// Three years: their days are kept in 16 bits.
inline constexpr std::uint32_t kDaysMax = 1'096;

}  // namespace tagline::cli::demo
