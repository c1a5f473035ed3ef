#include "ingest/time_format.h"

#include "ingest/text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

namespace tagline::ingest {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::string_view kIso = "iso8601";
/// The first and the last second of the years 1 to 9999.
constexpr std::int64_t kFirstSecond = -62'135'596'800;
constexpr std::int64_t kLastSecond = 253'402'300'799;
constexpr std::int64_t kOffsetMax = std::int64_t{18} * 3600;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Reads `least` to `most` digits; `most` is at most 18.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t least,
                                        std::size_t most) {
  std::int64_t value = 0;
  std::size_t count = 0;
  while (count < most && count < text.size() && is_digit(text[count])) {
    value = value * 10 + (text[count] - '0');
    ++count;
  }
  if (count < least) {
    return std::nullopt;
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// Drops ".123" or ",123" when digits follow the mark. Says whether any digit was not 0.
bool drop_fraction(std::string_view& text) {
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || !is_digit(text[1])) {
    return false;
  }
  bool some = false;
  std::size_t at = 1;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    some = some || text[at] != '0';
  }
  text.remove_prefix(at);
  return some;
}

std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) {
    return 0;
  }
  if (text.empty() || (text.front() != '+' && text.front() != '-')) {
    return std::nullopt;
  }
  const bool west = text.front() == '-';
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, 2);
  if (!hours.has_value()) {
    return std::nullopt;
  }
  std::int64_t seconds = *hours * 3600;
  const bool colon = text.size() > 1 && text[0] == ':' && is_digit(text[1]);
  if (colon || (!text.empty() && is_digit(text.front()))) {
    text.remove_prefix(colon ? 1 : 0);
    const auto minutes = take_number(text, 2, 2);
    if (!minutes.has_value() || *minutes > 59) {
      return std::nullopt;
    }
    seconds += *minutes * 60;
  }
  if (seconds > kOffsetMax) {
    return std::nullopt;
  }
  return west ? -seconds : seconds;
}

std::optional<std::int64_t> take_month_name(std::string_view& text) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  const std::string lower = to_lower_ascii(text.substr(0, kMonths[8].size()));
  const std::string_view view = lower;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    const std::string_view name = kMonths[i];
    for (const std::size_t length : {name.size(), std::size_t{3}}) {
      if (view.substr(0, length) == name.substr(0, length)) {
        text.remove_prefix(length);
        return static_cast<std::int64_t>(i) + 1;
      }
    }
  }
  return std::nullopt;
}

/// What has been read of a text.
struct Fields {
  std::int64_t year = 1970;
  std::int64_t month = 1;
  std::int64_t day = 1;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::optional<std::int64_t> hour_of_half;  ///< %I
  bool afternoon = false;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> epoch_s;
};

/// Seconds (or thousandths) since 1970, rounded down.
std::optional<std::int64_t> take_epoch(std::string_view& text, std::int64_t unit) {
  const bool negative = take(text, '-');
  auto value = take_number(text, 1, 16);
  if (!value.has_value()) {
    return std::nullopt;
  }
  const bool fraction = unit == 1 && drop_fraction(text);
  const std::int64_t whole = *value / unit;
  const bool below = fraction || *value % unit != 0;
  return negative ? -whole - (below ? 1 : 0) : whole;
}

bool take_half(std::string_view& text, Fields& fields) {
  const std::string half = to_lower_ascii(text.substr(0, 2));
  fields.afternoon = half == "pm";
  if (half != "am" && half != "pm") {
    return false;
  }
  text.remove_prefix(2);
  return true;
}

/// Reads what one directive stands for.
bool take_field(std::string_view& text, char directive, bool full, Fields& fields) {
  const auto number = [&](std::int64_t& into, std::size_t digits) {
    const bool exact = full || digits == 4;
    const auto value = take_number(text, exact ? digits : 1, digits);
    into = value.value_or(0);
    return value.has_value();
  };
  switch (directive) {
    case 'Y':
      return number(fields.year, 4);
    case 'y':
      full = true;
      if (!number(fields.year, 2)) {
        return false;
      }
      fields.year += fields.year < 69 ? 2000 : 1900;  // the pivot of POSIX
      return true;
    case 'm':
      return number(fields.month, 2);
    case 'b':
      fields.month = take_month_name(text).value_or(0);
      return fields.month != 0;
    case 'd':
      return number(fields.day, 2);
    case 'H':
      return number(fields.hour, 2);
    case 'I':
      fields.hour_of_half = 0;
      return number(*fields.hour_of_half, 2);
    case 'p':
      return take_half(text, fields);
    case 'M':
      return number(fields.minute, 2);
    case 'S':
      if (!number(fields.second, 2)) {
        return false;
      }
      drop_fraction(text);
      return true;
    case 'z':
      fields.offset = take_offset(text);
      return fields.offset.has_value();
    case 's':
      fields.epoch_s = take_epoch(text, 1);
      return fields.epoch_s.has_value();
    case 'Q':
      fields.epoch_s = take_epoch(text, 1000);
      return fields.epoch_s.has_value();
    default:
      return false;
  }
}

std::optional<std::int64_t> seconds_of(Fields fields) {
  if (fields.hour_of_half.has_value()) {
    if (*fields.hour_of_half < 1 || *fields.hour_of_half > 12) {
      return std::nullopt;
    }
    fields.hour = *fields.hour_of_half % 12 + (fields.afternoon ? 12 : 0);
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(fields.year)),
                                         std::chrono::month(static_cast<unsigned>(fields.month)),
                                         std::chrono::day(static_cast<unsigned>(fields.day))};
  if (fields.year < 1 || !date.ok() || fields.hour > 23 || fields.minute > 59 ||
      fields.second > 60) {
    return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * kDaySeconds + fields.hour * 3600 + fields.minute * 60 +
         std::min<std::int64_t>(fields.second, 59);
}

std::optional<WrittenTime> finish(const Fields& fields, bool timed) {
  WrittenTime time{0, fields.offset.has_value() || fields.epoch_s.has_value(), timed};
  const auto seconds = fields.epoch_s.has_value() ? fields.epoch_s : seconds_of(fields);
  if (!seconds.has_value()) {
    return std::nullopt;
  }
  time.seconds = *seconds - fields.offset.value_or(0);
  if (time.seconds < kFirstSecond || time.seconds > kLastSecond) {
    return std::nullopt;
  }
  return time;
}

/// The extended form of ISO 8601, a space instead of T allowed as in RFC 3339.
std::optional<WrittenTime> parse_iso(std::string_view text) {
  Fields fields;
  const auto number = [&](std::int64_t& into, std::size_t digits) {
    const auto value = take_number(text, digits, digits);
    into = value.value_or(0);
    return value.has_value();
  };
  if (!number(fields.year, 4) || !take(text, '-') || !number(fields.month, 2) || !take(text, '-') ||
      !number(fields.day, 2)) {
    return std::nullopt;
  }
  if (text.empty()) {
    return finish(fields, false);
  }
  if ((!take(text, 'T') && !take(text, ' ') && !take(text, 't')) || !number(fields.hour, 2) ||
      !take(text, ':') || !number(fields.minute, 2)) {
    return std::nullopt;
  }
  if (take(text, ':')) {
    if (!number(fields.second, 2)) {
      return std::nullopt;
    }
    drop_fraction(text);
  }
  take(text, ' ');
  if (!text.empty()) {
    fields.offset = take_offset(text);
    if (!fields.offset.has_value() || !text.empty()) {
      return std::nullopt;
    }
  }
  return finish(fields, true);
}

tl::unexpected<Error> bad(const std::string& en, const std::string& zh) {
  return failure(
      ErrorCode::BadSchema, {"the time format " + en, "时间格式" + zh},
      {"use one such as \"%Y-%m-%d %H:%M:%S\", \"%m/%d/%y %H:%M\", \"iso8601\", or "
       "\"%s\" for seconds since 1970",
       "可用格式如 \"%Y-%m-%d %H:%M:%S\"、\"%m/%d/%y %H:%M\"、\"iso8601\"，或 \"%s\"（自 "
       "1970 年起的秒数）"});
}

/// Directives that stand for digits only, so that a number before them must be complete.
constexpr std::string_view kNumbers = "YymdHIMSsQ";
constexpr std::string_view kDirectives = "YymdbHIpMSzsQ";

}  // namespace

std::optional<std::int64_t> parse_offset(std::string_view text) {
  const auto offset = take_offset(text);
  return text.empty() ? offset : std::nullopt;
}

Status TimeFormat::add(char directive) {
  const std::string name = std::string("%") + directive;
  if (kDirectives.find(directive) == std::string_view::npos) {
    return bad("has the unknown directive " + excerpt(name), "中有未知的 " + excerpt(name));
  }
  if (directives_.find(directive) != std::string::npos) {
    return bad("has " + name + " twice", "中 " + name + " 出现了两次");
  }
  directives_ += directive;
  if (!steps_.empty() && steps_.back().directive != 0 &&
      kNumbers.find(directive) != std::string_view::npos) {
    steps_.back().full = true;
  }
  steps_.push_back({directive, 0, false});
  return {};
}

Result<TimeFormat> TimeFormat::make(std::string_view format) {
  TimeFormat made;
  if (format == kIso) {
    made.iso_ = made.timed_ = true;
    return made;
  }
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c != '%') {
      made.steps_.push_back({is_blank(c) ? ' ' : '\0', c, false});
      continue;
    }
    const char directive = ++i < format.size() ? format[i] : '\0';
    const std::string_view whole = directive == 'F'   ? "Y-m-d"
                                   : directive == 'T' ? "H:M:S"
                                   : directive == 'R' ? "H:M"
                                                      : "";
    if (directive == '%') {
      made.steps_.push_back({0, '%', false});
    } else if (whole.empty()) {
      TAGLINE_RETURN_IF_ERROR(made.add(directive));
    }
    for (const char part : whole) {
      if (part == '-' || part == ':') {
        made.steps_.push_back({0, part, false});
      } else {
        TAGLINE_RETURN_IF_ERROR(made.add(part));
      }
    }
  }
  const auto has = [&](char directive) {
    return made.directives_.find(directive) != std::string::npos;
  };
  const bool epoch = has('s') || has('Q');
  if (epoch && made.directives_.size() > 1) {
    return bad("has %s or %Q beside other directives", "中 %s 或 %Q 与其他指令同时出现");
  }
  if (!epoch && (has('Y') == has('y') || has('m') == has('b') || !has('d'))) {
    return bad("does not say year, month and day once each", "应恰好各含一次年、月、日");
  }
  if (has('I') != has('p') || (has('H') && has('I'))) {
    return bad("needs %H, or %I and %p together", "应使用 %H，或同时使用 %I 和 %p");
  }
  made.timed_ = epoch || has('H') || has('I');
  made.instant_ = epoch || has('z');
  if (!made.timed_ && (has('M') || has('S') || has('z'))) {
    return bad("has minutes, seconds or an offset without hours", "有分、秒或时差，却没有小时");
  }
  return made;
}

std::optional<WrittenTime> TimeFormat::parse(std::string_view text) const {
  if (iso_) {
    return parse_iso(text);
  }
  Fields fields;
  for (const Step& step : steps_) {
    if (step.directive == ' ') {
      while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
      }
    } else if (step.directive == 0 ? !take(text, step.literal)
                                   : !take_field(text, step.directive, step.full, fields)) {
      return std::nullopt;
    }
  }
  return text.empty() ? finish(fields, timed_) : std::nullopt;
}

}  // namespace tagline::ingest
