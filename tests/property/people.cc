#include "tests/property/people.h"

#include <functional>

namespace tagline::tests {
namespace {

using Chance = std::function<bool(std::size_t)>;

/// One of the shapes a row may have.
Chance random_shape(std::size_t users, std::mt19937_64& random) {
  const auto percent = [&random](double share) {
    return [&random, share](std::size_t) {
      return std::uniform_real_distribution<>(0, 1)(random) < share;
    };
  };
  switch (random() % 7) {
    case 0:
      return percent(0.5);
    case 1:
      return percent(0.05);
    case 2:
      return percent(users > 100'000 ? 0.0005 : 0.01);
    case 3: {
      const std::size_t period = 1 + random() % (users / 3 + 2);
      return [period](std::size_t i) { return (i / period) % 2 == 0; };
    }
    case 4:
      return [](std::size_t i) { return i % 65536 == 0 || i % 65536 == 65535; };
    case 5:
      return [](std::size_t) { return false; };
    default:
      return [](std::size_t) { return true; };
  }
}

std::int64_t between(std::int64_t low, std::int64_t high, std::mt19937_64& random) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

void add_number(std::map<engine::RowKey, std::vector<std::uint32_t>>& rows, engine::FieldId field,
                std::uint32_t user, std::int64_t value) {
  rows[{field, engine::kExistsRow}].push_back(user);
  if (value < 0) {
    rows[{field, engine::kSignRow}].push_back(user);
  }
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  for (unsigned bit = 0; magnitude >> bit != 0; ++bit) {
    if ((magnitude >> bit & 1U) != 0) {
      rows[{field, engine::kFirstBitRow + bit}].push_back(user);
    }
  }
}

}  // namespace

std::string city_name(int city) {
  return city < 4 ? "t" + std::to_string(city) : city == 4 ? "north" : "south";
}

std::string interest_name(int interest) {
  return "i" + std::to_string(interest);
}

People random_people(std::size_t users, std::mt19937_64& random) {
  const Chance vip = random_shape(users, random);
  const Chance churn = random_shape(users, random);
  const Chance has_city = random_shape(users, random);
  const Chance has_score = random_shape(users, random);
  const Chance has_spend = random_shape(users, random);
  const Chance has_signup = random_shape(users, random);
  std::vector<Chance> interests;
  for (int i = 0; i < kInterests; ++i) {
    interests.push_back(random_shape(users, random));
  }
  const std::size_t city_run = random() % 2 == 0 ? 1 : 1 + random() % 100'000;
  People people(users);
  for (std::size_t i = 0; i < users; ++i) {
    Person& person = people[i];
    person.vip = vip(i);
    person.churn = churn(i);
    if (has_city(i)) {
      person.city = city_run == 1 ? static_cast<int>(random() % kCities)
                                  : static_cast<int>(i / city_run % kCities);
    }
    for (int k = 0; k < kInterests; ++k) {
      person.interests |=
          interests[static_cast<std::size_t>(k)](i) ? 1U << static_cast<unsigned>(k) : 0U;
    }
    if (has_score(i)) {
      person.score = between(-100, 100, random);
    }
    if (has_spend(i)) {
      person.spend = random() % 4 == 0 ? between(0, 100, random) : between(0, 1'000'000, random);
    }
    if (has_signup(i)) {
      person.signup = between(19'000, 19'889, random);  // up to the as-of day, 2024-06-15
    }
  }
  return people;
}

std::map<engine::RowKey, std::vector<std::uint32_t>> rows_of(const People& people) {
  std::map<engine::RowKey, std::vector<std::uint32_t>> rows;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto user = static_cast<std::uint32_t>(i);
    const Person& person = people[i];
    if (person.vip) {
      rows[{kVip, engine::kFlagRow}].push_back(user);
    }
    if (person.churn) {
      rows[{kChurn, engine::kFlagRow}].push_back(user);
    }
    if (person.city.has_value()) {
      rows[{kCity, engine::kExistsRow}].push_back(user);
      rows[{kCity, engine::kFirstValueRow + static_cast<engine::RowId>(*person.city)}].push_back(
          user);
    }
    if (person.interests != 0) {
      rows[{kInterest, engine::kExistsRow}].push_back(user);
    }
    for (unsigned k = 0; k < kInterests; ++k) {
      if ((person.interests >> k & 1U) != 0) {
        rows[{kInterest, engine::kFirstValueRow + k}].push_back(user);
      }
    }
    if (person.score.has_value()) {
      add_number(rows, kScore, user, *person.score);
    }
    if (person.spend.has_value()) {
      add_number(rows, kSpend, user, *person.spend);
    }
    if (person.signup.has_value()) {
      add_number(rows, kSignup, user, *person.signup);
    }
  }
  return rows;
}

}  // namespace tagline::tests
