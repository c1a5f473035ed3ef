// A day at a time: does the person come (by habit, season, and whether they came yesterday, for
// interest comes in bursts), what do they look at, does something go into the cart, is it bought,
// now or at a later visit, with a coupon, and does it come back. So carts lie before purchases,
// sales show in visits and in orders, and who drifts away does so in the events first.
#include "cli/demo/life.h"

#include <algorithm>
#include <array>
#include <span>

namespace tagline::cli::demo {
namespace {

/// Chances a day, of 65,536.
constexpr std::uint32_t kWhole = 65'536;

struct Manner {
  std::uint32_t visits = 0;  ///< of kWhole, on an ordinary day
  std::uint32_t carts = 0;   ///< percent of visits
  std::uint32_t buys = 0;    ///< percent of carts
};

// As Habit.
constexpr std::array<Manner, 8> kManners = {
    Manner{4'300, 62, 62}, Manner{1'750, 50, 55}, Manner{560, 42, 52}, Manner{5'200, 36, 46},
    Manner{2'300, 50, 55}, Manner{1'500, 42, 50}, Manner{1'100, 4, 0}, Manner{0, 0, 0}};

/// What is left of the visits of somebody who fades.
constexpr std::uint32_t kFadedPercent = 28;
/// Who came yesterday comes so many times as likely.
constexpr std::uint32_t kBurst = 4;
/// Days a cart is remembered.
constexpr std::uint16_t kCartDays = 10;

constexpr std::array<std::int32_t, kCategories> kPricesFen = {15'800, 16'900, 5'200,  11'900,
                                                              18'800, 13'600, 96'000, 8'800};

class Living {
 public:
  Living(Chance& chance, const Person& person, const Calendar& calendar, std::vector<Act>& acts)
      : chance_(chance), person_(person), days_(calendar.days()), acts_(acts) {}

  void run() {
    const Manner& manner = kManners[static_cast<std::size_t>(person_.habit)];
    const engine::Day first = days_.front().day;
    const auto begin = static_cast<std::size_t>(std::max(person_.registered - first, 0));
    bool came = false;
    for (std::size_t i = begin; i < days_.size(); ++i) {
      const bool joins = days_[i].day == person_.registered;
      const std::uint32_t draw = chance_.below(kWhole);
      came = joins || draw < visits_on(days_[i], manner, came);
      if (came) {
        visit(static_cast<std::uint16_t>(i), manner);
      }
      if (days_[i].messages.has_value()) {
        send(static_cast<std::uint16_t>(i), *days_[i].messages);
      }
    }
    win_back();
  }

 private:
  [[nodiscard]] std::uint32_t visits_on(const CalendarDay& day, const Manner& manner,
                                        bool came) const {
    std::uint32_t visits = manner.visits * day.visits / 256;
    if (person_.habit == Habit::Casual && day.sale.has_value()) {
      visits *= 2;  // they wait for it
    }
    if (day.day >= person_.turn && person_.turn != 0) {
      visits = person_.habit == Habit::Lapsed ? 0 : visits * kFadedPercent / 100;
    }
    return came ? std::min(visits * kBurst, kWhole * 6 / 10) : visits;
  }

  void add(std::uint16_t day, Event event, std::uint8_t key, std::uint16_t count = 1,
           std::int32_t amount_fen = 0) {
    acts_.push_back({day, event, key, count, amount_fen});
  }

  void visit(std::uint16_t day, const Manner& manner) {
    constexpr std::array<std::uint8_t, 4> kOpens = {62, 25, 9, 4};
    const auto opens =
        static_cast<std::uint16_t>(1 + chance_.pick(std::span<const std::uint8_t>(kOpens)));
    const bool elsewhere = chance_.percent(12);
    const Platform platform =
        elsewhere ? static_cast<Platform>(chance_.below(3)) : person_.platform;
    add(day, Event::AppOpen, static_cast<std::uint8_t>(platform), opens);
    look(day, manner);
  }

  void look(std::uint16_t day, const Manner& manner) {
    const std::uint32_t aisles = chance_.percent(28) ? 2 : chance_.percent(12) ? 0 : 1;
    std::uint8_t seen = kNoKey;
    for (std::uint32_t i = 0; i < aisles; ++i) {
      const auto category =
          static_cast<std::uint8_t>(chance_.pick(std::span<const std::uint16_t>(person_.taste)));
      if (category == seen) {
        continue;
      }
      seen = category;
      add(day, Event::View, category, static_cast<std::uint16_t>(chance_.between(1, 5)));
    }
    const bool sale = days_[day].sale.has_value();
    if (seen != kNoKey && chance_.percent(manner.carts)) {
      add(day, Event::AddToCart, seen, chance_.percent(20) ? 2 : 1);
      cart_ = seen;
      cart_day_ = day;
    }
    if (cart_ == kNoKey || day - cart_day_ > kCartDays) {
      return;
    }
    const bool today = cart_day_ == day;
    const std::uint32_t likely =
        manner.buys * days_[day].purchases / 256 * (today ? 100 : 70) / 100;
    // Who waits for coupons waits.
    const bool waits = person_.thrifty && !sale && chance_.percent(35);
    if (!waits && chance_.percent(std::min<std::uint32_t>(likely, 95))) {
      buy(day, cart_);
      cart_ = kNoKey;
    }
  }

  void buy(std::uint16_t day, std::uint8_t category) {
    // Most things cost less than the middle, some a multiple: the square of a fair draw.
    const std::int32_t draw = chance_.between(0, 100);
    const std::int64_t wealth = 62 + 36 * person_.wealth;
    std::int64_t fen = kPricesFen[category] * wealth / 100 * (35 + draw * draw / 50) / 100;
    fen = chance_.percent(6) ? fen * chance_.between(2, 5) : fen;  // a full basket
    if (const auto coupon = coupon_on(day); coupon.has_value()) {
      add(day, Event::UseCoupon, static_cast<std::uint8_t>(*coupon));
      fen = fen * 88 / 100;
    }
    fen = chance_.percent(70) ? fen / 100 * 100 - 10 : fen;  // 98.90 sells better
    const auto amount = static_cast<std::int32_t>(std::max<std::int64_t>(fen, 490));
    add(day, Event::Purchase, category, 1, amount);
    const bool fashion = category == static_cast<std::uint8_t>(Category::Fashion);
    const bool whim = person_.channel == Channel::Douyin;
    if (chance_.percent((fashion ? 10U : 4U) + (whim ? 5U : 0U))) {
      const std::size_t back = day + static_cast<std::size_t>(chance_.between(1, 9));
      const std::int32_t returned = chance_.percent(75) ? amount : amount / 2;
      if (back < days_.size()) {
        add(static_cast<std::uint16_t>(back), Event::Refund, category, 1, -returned);
      }
    }
  }

  std::optional<Campaign> coupon_on(std::uint16_t day) {
    const CalendarDay& date = days_[day];
    const std::uint32_t likely = (person_.thrifty ? 58U : 14U) + (date.sale.has_value() ? 22U : 0U);
    if (!chance_.percent(likely)) {
      return std::nullopt;
    }
    if (date.sale.has_value()) {
      return date.sale;
    }
    if (date.day - person_.registered < 30) {
      return Campaign::Newcomer;
    }
    return date.month == person_.birth_month ? Campaign::Birthday : Campaign::Weekly;
  }

  void send(std::uint16_t day, Campaign campaign) {
    if (person_.unsubscribed || person_.channel == Channel::Store ||
        !chance_.percent(campaign == Campaign::Weekly ? 35 : 80)) {
      return;
    }
    add(day, Event::Push, static_cast<std::uint8_t>(campaign));
    constexpr std::array<std::uint8_t, 8> kOpened = {41, 24, 14, 33, 9, 3, 12, 1};  // as Habit
    if (chance_.percent(kOpened[static_cast<std::size_t>(person_.habit)])) {
      add(day, Event::PushOpen, static_cast<std::uint8_t>(campaign));
    }
  }

  /// Some of those who stopped coming are written to.
  void win_back() {
    if (person_.habit != Habit::Lapsed || person_.unsubscribed || days_.size() < 21 ||
        !chance_.percent(45)) {
      return;
    }
    const auto day = static_cast<std::uint16_t>(days_.size() - 1 - chance_.below(20));
    if (days_[day].day >= person_.registered) {
      add(day, Event::Push, static_cast<std::uint8_t>(Campaign::Winback));
    }
  }

  Chance& chance_;
  const Person& person_;
  const std::vector<CalendarDay>& days_;
  std::vector<Act>& acts_;
  std::uint8_t cart_ = kNoKey;  ///< what lies in the cart
  std::uint16_t cart_day_ = 0;
};

}  // namespace

void live(Chance& chance, const Person& person, const Calendar& calendar, std::vector<Act>& acts) {
  acts.clear();
  Living(chance, person, calendar, acts).run();
}

}  // namespace tagline::cli::demo
