// Times as people of the database's time zone read them, whatever the machine's is.
#pragma once

#include <cstdint>
#include <string>

namespace tagline::cli {

class LocalClock {
 public:
  /// An IANA name; UTC where it is "" or not known here.
  explicit LocalClock(std::string zone);

  [[nodiscard]] const std::string& zone() const { return zone_; }
  /// "2024-06-15 09:12", of seconds since 1970 UTC; "" of a time that no calendar has.
  [[nodiscard]] std::string minute(std::int64_t time_s) const;
  /// "09:12:30"; "" likewise.
  [[nodiscard]] std::string second_of_day(std::int64_t time_s) const;
  /// Now, in seconds since 1970 UTC.
  [[nodiscard]] static std::int64_t now_s();

 private:
  [[nodiscard]] std::string text(std::int64_t time_s, const char* format) const;

  std::string zone_;
};

}  // namespace tagline::cli
