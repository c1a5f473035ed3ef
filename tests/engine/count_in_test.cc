// Counting without writing, and kept answers' way with containers: every pair of forms, against
// loops over single users.
#include "engine/count_in.h"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

using List = std::vector<std::uint16_t>;
using Flat = std::vector<std::uint64_t>;

List random_list(std::mt19937_64& random, std::size_t size, std::uint32_t span) {
  std::set<std::uint16_t> members;
  while (members.size() < size) {
    members.insert(static_cast<std::uint16_t>(random() % span));
  }
  return {members.begin(), members.end()};
}

Flat flat(const List& list) {
  Flat words(kBlockWords);
  set(words.data(), list);
  return words;
}

std::uint32_t common(const List& a, const List& b) {
  List both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return static_cast<std::uint32_t>(both.size());
}

template <class Held>
Container container_of(ContainerKind kind, const Held& held, std::size_t users) {
  Container container{};
  container.kind = kind;
  container.count = static_cast<std::uint32_t>(held.size());
  container.cardinality = static_cast<std::uint32_t>(users);
  container.data = reinterpret_cast<const std::byte*>(held.data());
  return container;
}

TEST(CountIn, ListsOfAllRatiosAndWords) {
  std::mt19937_64 random(1);
  for (const std::size_t few : {0U, 1U, 15U, 16U, 17U, 200U, 3000U}) {
    for (const std::size_t many : {0U, 1U, 40U, 900U, 4096U}) {
      const List a = random_list(random, few, 5000);
      const List b = random_list(random, many, 5000);
      const Flat words = flat(b);
      EXPECT_EQ(count_in(Members(a), Members(b)), common(a, b)) << few << ' ' << many;
      EXPECT_EQ(count_in(Members(b), Members(a)), common(a, b)) << few << ' ' << many;
      EXPECT_EQ(count_in(Members(a), words.data()), common(a, b)) << few << ' ' << many;
      EXPECT_EQ(count_both(flat(a).data(), words.data()), common(a, b)) << few << ' ' << many;
      EXPECT_EQ(count_in(Members(a), container_of(ContainerKind::Array, b, many)), common(a, b));
      EXPECT_EQ(count_in(container_of(ContainerKind::Array, b, many), flat(a).data()),
                common(a, b));
      EXPECT_EQ(count_in(Members(a), container_of(ContainerKind::Bitset, words, many)),
                common(a, b));
      EXPECT_EQ(count_in(container_of(ContainerKind::Bitset, words, many), flat(a).data()),
                common(a, b));
    }
  }
}

TEST(CountIn, RunsShortAndLong) {
  std::mt19937_64 random(2);
  const List a = random_list(random, 4000, 65536);
  const Flat words = flat(a);
  const std::vector<std::vector<engine::Run>> cases = {
      {},
      {{0, 0}},
      {{63, 0}, {65, 62}},            // within a word, and one whole word but for a bit
      {{100, 900}, {5000, 64}},       // word by word
      {{1, 30000}, {40000, 25535}}};  // long: through flat words, to the end of the block
  for (const auto& runs : cases) {
    std::uint32_t covered = 0;
    std::uint32_t expected = 0;
    for (const engine::Run run : runs) {
      covered += run.more + 1U;
      for (const std::uint16_t member : a) {
        expected += member >= run.start && member - run.start <= run.more ? 1U : 0U;
      }
    }
    const Container container = container_of(ContainerKind::Run, runs, covered);
    EXPECT_EQ(count_in(container, words.data()), expected) << covered;
    EXPECT_EQ(count_in(Members(a), container), expected) << covered;
  }
}

TEST(CountIn, DamagedContentsGiveSomeNumberWithinBounds) {
  const List falling = {9, 9, 7, 65535, 0};
  const Flat everybody(kBlockWords, ~std::uint64_t{0});
  const Container array = container_of(ContainerKind::Array, falling, falling.size());
  EXPECT_LE(count_in(array, everybody.data()), falling.size());
  EXPECT_LE(count_in(Members(falling), array), falling.size());
  // Overlapping, past the end, and as many as a container may claim.
  std::vector<engine::Run> runs(kBlockUsers / 2, {100, 65535});
  const Container overlapping = container_of(ContainerKind::Run, runs, kBlockUsers);
  EXPECT_EQ(count_in(overlapping, everybody.data()), kBlockUsers - 100);
  // Few enough to be counted word by word: nobody twice.
  const std::vector<engine::Run> few(3, {100, 900});
  EXPECT_EQ(count_in(container_of(ContainerKind::Run, few, 5), everybody.data()), 901U);
}

}  // namespace
}  // namespace tagline::engine
