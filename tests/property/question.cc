#include "tests/property/question.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

namespace tagline::tests {
namespace {

using Random = std::mt19937_64;

std::int64_t between(std::int64_t low, std::int64_t high, Random& random) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

template <class... Choices>
std::string one_of(Random& random, Choices... choices) {
  const char* all[] = {choices...};
  return all[random() % sizeof...(choices)];
}

Question leaf(std::string text, std::function<bool(const Person&)> holds) {
  Question question;
  question.leaf = std::move(text);
  question.holds = std::move(holds);
  return question;
}

Question flag_question(Random& random) {
  if (random() % 2 == 0) {
    return leaf(one_of(random, "vip", "VIP", "会员"), [](const Person& p) { return p.vip; });
  }
  return leaf(one_of(random, "churn", "流失"), [](const Person& p) { return p.churn; });
}

Question city_question(Random& random) {
  const std::string name = one_of(random, "city", "城市", "City");
  const int a = static_cast<int>(random() % kCities);
  const int b = static_cast<int>(random() % kCities);
  switch (random() % 6) {
    case 0:
      return leaf(name + ":" + city_name(a), [a](const Person& p) { return p.city == a; });
    case 1:
      return leaf(name + ":(" + city_name(a) + ", " + city_name(b) + ")",
                  [a, b](const Person& p) { return p.city == a || p.city == b; });
    case 2:
      return leaf(name + " != " + city_name(a),
                  [a](const Person& p) { return p.city.has_value() && p.city != a; });
    case 3:
      return leaf(name + ":*", [](const Person& p) { return p.city.has_value(); });
    case 4:
      return leaf(name + ":t*", [](const Person& p) { return p.city.has_value() && *p.city < 4; });
    default:
      return leaf(name + ":*th",
                  [](const Person& p) { return p.city.has_value() && *p.city >= 4; });
  }
}

Question interest_question(Random& random) {
  const auto a = static_cast<unsigned>(random() % kInterests);
  const auto b = static_cast<unsigned>(random() % kInterests);
  const auto has = [](const Person& p, unsigned i) { return (p.interests >> i & 1U) != 0; };
  const std::string first = interest_name(static_cast<int>(a));
  const std::string second = interest_name(static_cast<int>(b));
  switch (random() % 4) {
    case 0:
      return leaf("interest:" + first, [=](const Person& p) { return has(p, a); });
    case 1:
      return leaf("兴趣：（" + first + "，" + second + "）",
                  [=](const Person& p) { return has(p, a) || has(p, b); });
    case 2:
      return leaf("interest != (" + first + ", " + second + ")",
                  [=](const Person& p) { return p.interests != 0 && !has(p, a) && !has(p, b); });
    default:
      return leaf("interest:*", [](const Person& p) { return p.interests != 0; });
  }
}

/// A comparison of a number with a bound; `text` is how the bound is written.
Question comparison(const std::string& name, std::optional<std::int64_t> Person::*member,
                    std::int64_t bound, const std::string& text, Random& random) {
  const auto compare = [member](std::function<bool(std::int64_t)> test) {
    return [member, test = std::move(test)](const Person& p) {
      return (p.*member).has_value() && test(*(p.*member));
    };
  };
  switch (random() % 6) {
    case 0:
      return leaf(name + " >= " + text, compare([=](std::int64_t v) { return v >= bound; }));
    case 1:
      return leaf(name + " ≤ " + text, compare([=](std::int64_t v) { return v <= bound; }));
    case 2:
      return leaf(name + ":>" + text, compare([=](std::int64_t v) { return v > bound; }));
    case 3:
      return leaf(name + "<" + text, compare([=](std::int64_t v) { return v < bound; }));
    case 4:
      return leaf(name + ":" + text, compare([=](std::int64_t v) { return v == bound; }));
    default:
      return leaf(name + " != " + text, compare([=](std::int64_t v) { return v != bound; }));
  }
}

Question score_question(Random& random) {
  std::int64_t low = between(-100, 100, random);
  std::int64_t high = between(-100, 100, random);
  if (random() % 2 == 0) {
    return comparison("score", &Person::score, low, std::to_string(low), random);
  }
  if (low > high) {
    std::swap(low, high);
  }
  switch (random() % 4) {
    case 0:
      return leaf("score:" + std::to_string(low) + "..",
                  [=](const Person& p) { return p.score.has_value() && *p.score >= low; });
    case 1:
      return leaf("score:.." + std::to_string(high),
                  [=](const Person& p) { return p.score.has_value() && *p.score <= high; });
    case 2:
      return leaf("score:*", [](const Person& p) { return p.score.has_value(); });
    default:
      return leaf("score:" + std::to_string(low) + ".." + std::to_string(high),
                  [=](const Person& p) {
                    return p.score.has_value() && *p.score >= low && *p.score <= high;
                  });
  }
}

std::string hundredths(std::int64_t value) {
  const std::string cents = std::to_string(value % 100);
  return std::to_string(value / 100) + "." + (cents.size() == 1 ? "0" : "") + cents;
}

Question spend_question(Random& random) {
  const std::int64_t low = between(0, 1'000'000, random);
  const std::int64_t high = between(low, 1'000'000, random);
  switch (random() % 4) {
    case 0:
      return comparison("spend", &Person::spend, low, hundredths(low), random);
    case 1:
      return leaf("消费：" + hundredths(low) + "-" + hundredths(high), [=](const Person& p) {
        return p.spend.has_value() && *p.spend >= low && *p.spend <= high;
      });
    case 2: {
      // Finer than the tag's scale: low.005 lies between two storable values.
      return leaf("spend > " + hundredths(low) + "5",
                  [=](const Person& p) { return p.spend.has_value() && *p.spend > low; });
    }
    default:
      return leaf("spend < " + hundredths(low) + "5",
                  [=](const Person& p) { return p.spend.has_value() && *p.spend <= low; });
  }
}

std::string day(std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day()));
}

Question signup_question(Random& random) {
  const auto within = [](std::int64_t low, std::int64_t high) {
    return [=](const Person& p) {
      return p.signup.has_value() && *p.signup >= low && *p.signup <= high;
    };
  };
  const std::int64_t some = between(19'000, kAsOfDay, random);
  switch (random() % 6) {
    case 0:
      return comparison("signup", &Person::signup, some, day(some), random);
    case 1: {
      const std::int64_t n = between(1, 400, random);
      return leaf(one_of(random, "signup:last ", "注册:最近") + std::to_string(n) + "d",
                  within(kAsOfDay - n + 1, kAsOfDay));
    }
    case 2: {
      const std::int64_t n = between(0, 400, random);
      return comparison("signup", &Person::signup, kAsOfDay - n, "today-" + std::to_string(n) + "d",
                        random);
    }
    case 3: {
      const std::int64_t until = between(some, kAsOfDay, random);
      return leaf("signup:" + day(some) + ".." + day(until), within(some, until));
    }
    case 4: {
      using namespace std::chrono;
      const year_month_day date{sys_days(days(some))};
      const year_month month = date.year() / date.month();
      const auto first = sys_days(month / 1).time_since_epoch().count();
      const auto last = sys_days(month / std::chrono::last).time_since_epoch().count();
      return leaf("signup:" + day(some).substr(0, 7), within(first, last));
    }
    default:
      return leaf("signup:this month", within(kAsOfDay - 14, kAsOfDay + 15));
  }
}

Question random_leaf(Random& random) {
  switch (random() % 7) {
    case 0:
      return flag_question(random);
    case 1:
      return city_question(random);
    case 2:
      return interest_question(random);
    case 3:
      return score_question(random);
    case 4:
      return spend_question(random);
    case 5:
      return signup_question(random);
    default:
      return random() % 8 == 0 ? leaf("*", [](const Person&) { return true; })
                               : flag_question(random);
  }
}

std::string joined(const std::vector<Question>& operands, const std::string& word) {
  std::string text;
  for (const Question& operand : operands) {
    const bool plain = operand.op == Question::Op::Leaf || operand.op == Question::Op::Not ||
                       operand.op == Question::Op::AtLeast;
    text += (text.empty() ? "" : " " + word + " ") +
            (plain ? operand.text() : "(" + operand.text() + ")");
  }
  return text;
}

}  // namespace

std::string Question::text() const {
  switch (op) {
    case Op::Leaf:
      return leaf;
    case Op::And:
      return joined(operands, operands.size() % 2 == 0 ? "AND" : "且");
    case Op::Or:
      return joined(operands, operands.size() % 2 == 0 ? "or" : "或");
    case Op::Not:
      return operands[0].op == Op::And || operands[0].op == Op::Or
                 ? "NOT (" + operands[0].text() + ")"
                 : "非 " + operands[0].text();
    case Op::AtLeast: {
      std::string arguments = std::to_string(k);
      for (const Question& operand : operands) {
        arguments += ", " + operand.text();
      }
      return "at_least(" + arguments + ")";
    }
  }
  return {};
}

bool Question::matches(const Person& person) const {
  const auto yes = [&](const Question& operand) { return operand.matches(person); };
  switch (op) {
    case Op::Leaf:
      return holds(person);
    case Op::And:
      return std::all_of(operands.begin(), operands.end(), yes);
    case Op::Or:
      return std::any_of(operands.begin(), operands.end(), yes);
    case Op::Not:
      return !operands[0].matches(person);
    case Op::AtLeast:
      return static_cast<std::size_t>(std::count_if(operands.begin(), operands.end(), yes)) >= k;
  }
  return false;
}

std::set<std::uint32_t> Question::members(const People& people) const {
  std::set<std::uint32_t> result;
  const auto put = std::inserter(result, result.end());
  switch (op) {
    case Op::Leaf:
      for (std::size_t i = 0; i < people.size(); ++i) {
        if (holds(people[i])) {
          result.insert(result.end(), static_cast<std::uint32_t>(i));
        }
      }
      break;
    case Op::And: {
      result = operands[0].members(people);
      for (std::size_t i = 1; i < operands.size(); ++i) {
        const auto other = operands[i].members(people);
        std::set<std::uint32_t> both;
        std::set_intersection(result.begin(), result.end(), other.begin(), other.end(),
                              std::inserter(both, both.end()));
        result = std::move(both);
      }
      break;
    }
    case Op::Or:
      for (const Question& operand : operands) {
        result.merge(operand.members(people));
      }
      break;
    case Op::Not: {
      std::set<std::uint32_t> all;
      for (std::size_t i = 0; i < people.size(); ++i) {
        all.insert(all.end(), static_cast<std::uint32_t>(i));
      }
      const auto out = operands[0].members(people);
      std::set_difference(all.begin(), all.end(), out.begin(), out.end(), put);
      break;
    }
    case Op::AtLeast: {
      std::multiset<std::uint32_t> votes;
      for (const Question& operand : operands) {
        const auto members_of_one = operand.members(people);
        votes.insert(members_of_one.begin(), members_of_one.end());
      }
      for (const std::uint32_t user : std::set<std::uint32_t>(votes.begin(), votes.end())) {
        if (votes.count(user) >= k) {
          result.insert(user);
        }
      }
      break;
    }
  }
  return result;
}

Question random_question(unsigned depth, Random& random) {
  if (depth == 0 || random() % 5 == 0) {
    return random_leaf(random);
  }
  Question question;
  const std::size_t choice = random() % 8;
  std::size_t count = 2 + random() % 3;
  if (choice < 3) {
    question.op = Question::Op::And;
  } else if (choice < 6) {
    question.op = Question::Op::Or;
  } else if (choice == 6) {
    question.op = Question::Op::Not;
    count = 1;
  } else {
    question.op = Question::Op::AtLeast;
    count = 2 + random() % 5;
    question.k = 1 + random() % count;
  }
  for (std::size_t i = 0; i < count; ++i) {
    question.operands.push_back(random_question(depth - 1, random));
  }
  return question;
}

}  // namespace tagline::tests
