// SharedMap: what a map is, and copies that are left alone.
#include "storage/shared_map.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::storage {
namespace {

TEST(SharedMaps, AreWhatAMapIsAndLeaveTheirCopiesAlone) {
  using Map = SharedMap<std::uint32_t, std::uint32_t>;
  std::mt19937 random(7);
  Map map;
  std::map<std::uint32_t, std::uint32_t> model;
  std::vector<std::pair<Map, std::map<std::uint32_t, std::uint32_t>>> copies;
  for (std::uint32_t step = 0; step < 3000; ++step) {
    const std::uint32_t key = step % 3 == 0 ? step : static_cast<std::uint32_t>(random() % 2000);
    map.put(key, std::make_shared<const std::uint32_t>(step));
    model[key] = step;
    if (step % 500 == 0) {
      copies.emplace_back(map, model);
    }
  }
  copies.emplace_back(map, model);
  for (const auto& [copy, expected] : copies) {
    auto at = expected.begin();
    for (const auto& [key, value] : copy) {
      ASSERT_NE(at, expected.end());
      EXPECT_EQ(key, at->first);
      EXPECT_EQ(*value, at->second);
      ++at;
    }
    EXPECT_EQ(at, expected.end());
    for (std::uint32_t key = 0; key < 3100; key += 7) {
      const auto lower = expected.lower_bound(key);
      const auto found = copy.lower_bound(key);
      ASSERT_EQ(found == copy.end(), lower == expected.end()) << key;
      EXPECT_TRUE(lower == expected.end() || found->key == lower->first);
      EXPECT_EQ(copy.contains(key), expected.contains(key));
    }
  }
}

}  // namespace
}  // namespace tagline::storage
