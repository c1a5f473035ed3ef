// The fuzzer's corpus, changed at random from a fixed seed: a little of what fuzz_routes does, in
// every build.
#include "tests/server/route_bytes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> files;
  const auto folder = std::filesystem::path(TAGLINE_SOURCE_DIR) / "tests/server/corpus/routes";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::sort(files.begin(), files.end());  // the order of a folder is not fixed
  return files;
}

class Mutation {
 public:
  explicit Mutation(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

  std::string next() {
    std::string bytes = seeds_[below(seeds_.size())];
    for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
      change(bytes);
    }
    return bytes;
  }

 private:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  void change(std::string& bytes) {
    static const std::vector<std::string> kWords = {
        "null",    "-1",  "1e999",    "[]",   "{}",  "\"\"",   "18446744073709551616",
        "\\u0000", "%00", "%2F",      "且",   "AND", "(",      ")",
        ":",       "@",   "\"a\":1,", "want", "ids", "cursor", "\xff",
        "true"};
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes.erase(at, 1 + below(8));
        break;
      case 2:
        bytes.insert(at, kWords[below(kWords.size())]);
        break;
      case 3: {  // a piece of another one
        const std::string& other = seeds_[below(seeds_.size())];
        const std::size_t from = below(other.size());
        bytes.insert(at, other.substr(from, 1 + below(24)));
        break;
      }
      case 4:
        bytes.insert(at, bytes.substr(at, 1 + below(40)));
        break;
      default:
        bytes.resize(at);
        break;
    }
  }

  std::vector<std::string> seeds_;
  std::mt19937_64 random_{20260131};
};

TEST(MutatedRequests, AreAnsweredWithJsonOrAWholeProblem) {
  ShopRoutes shop("mutated_requests");
  const auto seeds = corpus();
  ASSERT_GT(seeds.size(), 5U);
  for (const std::string& seed : seeds) {
    EXPECT_EQ(fault_of_bytes(shop.routes(), seed), "") << seed;
  }
  constexpr int kRequests = 4000;
  Mutation mutation(seeds);
  for (int i = 0; i < kRequests; ++i) {
    const std::string bytes = mutation.next();
    ASSERT_EQ(fault_of_bytes(shop.routes(), bytes), "") << bytes;
  }
}

}  // namespace
}  // namespace tagline::server
