#include "server/http/http_date.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <ctime>

namespace tagline::server {

const std::string& http_date_now() {
  thread_local std::time_t written = 0;
  thread_local std::string date;
  const std::time_t now = std::time(nullptr);
  if (now == written) {
    return date;
  }
  std::tm utc{};
  gmtime_r(&now, &utc);
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  date = text.data();
  written = now;
  return date;
}

}  // namespace tagline::server
