// The tags agree with the events because they are counted from them. The churn score is what a
// simple model would make of the same events: silence, a rhythm that slows, refunds and coupons
// speak for leaving, membership against it.
#include "cli/demo/profile.h"

#include <algorithm>
#include <array>

namespace tagline::cli::demo {
namespace {

constexpr std::int32_t kMonth = 30;
/// Days before the last month that a rhythm is taken from.
constexpr std::int32_t kRhythmDays = 90;
constexpr std::int32_t kActiveDays = 60;
constexpr std::int32_t kLostDays = 180;
constexpr std::int64_t kYuan = 100;
constexpr std::int32_t kRiskFrom = 50;

struct Rhythm {
  std::int32_t lately = 0;  ///< days with a visit in the last month
  std::int32_t before = 0;  ///< and in kRhythmDays before it
};

Stage stage_of(const Profile& profile, const Person& person, engine::Day until) {
  if (until - person.registered < kMonth) {
    return Stage::New;
  }
  const std::int32_t idle =
      profile.last_visit.has_value() ? until - *profile.last_visit : kLostDays + 1;
  if (idle > kLostDays) {
    return Stage::Lost;
  }
  if (idle > kActiveDays) {
    return Stage::Dormant;
  }
  return profile.orders >= 3 ? Stage::Mature : Stage::Growing;
}

std::int32_t risk_points(const Profile& profile, const Person& person, const Rhythm& rhythm,
                         engine::Day until) {
  const std::int32_t idle = until - *profile.last_visit;
  std::int32_t points = 15 + std::min(idle, 80) * 22 / 80;
  points += rhythm.before >= 3 && rhythm.lately * 6 < rhythm.before ? 12 : 0;
  points += profile.refunds > 0 ? 17 : 0;
  points += profile.orders > 0 && profile.coupons * 2 > profile.orders ? 12 : 0;
  points += person.thrifty ? 8 : 0;
  points += person.channel == Channel::Douyin ? 16 : person.channel == Channel::Referral ? -8 : 0;
  points -= person.vip ? 14 : 0;
  points -= profile.level == Level::Platinum ? 9 : profile.level == Level::Gold ? 5 : 0;
  points -= person.wechat ? 5 : 0;
  return points;
}

void count(const Calendar& calendar, std::span<const Act> acts, Profile& profile, Rhythm& rhythm) {
  std::array<std::uint32_t, kCategories> views{};
  const engine::Day until = calendar.until();
  for (const Act& act : acts) {
    const engine::Day day = calendar.first() + act.day;
    switch (act.event) {
      case Event::AppOpen:  // one act a day
        profile.visits += act.count;
        profile.last_visit = std::max(profile.last_visit.value_or(day), day);
        rhythm.lately += until - day < kMonth ? 1 : 0;
        rhythm.before += until - day >= kMonth && until - day < kMonth + kRhythmDays ? 1 : 0;
        break;
      case Event::View:
        views[act.key] += act.count;
        break;
      case Event::Purchase:
        ++profile.orders;
        profile.spend_fen += act.amount_fen;
        profile.last_purchase = day;  // in order of days
        profile.last_category = static_cast<Category>(act.key);
        break;
      case Event::Refund:
        ++profile.refunds;
        break;
      case Event::UseCoupon:
        ++profile.coupons;
        break;
      case Event::AddToCart:
      case Event::Push:
      case Event::PushOpen:
        break;
    }
  }
  profile.active_days = static_cast<std::uint32_t>(rhythm.lately);
  const auto most = std::max_element(views.begin(), views.end());
  if (*most > 0) {
    profile.favourite = static_cast<Category>(most - views.begin());
  }
}

}  // namespace

Profile profile_of(Chance& chance, const Person& person, const Calendar& calendar,
                   std::span<const Act> acts) {
  Profile profile;
  Rhythm rhythm;
  count(calendar, acts, profile, rhythm);
  const std::int64_t average = profile.orders == 0 ? 0 : profile.spend_fen / profile.orders;
  profile.price_band = average < 90 * kYuan ? 0 : average < 260 * kYuan ? 1 : 2;
  profile.level = profile.spend_fen >= 6'000 * kYuan   ? Level::Platinum
                  : profile.spend_fen >= 2'400 * kYuan ? Level::Gold
                  : profile.spend_fen >= 600 * kYuan   ? Level::Silver
                                                       : Level::Regular;
  profile.points = static_cast<std::uint32_t>(profile.spend_fen / kYuan) + profile.visits * 2;
  profile.stage = stage_of(profile, person, calendar.until());
  const std::int32_t luck = chance.between(0, 26);
  const bool gone = profile.stage == Stage::Lost;
  if (!gone && profile.last_visit.has_value() && (profile.orders > 0 || profile.visits >= 3)) {
    const std::int32_t points =
        std::clamp(luck + risk_points(profile, person, rhythm, calendar.until()), 1, 99);
    profile.churn_score = static_cast<std::uint32_t>(points);
    profile.churn_risk = points >= kRiskFrom;
  }
  return profile;
}

}  // namespace tagline::cli::demo
