// Traits lean on each other as they do in a real shop: income on the city and the trade, phones on
// income, children on age, tastes on all of them, the way somebody lives with the shop on how they
// came. Shares are rough figures of Chinese e-commerce, not statistics of anything.
#include "cli/demo/person.h"

#include <algorithm>
#include <span>

namespace tagline::cli::demo {
namespace {

template <class Weights>
std::size_t pick(Chance& chance, const Weights& weights) {
  return chance.pick(std::span<const typename Weights::value_type>(weights));
}

std::uint8_t age_of(Chance& chance) {
  struct Band {
    std::uint8_t first, last;
  };
  constexpr std::array<Band, 6> kBands = {Band{18, 24}, Band{25, 29}, Band{30, 34},
                                          Band{35, 44}, Band{45, 54}, Band{55, 72}};
  constexpr std::array<std::uint8_t, 6> kWeights = {20, 22, 19, 22, 11, 6};
  const Band band = kBands[pick(chance, kWeights)];
  return static_cast<std::uint8_t>(chance.between(band.first, band.last));
}

const City* city_of(Chance& chance) {
  constexpr std::array<std::uint8_t, 5> kTiers = {18, 25, 20, 21, 16};
  const auto among = cities_of(static_cast<Tier>(pick(chance, kTiers)));
  std::uint32_t sum = 0;
  for (const City& city : among) {
    sum += city.weight;
  }
  std::uint32_t at = chance.below(sum);
  const City* city = among.data();
  while (at >= city->weight) {
    at -= city->weight;
    ++city;
  }
  return city;
}

bool is_parent(Chance& chance, unsigned age) {
  return chance.percent(age < 23   ? 1
                        : age < 27 ? 9
                        : age < 31 ? 30
                        : age < 43 ? 58
                        : age < 56 ? 30
                                   : 6);
}

Occupation occupation_of(Chance& chance, const Person& person) {
  if (person.age < 23 && chance.percent(72)) {
    return Occupation::Student;
  }
  if (person.age >= 58 && chance.percent(75)) {
    return Occupation::Retired;
  }
  if (person.female && person.parent && chance.percent(16)) {
    return Occupation::Homemaker;
  }
  constexpr std::array<std::uint8_t, 5> kWeights = {42, 19, 14, 11, 14};  // Office .. Professional
  return static_cast<Occupation>(1 + pick(chance, kWeights));
}

std::uint8_t wealth_of(Chance& chance, const Person& person) {
  const bool large = person.city->tier <= Tier::NewTier1;
  std::int32_t points = chance.between(0, 100);
  points += large ? 22 : 0;
  points +=
      person.occupation == Occupation::Business || person.occupation == Occupation::Professional
          ? 22
          : 0;
  points -=
      person.occupation == Occupation::Student || person.occupation == Occupation::Worker ? 28 : 0;
  points += person.age >= 30 && person.age < 55 ? 10 : 0;
  return static_cast<std::uint8_t>(points < 35 ? 0 : points < 75 ? 1 : points < 108 ? 2 : 3);
}

std::uint8_t phone_of(Chance& chance, const Person& person) {
  using Weights = std::array<std::uint8_t, 7>;  // as kPhoneNames
  constexpr std::array<Weights, 4> kByWealth = {
      Weights{9, 13, 25, 17, 17, 13, 6}, Weights{19, 20, 18, 14, 14, 11, 4},
      Weights{34, 27, 12, 9, 9, 7, 2}, Weights{48, 32, 7, 4, 4, 4, 1}};
  return static_cast<std::uint8_t>(pick(chance, kByWealth[person.wealth]));
}

Habit habit_of(Chance& chance, Channel channel) {
  using Weights = std::array<std::uint8_t, 8>;  // as Habit
  constexpr Weights kUsual = {9, 21, 27, 7, 10, 14, 8, 4};
  constexpr Weights kByVideo = {4, 14, 34, 10, 13, 15, 7, 3};  // bought on a whim
  constexpr Weights kByFriend = {16, 29, 23, 6, 7, 9, 7, 3};
  return static_cast<Habit>(pick(chance, channel == Channel::Douyin     ? kByVideo
                                         : channel == Channel::Referral ? kByFriend
                                                                        : kUsual));
}

engine::Day registered_on(Chance& chance, Habit habit, engine::Day until) {
  constexpr std::int32_t kMonth = 30;
  constexpr std::int32_t kYears = 1'460;
  if (habit == Habit::Newcomer) {
    return until - chance.between(0, kMonth - 1);
  }
  // The shop grows: the later of two days.
  const std::int32_t ago = std::min(chance.between(0, kYears), chance.between(0, kYears));
  const std::int32_t least = habit == Habit::Lapsed || habit == Habit::Fading ? 150 : kMonth;
  return until - least - ago;
}

std::array<std::uint16_t, kCategories> taste_of(Chance& chance, const Person& person) {
  const bool young = person.age < 35;
  std::array<std::uint16_t, kCategories> taste = {
      static_cast<std::uint16_t>(person.female ? 40 : 6),
      static_cast<std::uint16_t>((person.female ? 34 : 13) + (young ? 8 : 0)),
      30,
      static_cast<std::uint16_t>(person.age >= 30 ? 26 : 12),
      static_cast<std::uint16_t>((person.female ? 11 : 25) - (person.age > 50 ? 6 : 0)),
      static_cast<std::uint16_t>(person.parent ? 52 : 2),
      static_cast<std::uint16_t>((person.female ? 9 : 30) + (young ? 6 : 0)),
      static_cast<std::uint16_t>(young && !person.parent ? 13 : 7)};
  for (std::uint16_t& weight : taste) {
    weight = static_cast<std::uint16_t>(weight * chance.between(1, 6));
  }
  return taste;
}

std::uint16_t interests_of(Chance& chance, std::array<std::uint16_t, kCategories>& taste) {
  std::uint16_t interests = 0;
  const std::int32_t picks = chance.between(1, 4);
  for (std::int32_t i = 0; i < picks; ++i) {
    const std::size_t loved = pick(chance, taste);
    interests = static_cast<std::uint16_t>(interests | (1U << loved));
  }
  for (std::size_t i = 0; i < kCategories; ++i) {
    taste[i] =
        static_cast<std::uint16_t>(taste[i] * ((unsigned{interests} >> i & 1U) != 0 ? 8 : 1));
  }
  return interests;
}

std::uint8_t hour_of(Chance& chance, const Person& person) {
  // Noon and the evening; students and the young are up late, retired people early.
  constexpr std::array<std::uint8_t, 24> kUsual = {3,  1,  1,  1,  1,  2,  4,  8,  11, 12, 12, 12,
                                                   24, 18, 12, 11, 11, 12, 16, 22, 34, 38, 28, 12};
  auto hour = static_cast<std::int32_t>(pick(chance, kUsual));
  hour += person.age < 25 ? 1 : person.age >= 58 ? -3 : 0;
  return static_cast<std::uint8_t>((hour + 24) % 24);
}

void draw_account(Chance& chance, const Calendar& calendar, Person& person) {
  constexpr std::array<std::uint8_t, 6> kYoung = {18, 18, 17, 31, 5, 11};  // as Channel
  constexpr std::array<std::uint8_t, 6> kOthers = {22, 19, 23, 12, 14, 10};
  person.channel = static_cast<Channel>(pick(chance, person.age < 35 ? kYoung : kOthers));
  person.habit = habit_of(chance, person.channel);
  person.registered = registered_on(chance, person.habit, calendar.until());
  person.wechat = chance.percent(person.channel == Channel::Wechat ? 96 : 61);
  person.unsubscribed = chance.percent(person.habit == Habit::Lapsed ? 15 : 6);
  person.employee = chance.below(1000) < 8;
  constexpr std::array<std::uint8_t, 8> kMembers = {46, 19, 5, 4, 13, 3, 1, 0};  // as Habit
  person.vip = chance.percent(kMembers[static_cast<std::size_t>(person.habit)]);
  if (person.habit == Habit::Fading) {
    person.turn = calendar.until() - chance.between(25, 75);
  } else if (person.habit == Habit::Lapsed) {
    person.turn = std::max(calendar.until() - chance.between(61, 340), person.registered + 1);
  }
  constexpr std::array<std::uint8_t, 3> kPlatforms = {58, 34, 8};  // as Platform
  constexpr std::array<std::uint8_t, 3> kOfWechat = {34, 62, 4};
  person.platform = static_cast<Platform>(
      pick(chance, person.channel == Channel::Wechat ? kOfWechat : kPlatforms));
}

}  // namespace

Person person_of(Chance& chance, const Calendar& calendar) {
  Person person;
  person.female = chance.percent(57);
  person.age = age_of(chance);
  person.birth_month = static_cast<std::uint8_t>(chance.between(1, 12));
  person.city = city_of(chance);
  person.parent = is_parent(chance, person.age);
  person.occupation = occupation_of(chance, person);
  person.wealth = wealth_of(chance, person);
  person.phone = phone_of(chance, person);
  draw_account(chance, calendar, person);
  person.thrifty = chance.percent(person.wealth == 0 ? 56 : person.wealth == 1 ? 34 : 14);
  person.taste = taste_of(chance, person);
  person.interests = interests_of(chance, person.taste);
  person.contents = static_cast<std::uint8_t>(
      (chance.percent(person.channel == Channel::Douyin ? 66 : 22) ? 1U : 0U) |
      (chance.percent(person.age < 35 ? 48 : 26) ? 2U : 0U) | (chance.percent(31) ? 4U : 0U));
  person.hour = hour_of(chance, person);
  using Weights = std::array<std::uint8_t, 4>;  // as kPaymentNames
  person.payment = static_cast<std::uint8_t>(
      pick(chance, person.age < 30 ? Weights{45, 36, 3, 16} : Weights{54, 33, 9, 4}));
  person.knows_gender = chance.percent(95);
  person.knows_age = chance.percent(89);
  person.knows_birthday = chance.percent(81);
  person.knows_city = chance.percent(94);
  person.knows_occupation = chance.percent(63);
  person.knows_interests = person.habit != Habit::Silent && chance.percent(90);
  person.knows_grade = calendar.until() - person.registered > 400;
  return person;
}

}  // namespace tagline::cli::demo
