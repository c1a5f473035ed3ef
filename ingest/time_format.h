// TimeFormat: times as files write them, by a format in the manner of strptime.
//
//   %Y year, four digits     %m month           %d day of the month   %y year, two digits: 69 to
//   %H hour 0 to 23          %I hour 1 to 12    %p AM or PM              99 are 19xx, else 20xx
//   %M minute                %S second          %b month's English name, whole or its first three
//   %z offset: Z, +08:00, +0800, +08                                                     letters
//   %s seconds since 1970 UTC                   %Q milliseconds since 1970 UTC (as in
//   d3-time-format) %F is %Y-%m-%d           %T is %H:%M:%S     %R is %H:%M           %% a percent
//   sign
//
// A space stands for any number of blanks, anything else for itself. Numbers may lack leading
// zeros, except where another number follows at once (%Y%m%d). Seconds (%S, %s) may have a
// fraction. The word "iso8601" is 2024-01-31, 2024-01-31T08:30, ...:59.123, with a T or a space,
// with or without an offset.
#pragma once

#include "engine/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// What a text says about a moment.
struct WrittenTime {
  std::int64_t seconds =
      0;                 ///< since 1970-01-01 00:00: in UTC, or on the clock of whoever wrote it
  bool instant = false;  ///< in UTC: the text said its offset
  bool timed = false;    ///< the text has a time of day, not only a date
};

/// The years 1 to 9999.
class TimeFormat {
 public:
  /// BadSchema: an unknown directive, one given twice, or no way to tell the day.
  [[nodiscard]] static Result<TimeFormat> make(std::string_view format);

  /// Nothing when `text` (trimmed) is not of the format or no such time exists. A leap second (:60)
  /// is the second before it: the day is all that is kept.
  [[nodiscard]] std::optional<WrittenTime> parse(std::string_view text) const;

  /// Whether texts have a time of day; without one a zone has nothing to convert.
  [[nodiscard]] bool timed() const { return timed_; }
  /// Whether every text says its offset from UTC, so that no zone is needed.
  [[nodiscard]] bool instant() const { return instant_; }

 private:
  struct Step {
    char directive = 0;  ///< 0: literal; ' ': blanks
    char literal = 0;
    bool full = false;  ///< all digits are there, since another number follows
  };
  TimeFormat() = default;
  [[nodiscard]] Status add(char directive);

  std::vector<Step> steps_;
  std::string directives_;  ///< those of steps_
  bool timed_ = false;
  bool instant_ = false;
  bool iso_ = false;
};

/// Seconds east of UTC of "Z", "+08:00", "+0800" or "+08"; nothing when it is none of these, or
/// beyond 18 hours.
[[nodiscard]] std::optional<std::int64_t> parse_offset(std::string_view text);

}  // namespace tagline::ingest
