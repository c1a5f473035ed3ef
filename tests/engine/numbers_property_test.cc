// What is said of numbers over segments, against sorting them.
#include "engine/number_summary.h"
#include "engine/page.h"
#include "engine/ranking.h"
#include "tests/engine/scenario.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine::test {
namespace {

std::vector<RankedUser> numbers_of(const World& world, const std::vector<std::uint32_t>& users,
                                   FieldId field) {
  std::vector<RankedUser> numbers;
  const auto column = world.numbers.find(field);
  for (const std::uint32_t user : users) {
    if (column == world.numbers.end()) {
      break;
    }
    if (const auto number = column->second.find(user); number != column->second.end()) {
      numbers.push_back({user, number->second});
    }
  }
  return numbers;
}

void sort_by_rank(std::vector<RankedUser>& numbers, Rank order) {
  std::sort(numbers.begin(), numbers.end(), [order](const RankedUser& a, const RankedUser& b) {
    return order == Rank::Smallest ? std::pair(a.value, a.user) < std::pair(b.value, b.user)
                                   : std::pair(b.value, a.user) < std::pair(a.value, b.user);
  });
}

Int128 sum_of(const std::vector<RankedUser>& numbers) {
  Int128 sum = 0;
  for (const RankedUser& number : numbers) {
    sum += number.value;
  }
  return sum;
}

void check_summary(const Sweep& sweep, FieldId field, std::size_t users,
                   std::vector<RankedUser> numbers) {
  sort_by_rank(numbers, Rank::Smallest);
  const std::vector<std::uint32_t> shares = {0, 1, 250'000, 500'000, 900'000, 1'000'000};
  const Result<NumberSummary> summary = number_summary(sweep, field, shares);
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->total.users, users);
  ASSERT_EQ(summary->total.known, numbers.size());
  EXPECT_TRUE(summary->total.sum == sum_of(numbers));
  ASSERT_EQ(summary->quantiles.size(), shares.size());
  if (numbers.empty()) {
    EXPECT_EQ(summary->min, std::nullopt);
    EXPECT_EQ(summary->quantiles[3], std::nullopt);
    return;
  }
  EXPECT_EQ(summary->min, numbers.front().value);
  EXPECT_EQ(summary->max, numbers.back().value);
  double squares = 0;
  const double mean = static_cast<double>(sum_of(numbers)) / static_cast<double>(numbers.size());
  for (const RankedUser& number : numbers) {
    squares +=
        (static_cast<double>(number.value) - mean) * (static_cast<double>(number.value) - mean);
  }
  const double deviation = std::sqrt(squares / static_cast<double>(numbers.size()));
  EXPECT_NEAR(summary->mean, mean, std::abs(mean) * 1e-9);
  EXPECT_NEAR(summary->deviation, deviation, deviation * 1e-6 + 1e-6);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    // The smallest number that enough users do not exceed, looked for one by one.
    std::size_t at = 0;
    while (Int128{at + 1} * 1'000'000 < Int128{numbers.size()} * shares[i]) {
      ++at;
    }
    EXPECT_EQ(summary->quantiles[i], numbers[at].value) << shares[i];
  }
}

void check_ranks(const Sweep& sweep, FieldId field, Random& random,
                 std::vector<RankedUser> numbers) {
  for (const Rank order : {Rank::Smallest, Rank::Largest}) {
    sort_by_rank(numbers, order);
    for (const std::uint64_t n :
         {std::uint64_t{0}, std::uint64_t{1}, pick(random, 0, 50), std::uint64_t{numbers.size()},
          std::uint64_t{numbers.size() + 5}}) {
      const auto ranked = ranked_users(sweep, field, order, n);
      ASSERT_TRUE(ranked.has_value());
      const std::size_t size = std::min<std::size_t>(n, numbers.size());
      ASSERT_EQ(*ranked, std::vector<RankedUser>(
                             numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(size)))
          << n;
    }
    const std::vector<std::uint64_t> ranks = {0, pick(random, 0, numbers.size() + 1), 3, 0};
    const auto found = numbers_at(sweep, field, order, ranks);
    ASSERT_TRUE(found.has_value());
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      const auto expected =
          ranks[i] < numbers.size() ? std::optional(numbers[ranks[i]].value) : std::nullopt;
      EXPECT_EQ((*found)[i], expected) << ranks[i];
    }
  }
}

void check_concentration(const Sweep& sweep, FieldId field, std::vector<RankedUser> numbers) {
  sort_by_rank(numbers, Rank::Largest);
  const Int128 total = sum_of(numbers);
  for (const std::uint32_t share : {1U, 200'000U, 800'000U, 1'000'000U}) {
    const auto found = concentration(sweep, field, share);
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(found->has_value(), total > 0);
    if (!found->has_value()) {
      continue;
    }
    Int128 held = 0;
    std::size_t users = 0;
    while (held * 1'000'000 < total * share) {
      held += numbers[users++].value;
    }
    EXPECT_EQ((*found)->users, users) << share;
    EXPECT_TRUE((*found)->held == held);
    EXPECT_TRUE((*found)->total == total);
    EXPECT_EQ((*found)->known, numbers.size());
    EXPECT_EQ((*found)->threshold, numbers[users - 1].value);
  }
}

void check_histogram(const Sweep& sweep, FieldId field, Random& random,
                     const std::vector<RankedUser>& numbers) {
  const Bins bins{static_cast<std::int64_t>(pick(random, 0, 60)) - 40, pick(random, 1, 9), 10};
  const auto found = number_histogram(sweep, field, bins);
  ASSERT_TRUE(found.has_value());
  for (std::size_t i = 0; i < bins.count; ++i) {
    const std::int64_t low = bins.first + static_cast<std::int64_t>(i * bins.width);
    const std::int64_t high = low + static_cast<std::int64_t>(bins.width);
    EXPECT_EQ((*found)[i], static_cast<std::uint64_t>(std::count_if(
                               numbers.begin(), numbers.end(), [&](const RankedUser& number) {
                                 return low <= number.value && number.value < high;
                               })));
  }
}

void check_pages(const Sweep& sweep, Random& random, const std::vector<std::uint32_t>& users) {
  UserIndex from = 0;
  std::vector<std::uint32_t> read;
  for (int pages = 0; pages < 20; ++pages) {
    const std::uint64_t limit = pick(random, 1, users.size() / 3 + 2);
    const auto found = page(sweep, from, limit, true);
    ASSERT_TRUE(found.has_value());
    read.insert(read.end(), found->users.begin(), found->users.end());
    ASSERT_EQ(found->remaining, users.size() - read.size());
    if (!found->next.has_value()) {
      break;
    }
    ASSERT_EQ(found->users.size(), limit);
    from = *found->next;
  }
  ASSERT_LE(read.size(), users.size());
  EXPECT_TRUE(std::equal(read.begin(), read.end(), users.begin()));
  std::vector<std::uint32_t> all;
  const Status status = each_page(sweep, [&](std::span<const UserIndex> some) -> Result<bool> {
    all.insert(all.end(), some.begin(), some.end());
    return true;
  });
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(all, users);
}

void check_members(Plan& plan, NodeId root, const MemorySource& source, Random& random,
                   const std::vector<std::uint32_t>& users) {
  std::vector<UserIndex> asked = {0, 65'535, 65'536, 1U << 20U};
  for (int i = 0; i < 40; ++i) {
    asked.push_back(users.empty() || i % 2 == 0 ? static_cast<UserIndex>(pick(random, 0, 3'000'000))
                                                : users[pick(random, 0, users.size() - 1)]);
  }
  std::vector<UserIndex> expected;
  for (const UserIndex user : asked) {
    if (std::binary_search(users.begin(), users.end(), user)) {
      expected.push_back(user);
    }
  }
  std::sort(expected.begin(), expected.end());
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
  const auto found = members_among(plan, root, asked, source, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->to_vector(), expected);
}

class Numbers : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Numbers, AreWhatSortingThemSays) {
  SCOPED_TRACE(seed_hint());
  Random random(seed() + GetParam());
  for (int i = 0; i < 2; ++i) {
    const World world = random_world(random, GetParam());
    const MemorySource source = source_of(world);
    const Oracle oracle(world);
    for (int j = 0; j < 6 && !HasFailure(); ++j) {
      Plan plan;
      const NodeId root = j == 0 ? plan.everyone() : random_plan(random, plan, 3);
      SCOPED_TRACE("world " + std::to_string(i) + ":\n" + print(plan, root));
      ExecuteOptions options;
      options.threads = static_cast<unsigned>(pick(random, 1, 2));
      const auto sweep = Sweep::prepare(plan, {&root, 1}, source, options, Answers::InTurn);
      ASSERT_TRUE(sweep.has_value());
      const auto users = oracle.select(plan, root);
      check_pages(*sweep, random, users);
      check_members(plan, root, source, random, users);
      for (FieldId field = kFirstNumber; field <= kFirstNumber + kNumbers; ++field) {
        const auto numbers = numbers_of(world, users, field);
        SCOPED_TRACE("field " + std::to_string(field) + ", " + std::to_string(numbers.size()) +
                     " numbers");
        check_summary(*sweep, field, users.size(), numbers);
        check_ranks(*sweep, field, random, numbers);
        check_concentration(*sweep, field, numbers);
        check_histogram(*sweep, field, random, numbers);
      }
    }
  }
}

TEST_P(Numbers, TotalsOfManyAnswers) {
  SCOPED_TRACE(seed_hint());
  Random random(seed() + 1 + GetParam());
  const World world = random_world(random, GetParam());
  const MemorySource source = source_of(world);
  const Oracle oracle(world);
  Plan plan;
  std::vector<NodeId> roots;
  for (int i = 0; i < 6; ++i) {
    roots.push_back(random_plan(random, plan, 3));
  }
  const auto sweep = Sweep::prepare(plan, roots, source, {}, Answers::InTurn);
  ASSERT_TRUE(sweep.has_value());
  for (FieldId field = kFirstNumber; field <= kFirstNumber + kNumbers; ++field) {
    const auto totals = number_totals(*sweep, field);
    ASSERT_TRUE(totals.has_value());
    for (std::size_t i = 0; i < roots.size(); ++i) {
      const auto users = oracle.select(plan, roots[i]);
      const auto numbers = numbers_of(world, users, field);
      EXPECT_EQ((*totals)[i].users, users.size());
      EXPECT_EQ((*totals)[i].known, numbers.size());
      EXPECT_TRUE((*totals)[i].sum == sum_of(numbers)) << print(plan, roots[i]);
    }
  }
}

TEST_P(Numbers, OfManyFieldsAndAnswersAreThoseOfEach) {
  SCOPED_TRACE(seed_hint());
  Random random(seed() + 2 + GetParam());
  const World world = random_world(random, GetParam());
  const MemorySource source = source_of(world);
  Plan plan;
  std::vector<NodeId> roots = {plan.everyone()};
  for (int i = 0; i < 3; ++i) {
    roots.push_back(random_plan(random, plan, 3));
  }
  std::vector<FieldId> fields;
  for (FieldId field = kFirstNumber; field <= kFirstNumber + kNumbers; ++field) {
    fields.push_back(field);
  }
  const auto sweep = Sweep::prepare(plan, roots, source, {}, Answers::InTurn);
  ASSERT_TRUE(sweep.has_value());
  const auto totals = number_totals(*sweep, fields);
  const auto summaries = number_summaries(*sweep, fields);
  ASSERT_TRUE(totals.has_value() && summaries.has_value());
  const Bins bins{-40, pick(random, 1, 9), 12};
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const auto alone = Sweep::prepare(plan, {&roots[i], 1}, source, {}, Answers::InTurn);
    ASSERT_TRUE(alone.has_value());
    for (std::size_t field = 0; field < fields.size(); ++field) {
      SCOPED_TRACE("field " + std::to_string(fields[field]) + "\n" + print(plan, roots[i]));
      const auto summary = number_summary(*alone, fields[field], {});
      ASSERT_TRUE(summary.has_value());
      const NumberSummary& together = (*summaries)[field][i];
      EXPECT_EQ(together.total.users, summary->total.users);
      EXPECT_EQ(together.total.known, summary->total.known);
      EXPECT_TRUE(together.total.sum == summary->total.sum);
      EXPECT_TRUE((*totals)[field][i].sum == summary->total.sum);
      EXPECT_EQ((*totals)[field][i].known, summary->total.known);
      EXPECT_EQ(together.min, summary->min);
      EXPECT_EQ(together.max, summary->max);
      EXPECT_NEAR(together.deviation, summary->deviation, summary->deviation * 1e-6 + 1e-6);
      const auto all = number_histograms(*sweep, fields[field], bins);
      const auto one = number_histogram(*alone, fields[field], bins);
      ASSERT_TRUE(all.has_value() && one.has_value());
      EXPECT_EQ((*all)[i], *one);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Numbers,
                         testing::Values(0U, 1U, 1000U, 65'536U, 65'537U, (1U << 20U) + 1,
                                         3'000'000U));

}  // namespace
}  // namespace tagline::engine::test
