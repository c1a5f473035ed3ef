// Units of time, lengths (`7d`, 3天) and periods (`last 7d`, 上月) as they are written.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tagline::dsl {

/// Hour, Minute and Second are read only to be refused with a good message: a day is the smallest
/// unit.
enum class Unit : std::uint8_t { Day, Week, Month, Quarter, Year, Hour, Minute, Second };

struct UnitName {
  std::u32string_view text;  ///< lower case; compared in any ASCII case
  Unit unit;
};
/// Every spelling of every unit: d, day, days, 天, ...
[[nodiscard]] std::span<const UnitName> unit_names();
/// d, w, mo, q, y, h, min, s.
[[nodiscard]] std::string_view short_name(Unit unit);
/// day, week, month, quarter, year: as after `this` and `last`.
[[nodiscard]] std::string_view calendar_name(Unit unit);

struct Length {
  std::uint32_t count = 0;  ///< kCountMax when more was written
  Unit unit = Unit::Day;
  friend bool operator==(const Length&, const Length&) = default;
};
/// Counts saturate here; every use of one refuses it long before.
inline constexpr std::uint32_t kCountMax = 1'000'000'000;
/// Digits to a count; saturates at kCountMax. REQUIRES: digits only.
[[nodiscard]] std::uint32_t count_of(std::u32string_view digits);
/// `7d`, `3天`, `2weeks`: digits and a unit, nothing else. `unit` may be one that is refused.
[[nodiscard]] std::optional<Length> read_length(std::u32string_view word);

struct Period {
  enum class Kind : std::uint8_t {
    Rolling,   ///< `last 7d`: today and the six days before
    This,      ///< `this month`
    Previous,  ///< `last month`
  };
  Kind kind = Kind::Rolling;
  Length length;  ///< This, Previous: only the unit
  friend bool operator==(const Period&, const Period&) = default;
};
/// One-word periods: 本周, 上月, 今年, ...
struct PeriodName {
  std::u32string_view text;
  Period period;
};
[[nodiscard]] std::span<const PeriodName> period_names();

/// `last 7d`, `this month`, `last month`.
[[nodiscard]] std::string to_text(const Period& period);
/// `7d`.
[[nodiscard]] std::string to_text(const Length& length);

}  // namespace tagline::dsl
