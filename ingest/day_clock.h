// DayClock: from times as files write them to calendar days of a database.
#pragma once

#include "engine/events.h"
#include "engine/result.h"
#include "ingest/time_format.h"
#include "storage/time_zone.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::ingest {

/// BadSchema when `zone` is neither an IANA name nor an offset such as "+08:00".
[[nodiscard]] Status check_zone(std::string_view zone);

/// One thread. Remembers the period of the last time in each zone, so that the rules are asked a
/// few times a year of data and not once a row.
class DayClock {
 public:
  /// `written`: the zone of times that do not say their offset; empty: the database's, so that the
  /// day is the one written. REQUIRES: check_zone(written) succeeded or it is empty.
  DayClock(std::string written, std::string database);

  /// The day of `time` in the database's zone. A date without a time of day is that day, whatever
  /// the zones. May be a day outside engine::kFirstDay .. kLastDay. System: see
  /// storage/time_zone.h.
  [[nodiscard]] Result<engine::Day> day_of(const WrittenTime& time);

 private:
  [[nodiscard]] Result<std::int64_t> instant_of(std::int64_t clock_s);

  std::string written_;
  std::string database_;
  bool same_;
  std::optional<std::int64_t> offset_;  ///< of `written`, when it is one
  storage::ZonePeriod written_period_;
  storage::ZonePeriod database_period_;
};

}  // namespace tagline::ingest
