#include "server/utc_text.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace tagline::server {

std::string utc_text(std::chrono::system_clock::time_point moment) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(moment.time_since_epoch());
  const auto s = std::chrono::floor<std::chrono::seconds>(ms);
  const auto seconds = static_cast<std::time_t>(s.count());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>((ms - s).count()));
  return text.data();
}

}  // namespace tagline::server
