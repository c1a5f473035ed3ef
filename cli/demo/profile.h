// Profile: what the shop's tags say of a person, computed from what the person did.
#pragma once

#include "cli/demo/calendar.h"
#include "cli/demo/chance.h"
#include "cli/demo/life.h"
#include "cli/demo/person.h"

#include <cstdint>
#include <optional>
#include <span>

namespace tagline::cli::demo {

/// Figures are over all days of the calendar unless they say otherwise.
struct Profile {
  std::uint32_t visits = 0;       ///< openings of the app
  std::uint32_t active_days = 0;  ///< of the last 30, those with a visit
  std::optional<engine::Day> last_visit;
  std::optional<Category> favourite;  ///< looked at most
  std::uint32_t orders = 0;
  std::int64_t spend_fen = 0;
  std::optional<engine::Day> last_purchase;
  std::optional<Category> last_category;
  std::uint32_t coupons = 0;
  std::uint32_t refunds = 0;
  std::uint8_t price_band = 0;  ///< of kPriceBandNames, of buyers
  Level level = Level::Regular;
  std::uint32_t points = 0;
  Stage stage = Stage::New;
  std::optional<std::uint32_t> churn_score;  ///< hundredths; of people there is enough to go by
  bool churn_risk = false;
};

[[nodiscard]] Profile profile_of(Chance& chance, const Person& person, const Calendar& calendar,
                                 std::span<const Act> acts);

}  // namespace tagline::cli::demo
