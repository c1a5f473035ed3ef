// Dates as typed: a day, a month, a year, today and yesterday, each a range of days; ranges of
// them.
#pragma once

#include "dsl/dates.h"
#include "engine/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::dsl {

/// An end that is empty is open.
struct DateWord {
  std::optional<Day> first;
  std::optional<Day> last;
  bool is_range = false;  ///< written with `..`
};

struct DateProblem {
  enum class Kind : std::uint8_t {
    NotADate,
    NoSuchMonth,
    NoSuchDay,   ///< `year`, `month`, `last_day` say how long the month is
    OtherStyle,  ///< 2024/01/31, 20240131, 2024年1月: `better` is our way
    IsLength,    ///< 7d
    HasHours,    ///< 24h
    TooFar,      ///< leaves the years 1 to 9999
    Wildcard,    ///< 2024*
    Reversed,    ///< the range ends before it begins
  };
  Kind kind = Kind::NotADate;
  std::string text;    ///< the part that is at fault
  std::string better;  ///< what to write instead; may be empty
  int year = 0;
  unsigned month = 0;
  unsigned last_day = 0;
  Length length;
};

/// `quoted`: only a date, or a date and a time of day (which is dropped: a day is the smallest
/// unit).
[[nodiscard]] tl::expected<DateWord, DateProblem> read_date(std::string_view word, bool quoted,
                                                            Day as_of);

}  // namespace tagline::dsl
