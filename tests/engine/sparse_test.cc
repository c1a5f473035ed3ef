#include "engine/sparse.h"

#include <algorithm>
#include <iterator>
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

List merged(const List& a, const List& b, char how) {
  List out;
  if (how == '&') {
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  } else if (how == '-') {
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  } else {
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  }
  return out;
}

Flat flat(const List& list) {
  Flat words(kBlockWords);
  set(words.data(), list);
  return words;
}

Container container_of(const List& list) {
  Container container{};
  container.kind = ContainerKind::Array;
  container.count = static_cast<std::uint32_t>(list.size());
  container.data = reinterpret_cast<const std::byte*>(list.data());
  return container;
}

Container container_of(const std::vector<engine::Run>& runs) {
  Container container{};
  container.kind = ContainerKind::Run;
  container.count = static_cast<std::uint32_t>(runs.size());
  container.data = reinterpret_cast<const std::byte*>(runs.data());
  return container;
}

TEST(Sparse, ListsOfAllRatiosMeet) {
  std::mt19937_64 random(1);
  for (const auto& [left, right] : std::vector<std::pair<std::size_t, std::size_t>>{{0, 0},
                                                                                    {0, 9},
                                                                                    {9, 0},
                                                                                    {1, 1},
                                                                                    {5, 4000},
                                                                                    {4000, 5},
                                                                                    {300, 300},
                                                                                    {2000, 4096},
                                                                                    {1, 4096}}) {
    const List a = random_list(random, left, 5000);
    const List b = random_list(random, right, 5000);
    List out(a.size() + b.size());
    const auto taken = [&](std::size_t size) {
      return List(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
    };
    EXPECT_EQ(taken(intersect(a, b, out.data())), merged(a, b, '&'));
    EXPECT_EQ(taken(subtract(a, b, out.data())), merged(a, b, '-'));
    EXPECT_EQ(taken(unite(a, b, out.data())), merged(a, b, '|'));
    EXPECT_EQ(taken(keep(a, flat(b).data(), out.data())), merged(a, b, '&'));
    EXPECT_EQ(taken(drop(a, flat(b).data(), out.data())), merged(a, b, '-'));
    EXPECT_EQ(taken(keep(a, container_of(b), out.data())), merged(a, b, '&'));
    EXPECT_EQ(taken(drop(a, container_of(b), out.data())), merged(a, b, '-'));
    List in_place = a;
    in_place.resize(intersect(in_place, b, in_place.data()));
    EXPECT_EQ(in_place, merged(a, b, '&'));
    in_place = a;
    in_place.resize(subtract(in_place, b, in_place.data()));
    EXPECT_EQ(in_place, merged(a, b, '-'));
  }
}

TEST(Sparse, RunsSetClearClipAndProbe) {
  const std::vector<engine::Run> runs{{0, 0}, {60, 10}, {128, 63}, {1000, 5000}, {65530, 5}};
  List inside;
  for (const engine::Run run : runs) {
    for (std::uint32_t i = run.start; i <= std::uint32_t{run.start} + run.more; ++i) {
      inside.push_back(static_cast<std::uint16_t>(i));
    }
  }
  Flat words(kBlockWords);
  set(words.data(), container_of(runs));
  EXPECT_EQ(words, flat(inside));
  Flat all(kBlockWords, ~std::uint64_t{0});
  clip(all.data(), runs);
  EXPECT_EQ(all, flat(inside));
  clear(all.data(), container_of(runs));
  EXPECT_EQ(all, Flat(kBlockWords));
  std::mt19937_64 random(2);
  const List some = random_list(random, 3000, 65536);
  List out(some.size());
  out.resize(keep(some, container_of(runs), out.data()));
  EXPECT_EQ(out, merged(some, inside, '&'));
  std::vector<std::uint64_t> counts(some.size());
  tally(some, container_of(runs), 4, counts.data());
  for (std::size_t i = 0; i < some.size(); ++i) {
    EXPECT_EQ(counts[i], std::binary_search(inside.begin(), inside.end(), some[i]) ? 4U : 0U);
  }
}

TEST(Sparse, DamagedRunsStayInTheBlock) {
  const std::vector<engine::Run> runs{{65535, 65535}, {40000, 65535}, {3, 9}, {0, 65535}};
  Flat words(kBlockWords + 1);
  set(words.data(), container_of(runs));
  EXPECT_EQ(words.back(), 0U);
  clip(words.data(), runs);
  clear(words.data(), container_of(runs));
  EXPECT_EQ(words, Flat(kBlockWords + 1));
}

TEST(Sparse, UnsortedListsStayInTheirRoom) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    List a(random() % 200 + 1);
    List b(random() % (i % 2 == 0 ? 200 : 4096) + 1);
    for (List* list : {&a, &b}) {
      for (std::uint16_t& member : *list) {
        member = static_cast<std::uint16_t>(random() % 300);
      }
    }
    List out(a.size());
    EXPECT_LE(intersect(a, b, out.data()), a.size());
    EXPECT_LE(subtract(a, b, out.data()), a.size());
    List in_place = b;
    EXPECT_LE(intersect(in_place, a, in_place.data()), b.size());
    List both(a.size() + b.size());
    EXPECT_LE(unite(a, b, both.data()), both.size());
  }
}

TEST(Sparse, ExtractStopsAtItsCapacity) {
  const List list{0, 63, 64, 9999, 65535};
  const Flat words = flat(list);
  List out(5);
  EXPECT_EQ(extract(words.data(), out.data(), 5), 5U);
  EXPECT_EQ(out, list);
  EXPECT_EQ(extract(words.data(), out.data(), 2), 2U);
}

}  // namespace
}  // namespace tagline::engine
