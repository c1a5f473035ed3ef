#include "ingest/day_clock.h"

#include "ingest/text.h"

#include <utility>

namespace tagline::ingest {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
/// No zone has changed its offset by more than a day: a reading farther than this from the ends of
/// a period lies in no other.
constexpr std::int64_t kNearChange_s = 2 * kDaySeconds;

std::int64_t floor_day(std::int64_t seconds) {
  return seconds / kDaySeconds - (seconds % kDaySeconds < 0 ? 1 : 0);
}

}  // namespace

Status check_zone(std::string_view zone) {
  if (parse_offset(zone).has_value() || storage::check_time_zone(zone).has_value()) {
    return {};
  }
  return failure(ErrorCode::BadSchema,
                 {"the time zone \"" + excerpt(zone) + "\" is not known",
                  "不认识时区 \"" + excerpt(zone) + "\""},
                 {"use an IANA name such as \"Europe/London\" or \"UTC\", or an offset such as "
                  "\"+08:00\"",
                  "请使用 \"Europe/London\"、\"UTC\" 等 IANA 时区名，或 \"+08:00\" 这样的时差"});
}

DayClock::DayClock(std::string written, std::string database)
    : written_(std::move(written)),
      database_(std::move(database)),
      same_(written_.empty() || written_ == database_),
      offset_(parse_offset(written_)) {}

Result<std::int64_t> DayClock::instant_of(std::int64_t clock_s) {
  if (offset_.has_value()) {
    return clock_s - *offset_;
  }
  storage::ZonePeriod& period = written_period_;
  const std::int64_t guess = clock_s - period.offset_s;
  if (guess < period.begin_s + kNearChange_s || guess >= period.end_s - kNearChange_s) {
    TAGLINE_ASSIGN_OR_RETURN(period, storage::period_of_clock(clock_s, written_));
  }
  return clock_s - period.offset_s;
}

Result<engine::Day> DayClock::day_of(const WrittenTime& time) {
  if (!time.instant && (same_ || !time.timed)) {
    return static_cast<engine::Day>(floor_day(time.seconds));
  }
  std::int64_t instant = time.seconds;
  if (!time.instant) {
    TAGLINE_ASSIGN_OR_RETURN(instant, instant_of(time.seconds));
  }
  storage::ZonePeriod& period = database_period_;
  if (instant < period.begin_s || instant >= period.end_s) {
    TAGLINE_ASSIGN_OR_RETURN(period, storage::period_at(instant, database_));
  }
  return static_cast<engine::Day>(floor_day(instant + period.offset_s));
}

}  // namespace tagline::ingest
