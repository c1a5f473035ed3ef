#include "cli/repl/local_clock.h"

#include "storage/time_zone.h"

#include <array>
#include <chrono>
#include <ctime>
#include <utility>

namespace tagline::cli {

LocalClock::LocalClock(std::string zone)
    : zone_(storage::check_time_zone(zone).has_value() ? std::move(zone) : std::string("UTC")) {}

std::string LocalClock::minute(std::int64_t time_s) const {
  return text(time_s, "%Y-%m-%d %H:%M");
}

std::string LocalClock::second_of_day(std::int64_t time_s) const {
  return text(time_s, "%H:%M:%S");
}

std::int64_t LocalClock::now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string LocalClock::text(std::int64_t time_s, const char* format) const {
  const auto period = storage::period_at(time_s, zone_);
  if (!period.has_value()) {
    return {};
  }
  const auto shifted = static_cast<std::time_t>(time_s + period->offset_s);
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&shifted, &parts) == nullptr) {
    return {};
  }
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace tagline::cli
