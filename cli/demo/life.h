// life: what a person did, day by day.
#pragma once

#include "cli/demo/calendar.h"
#include "cli/demo/chance.h"
#include "cli/demo/person.h"

#include <cstdint>
#include <vector>

namespace tagline::cli::demo {

/// No key: the event has none.
inline constexpr std::uint8_t kNoKey = 0xFF;

struct Act {
  std::uint16_t day = 0;  ///< index into the calendar
  Event event = Event::AppOpen;
  std::uint8_t key = kNoKey;  ///< Category, Campaign or Platform, as the event has it
  std::uint16_t count = 1;
  std::int32_t amount_fen = 0;  ///< Purchase; Refund: negative
};

/// Replaces `acts` by all the person did within the calendar. Carts come before the purchases they
/// lead to, purchases before their refunds; a day's acts need not be together. The same chance
/// gives the same life. Cost: a draw a day, some more a visit.
void live(Chance& chance, const Person& person, const Calendar& calendar, std::vector<Act>& acts);

}  // namespace tagline::cli::demo
