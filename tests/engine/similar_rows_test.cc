// Similar rows beside a naive count of every pair.
#include "engine/similar_rows.h"

#include "engine/memory_source.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

using Pair = std::tuple<std::size_t, std::size_t, std::uint64_t, std::uint64_t>;

std::vector<Pair> found(const std::vector<CandidateRow>& rows, const Source& source, double share) {
  std::vector<Pair> pairs;
  const auto similar = similar_rows(rows, source, {share});
  EXPECT_TRUE(similar.has_value());
  for (const SimilarPair& pair : similar.value_or(std::vector<SimilarPair>())) {
    pairs.emplace_back(pair.a, pair.b, pair.both, pair.either);
  }
  return pairs;
}

// Who is in a row, user by user from kFirst on: the end of a shard and the beginning of the next.
constexpr std::uint32_t kFirst = kShardUsers - 130'000;
constexpr std::uint32_t kMany = 200'000;
using Row = std::vector<std::uint64_t>;  // 0 or 1 each

std::vector<Pair> naive(const std::vector<CandidateRow>& rows, const std::vector<Row>& members) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      std::uint64_t both = 0;
      std::uint64_t either = 0;
      for (std::size_t user = 0; user < kMany; ++user) {
        both += members[i][user] & members[j][user];
        either += members[i][user] | members[j][user];
      }
      if (rows[i].group != rows[j].group && both > 0) {
        pairs.emplace_back(i, j, both, either);
      }
    }
  }
  return pairs;
}

// Rows of every density, each with copies in which some users are others.
TEST(SimilarRows, AreThoseThatANaiveCountFinds) {
  std::mt19937 random(7);
  MemorySource source(kFirst + kMany);
  std::vector<CandidateRow> rows;
  std::vector<Row> members;
  const auto add = [&](Row row) {
    const auto place = static_cast<RowId>(rows.size());
    std::vector<std::uint32_t> list;
    for (std::uint32_t user = 0; user < kMany; ++user) {
      if (row[user] != 0) {
        list.push_back(kFirst + user);
      }
    }
    Bitmap bitmap = Bitmap::of(list);
    bitmap.optimize();
    source.set_row({1, place}, bitmap);
    rows.push_back({{1, place}, place % 5});
    members.push_back(std::move(row));
  };
  for (const std::uint32_t apart : {2U, 9U, 40U, 700U, 9'000U}) {
    Row row(kMany);
    for (std::uint32_t user = static_cast<std::uint32_t>(random() % apart); user < kMany;
         user += 1 + static_cast<std::uint32_t>(random() % (2 * apart))) {
      row[user] = 1;
    }
    for (const std::uint32_t changed : {0U, 0U, 100U, 400U, 1'000U, 5'000U}) {
      Row copy(kMany);
      for (std::uint32_t user = 0; user < kMany; ++user) {
        if (row[user] != 0) {
          copy[random() % 10'000 < changed ? random() % kMany : user] = 1;
        }
      }
      add(std::move(copy));
    }
  }
  Row stretch(kMany);
  std::fill(stretch.begin() + 60'000, stretch.begin() + 150'000, 1);
  add(stretch);
  stretch[70'000] = 0;
  add(std::move(stretch));
  add(Row(kMany));
  add(Row(kMany));
  const std::vector<Pair> all = naive(rows, members);
  for (const double share : {0.5, 0.9, 0.95, 1.0}) {
    std::vector<Pair> expected;
    std::copy_if(all.begin(), all.end(), std::back_inserter(expected), [&](const Pair& pair) {
      return static_cast<double>(std::get<2>(pair)) >=
             share * static_cast<double>(std::get<3>(pair));
    });
    EXPECT_EQ(found(rows, source, share), expected) << share;
    EXPECT_FALSE(expected.empty());
  }
}

TEST(SimilarRows, OfOneGroupAreNotCompared) {
  MemorySource source(100);
  source.set_row({1, 0}, Bitmap::range(10, 20));
  source.set_row({2, 0}, Bitmap::range(10, 20));
  EXPECT_EQ(found({{{1, 0}, 3}, {{2, 0}, 3}}, source, 0.9), std::vector<Pair>());
  EXPECT_EQ(found({{{1, 0}, 3}, {{2, 0}, 4}}, source, 0.9), (std::vector<Pair>{{0, 1, 10, 10}}));
}

TEST(SimilarRows, ABudgetEndsTheSearch) {
  MemorySource source(100);
  source.set_row({1, 0}, Bitmap::range(10, 20));
  source.set_row({2, 0}, Bitmap::range(10, 20));
  Budget budget;
  budget.cancelled = true;
  const std::vector<CandidateRow> rows{{{1, 0}, 1}, {{2, 0}, 2}};
  EXPECT_EQ(similar_rows(rows, source, {0.9, &budget}).error().code(), ErrorCode::Cancelled);
}

}  // namespace
}  // namespace tagline::engine
