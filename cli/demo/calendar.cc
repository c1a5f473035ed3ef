// Weeks and seasons of a shop: weekends are busier, the two great sales (18 June, 11 November)
// build up over days and end with a peak, some single days are sales of their own, and the month of
// the Spring Festival is quiet.
#include "cli/demo/calendar.h"

#include "ingest/day.h"

#include <chrono>

namespace tagline::cli::demo {
namespace {

constexpr std::uint32_t kOrdinary = 256;

struct Season {
  std::uint32_t visits = 100;  ///< percent
  std::uint32_t purchases = 100;
  std::optional<Campaign> sale;
};

Season season_of(unsigned month, unsigned day) {
  if (month == 6 && day <= 20) {
    return day >= 16 && day <= 18 ? Season{220, 170, Campaign::Midyear}
                                  : Season{135, 120, Campaign::Midyear};
  }
  if (month == 11 && day <= 12) {
    return day >= 10 && day <= 11 ? Season{280, 190, Campaign::Double11}
                                  : Season{145, 115, Campaign::Double11};
  }
  if ((month == 12 && day >= 10 && day <= 12) || (month == 3 && day >= 6 && day <= 8)) {
    return {150, 130, std::nullopt};
  }
  if (month == 2) {
    return {80, 95, std::nullopt};
  }
  return {};
}

}  // namespace

Calendar::Calendar(engine::Day until, std::uint32_t days) {
  days_.reserve(days);
  for (std::uint32_t back = days; back-- > 0;) {
    CalendarDay day;
    day.day = until - static_cast<engine::Day>(back);
    const std::chrono::sys_days date{std::chrono::days(day.day)};
    const std::chrono::year_month_day parts{date};
    const unsigned weekday = std::chrono::weekday(date).iso_encoding();
    const auto month = static_cast<unsigned>(parts.month());
    const auto number = static_cast<unsigned>(parts.day());
    const Season season = season_of(month, number);
    const std::uint32_t week = weekday >= 6 ? 122 : weekday == 5 ? 103 : 94;
    day.visits = static_cast<std::uint16_t>(kOrdinary * season.visits * week / 10'000);
    day.purchases = static_cast<std::uint16_t>(kOrdinary * season.purchases / 100);
    day.month = static_cast<std::uint8_t>(month);
    day.sale = season.sale;
    if (month == 6 && (number == 1 || number == 16)) {
      day.messages = Campaign::Midyear;
    } else if (month == 11 && (number == 1 || number == 10)) {
      day.messages = Campaign::Double11;
    } else if (weekday == 4 && back < 28) {  // who keeps a year of newsletters
      day.messages = Campaign::Weekly;
    }
    day.text = ingest::day_text(day.day);
    days_.push_back(std::move(day));
  }
}

}  // namespace tagline::cli::demo
