#include "server/stretches.h"

#include "server/day_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

namespace tagline::server {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Numbers that can be stored lie between.
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = -kMost;

std::int64_t floor_rest(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return rest < 0 ? rest + step : rest;
}
std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  return value - floor_rest(value, step);
}

/// The year, month or day that a date falls in, as a number that grows with it, and its text.
struct Unit {
  int years;  ///< 0: months or days
  bool months;
};
constexpr std::array<Unit, 5> kUnits = {Unit{0, false}, Unit{0, true}, Unit{1, false},
                                        Unit{10, false}, Unit{100, false}};

std::int64_t unit_of(std::int64_t day, const Unit& unit) {
  const year_month_day date{sys_days{days{day}}};
  const std::int64_t year = static_cast<int>(date.year());
  if (unit.years != 0) {
    return floor_to(year, unit.years);
  }
  return unit.months
             ? year * 12 + static_cast<std::int64_t>(static_cast<unsigned>(date.month())) - 1
             : day;
}

std::string unit_text(std::int64_t value, const Unit& unit) {
  std::array<char, 64> text{};
  if (unit.years > 1) {
    std::snprintf(text.data(), text.size(), "%04d..%04d", static_cast<int>(value),
                  static_cast<int>(value) + unit.years - 1);
  } else if (unit.years == 1) {
    std::snprintf(text.data(), text.size(), "%04d", static_cast<int>(value));
  } else if (unit.months) {
    std::snprintf(text.data(), text.size(), "%04d-%02d", static_cast<int>(value / 12),
                  static_cast<int>(value % 12) + 1);
  } else {
    return day_text(sys_days(days(value)));
  }
  return text.data();
}

}  // namespace

Stretches number_stretches(const NumberRange& range, unsigned scale, std::size_t most) {
  const std::uint64_t span =
      static_cast<std::uint64_t>(range.highest) - static_cast<std::uint64_t>(range.lowest);
  std::int64_t step = 1;
  // Two more than whole steps fit: the range begins and ends within one.
  const auto too_many = [&] { return span / static_cast<std::uint64_t>(step) > most - 2; };
  constexpr std::int64_t kStepMax = 1'000'000'000'000'000'000;
  for (int i = 0; too_many() && step < kStepMax; ++i) {
    step = i % 3 == 1 ? step / 2 * 5 : step * 2;  // 1, 2, 5, 10
  }
  // In 128 bits: the round numbers beside the largest that can be stored cannot be stored.
  const engine::Int128 rest = floor_rest(range.lowest, step);
  const engine::Int128 first =
      std::max<engine::Int128>(engine::Int128{range.lowest} - rest, kLeast);
  Stretches stretches;
  stretches.bins.first = static_cast<std::int64_t>(first);
  stretches.bins.width = static_cast<std::uint64_t>(step);
  for (engine::Int128 low = first; low <= range.highest; low += step) {
    const auto high = std::min<engine::Int128>(low + (step - 1), kMost);
    const std::string from =
        value_text(engine::TagKind::Number, static_cast<std::int64_t>(low), scale);
    stretches.of_bin.push_back(stretches.texts.size());
    stretches.texts.push_back(step == 1 ? from
                                        : from + ".." +
                                              value_text(engine::TagKind::Number,
                                                         static_cast<std::int64_t>(high), scale));
  }
  stretches.bins.count = stretches.texts.size();
  return stretches;
}

Stretches date_stretches(const NumberRange& range, std::size_t most) {
  const Unit* unit = &kUnits.back();
  for (const Unit& each : kUnits) {
    const std::int64_t step = each.years > 1 ? each.years : 1;
    const std::int64_t units =
        (unit_of(range.highest, each) - unit_of(range.lowest, each)) / step + 1;
    if (units <= static_cast<std::int64_t>(most)) {
      unit = &each;
      break;
    }
  }
  Stretches stretches;
  stretches.bins.first = range.lowest;
  stretches.bins.width = 1;
  std::int64_t last = 0;
  for (std::int64_t day = range.lowest; day <= range.highest; ++day) {
    const std::int64_t now = unit_of(day, *unit);
    if (stretches.texts.empty() || now != last) {
      stretches.texts.push_back(unit_text(now, *unit));
      last = now;
    }
    stretches.of_bin.push_back(stretches.texts.size() - 1);
  }
  stretches.bins.count = stretches.of_bin.size();
  return stretches;
}

std::optional<std::string> mean_text(const engine::NumberTotal& total, engine::TagKind kind,
                                     unsigned scale) {
  if (total.known == 0) {
    return std::nullopt;
  }
  const double mean = static_cast<double>(total.sum) / static_cast<double>(total.known);
  if (kind == engine::TagKind::Date) {
    return day_text(sys_days(days(std::lround(mean))));
  }
  return rounded_text(mean, scale);
}

}  // namespace tagline::server
