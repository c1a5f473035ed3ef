// Person: a customer of the demo's shop: what the shop knows, and what moves them, which no column
// states but everything they do shows.
#pragma once

#include "cli/demo/calendar.h"
#include "cli/demo/chance.h"
#include "cli/demo/names.h"
#include "cli/demo/places.h"

#include <array>
#include <cstdint>

namespace tagline::cli::demo {

/// How somebody lives with the shop.
enum class Habit : std::uint8_t {
  Loyal,     ///< comes and buys all the time
  Steady,    ///< every few weeks
  Casual,    ///< for the sales
  Newcomer,  ///< registered this month
  Fading,    ///< was steady, comes less and less of late
  Lapsed,    ///< stopped coming
  Browser,   ///< looks and never buys
  Silent,    ///< registered, and that was it
};

struct Person {
  // What everybody has; whether the shop knows it is below.
  bool female = false;
  std::uint8_t age = 0;
  std::uint8_t birth_month = 1;
  const City* city = nullptr;
  bool parent = false;
  Occupation occupation = Occupation::Office;
  std::uint8_t phone = 0;  ///< of kPhoneNames
  // Of the account.
  engine::Day registered = 0;
  Channel channel = Channel::Organic;
  bool wechat = false;
  bool unsubscribed = false;
  bool employee = false;
  bool vip = false;
  // Known to the shop?
  bool knows_gender = false;
  bool knows_age = false;
  bool knows_birthday = false;
  bool knows_city = false;
  bool knows_occupation = false;
  bool knows_interests = false;
  bool knows_grade = false;  ///< was there when levels had letters
  // What moves them.
  Habit habit = Habit::Casual;
  std::uint8_t wealth = 0;  ///< 0 .. 3
  bool thrifty = false;     ///< waits for coupons
  engine::Day turn = 0;     ///< Fading: comes less from here on; Lapsed: not at all
  std::array<std::uint16_t, kCategories> taste{};  ///< weights of what they look at
  std::uint16_t interests = 0;                     ///< a bit a category
  std::uint8_t contents = 0;                       ///< a bit a name of kContentNames
  Platform platform = Platform::App;               ///< mostly
  std::uint8_t hour = 0;                           ///< mostly
  std::uint8_t payment = 0;                        ///< of kPaymentNames
};

/// The person draws from `chance` in a fixed order, so the same chance gives the same person.
[[nodiscard]] Person person_of(Chance& chance, const Calendar& calendar);

}  // namespace tagline::cli::demo
