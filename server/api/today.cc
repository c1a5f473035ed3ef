#include "server/api/today.h"

#include "storage/time_zone.h"

namespace tagline::server {

std::optional<std::chrono::sys_days> Today::at(std::chrono::system_clock::time_point time) {
  // From 1970 on both are small.
  constexpr unsigned kDayBits = 32;
  const auto minute = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count());
  const std::uint64_t known = known_.load(std::memory_order_relaxed);
  if (known != 0 && known >> kDayBits == minute) {
    return std::chrono::sys_days(std::chrono::days(static_cast<std::uint32_t>(known)));
  }
  const auto day = storage::day_in_zone(time, zone_);
  if (!day.has_value() || day->time_since_epoch().count() < 0) {
    return std::nullopt;
  }
  known_.store((minute << kDayBits) | static_cast<std::uint32_t>(day->time_since_epoch().count()),
               std::memory_order_relaxed);
  return *day;
}

}  // namespace tagline::server
