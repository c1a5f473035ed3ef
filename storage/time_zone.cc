#include "storage/time_zone.h"

#include <date/tz.h>
#include <exception>

namespace tagline::storage {

namespace {

/// The tz library throws, for an unknown name and for a missing tz database; nobody above this file
/// sees that.
Result<const date::time_zone*> find_zone(std::string_view zone) {
  try {
    return date::locate_zone(zone);
  } catch (const std::exception&) {
    const std::string name(zone);
    return failure(
        ErrorCode::BadInput,
        {"unknown time zone \"" + name + "\", expected an IANA name",
         "未知时区 \"" + name + "\"，应为 IANA 时区名"},
        {"use a name such as \"Asia/Shanghai\" or \"UTC\" (package tzdata must be installed)",
         "请使用 \"Asia/Shanghai\" 或 \"UTC\" 等名称（须安装 tzdata）"});
  }
}

tl::unexpected<Error> rules_failure(std::string_view zone, const std::exception& thrown) {
  const std::string what =
      std::string("time zone rules of \"") + std::string(zone) + "\": " + thrown.what();
  return failure(ErrorCode::System, {what, what});
}

ZonePeriod period_of(const date::sys_info& info) {
  return {info.begin.time_since_epoch().count(), info.end.time_since_epoch().count(),
          info.offset.count()};
}

}  // namespace

Status check_time_zone(std::string_view zone) {
  TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const date::time_zone* found, find_zone(zone));
  return {};
}

Result<std::chrono::sys_days> day_in_zone(std::chrono::system_clock::time_point instant,
                                          std::string_view zone) {
  TAGLINE_ASSIGN_OR_RETURN(const date::time_zone* found, find_zone(zone));
  try {
    const auto local = found->to_local(std::chrono::floor<std::chrono::seconds>(instant));
    const auto day = std::chrono::floor<date::days>(local);
    return std::chrono::sys_days(std::chrono::days(day.time_since_epoch().count()));
  } catch (const std::exception& thrown) {
    return rules_failure(zone, thrown);
  }
}

Result<ZonePeriod> period_at(std::int64_t instant_s, std::string_view zone) {
  TAGLINE_ASSIGN_OR_RETURN(const date::time_zone* found, find_zone(zone));
  try {
    return period_of(found->get_info(date::sys_seconds(std::chrono::seconds(instant_s))));
  } catch (const std::exception& thrown) {
    return rules_failure(zone, thrown);
  }
}

Result<ZonePeriod> period_of_clock(std::int64_t clock_s, std::string_view zone) {
  TAGLINE_ASSIGN_OR_RETURN(const date::time_zone* found, find_zone(zone));
  try {
    // `first` is the only period of an unambiguous reading, and the one before the change
    // otherwise.
    return period_of(found->get_info(date::local_seconds(std::chrono::seconds(clock_s))).first);
  } catch (const std::exception& thrown) {
    return rules_failure(zone, thrown);
  }
}

}  // namespace tagline::storage
