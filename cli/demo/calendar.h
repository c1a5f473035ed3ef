// Calendar: the days of the demo's events, and how busy each is in a Chinese shop.
#pragma once

#include "cli/demo/names.h"
#include "engine/events.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::cli::demo {

struct CalendarDay {
  engine::Day day = 0;
  std::uint16_t visits = 0;          ///< how likely a visit is, beside an ordinary day's 256
  std::uint16_t purchases = 0;       ///< how likely a visitor is to buy, likewise
  std::uint8_t month = 0;            ///< 1..12
  std::optional<Campaign> sale;      ///< the sale that is on
  std::optional<Campaign> messages;  ///< the campaign whose messages go out
  std::string text;                  ///< "2024-06-15"
};

class Calendar {
 public:
  /// `days` days, the last of them `until`. REQUIRES: days > 0.
  Calendar(engine::Day until, std::uint32_t days);

  [[nodiscard]] const std::vector<CalendarDay>& days() const { return days_; }
  [[nodiscard]] engine::Day first() const { return days_.front().day; }
  [[nodiscard]] engine::Day until() const { return days_.back().day; }

 private:
  std::vector<CalendarDay> days_;
};

}  // namespace tagline::cli::demo
