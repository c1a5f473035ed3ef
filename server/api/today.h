// Today: which day it is in a time zone, asked often.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tagline::server {

/// Thread-safe.
class Today {
 public:
  explicit Today(std::string zone) : zone_(std::move(zone)) {}

  /// Nothing when the zone is unknown. Asks the time zones once a minute, for days begin with one.
  [[nodiscard]] std::optional<std::chrono::sys_days> now() {
    return at(std::chrono::system_clock::now());
  }
  [[nodiscard]] std::optional<std::chrono::sys_days> at(std::chrono::system_clock::time_point time);

 private:
  const std::string zone_;
  std::atomic<std::uint64_t> known_{0};  ///< the minute, and the day in it; 0: none
};

}  // namespace tagline::server
