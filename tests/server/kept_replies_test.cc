// Counts answered from whole replies that are kept: never of a state of the data that has passed.
#include "server/api/kept_replies.h"

#include "server/api/today.h"
#include "tests/server/shop_routes.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

class QuickCounts : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    shop_.service().keep_answers(1U << 20U);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void load(const std::string& csv) {
    const auto file = folder_ / "more.csv";
    std::ofstream(file) << csv;
    ASSERT_TRUE(shop_.service().load(std::nullopt, {file.string()}, {}).has_value());
  }
  std::optional<HttpReply> quick(const std::string& target, const std::string& method = "GET",
                                 std::vector<HttpField> fields = {}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.fields = std::move(fields);
    return shop_.routes().quick(request);
  }
  static int count_of(const HttpReply& reply) { return json::parse(reply.body).at("count"); }
  /// Kept from the second time on: at the first nobody has read the state.
  HttpReply ask_twice(const std::string& target) {
    shop_.ask("GET", target, "", {});
    return shop_.ask("GET", target, "", {});
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_quick_" + std::to_string(getpid()));
  ShopRoutes shop_{"quick_counts"};
};

TEST_F(QuickCounts, AreTheRepliesThatWereGiven) {
  const std::string target = "/v1/count?q=vip+AND+city%3Atier1";
  EXPECT_FALSE(quick(target).has_value());
  const HttpReply given = ask_twice(target);
  const auto again = quick(target);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->status, 200U);
  EXPECT_EQ(again->body, given.body);
  ASSERT_EQ(again->fields.size(), given.fields.size());
  EXPECT_FALSE(quick("/v1/count?q=vip").has_value());
  EXPECT_FALSE(quick(target + "&").has_value());
}

TEST_F(QuickCounts, AreGoneWithTheStateTheyAreOf) {
  const std::string target = "/v1/count?q=city%3Atier1";
  EXPECT_EQ(count_of(ask_twice(target)), 2);
  load("id,city\nu3,tier1\n");
  EXPECT_FALSE(quick(target).has_value());
  EXPECT_EQ(count_of(ask_twice(target)), 3);
  EXPECT_EQ(count_of(quick(target).value()), 3);
}

TEST_F(QuickCounts, AreForPlainQuestionsOnly) {
  const std::string target = "/v1/count?q=vip";
  ask_twice(target);
  ASSERT_TRUE(quick(target).has_value());
  EXPECT_FALSE(quick(target, "HEAD").has_value());
  EXPECT_FALSE(quick(target, "POST").has_value());
  EXPECT_FALSE(quick(target, "GET", {{"If-None-Match", "\"x\""}}).has_value());
  // Who may count at all is the gate's business; all are told the same.
  EXPECT_TRUE(quick(target, "GET", {{"authorization", "Bearer x"}}).has_value());
  for (const char* other : {"/v1/count?q=cty:tier1", "/v1/tags", "/v1/count?q=vip&timeout_ms=x"}) {
    ask_twice(other);
    EXPECT_FALSE(quick(other).has_value()) << other;
  }
}

TEST_F(QuickCounts, AreKeptOnlyWhereAnswersAre) {
  shop_.service().keep_answers(0);
  ask_twice("/v1/count?q=vip");
  EXPECT_FALSE(quick("/v1/count?q=vip").has_value());
}

// The loader says how many users it has acknowledged; a count asked for afterwards has them all.
TEST_F(QuickCounts, SeeWhatWasAcknowledgedBefore) {
  const std::string target = "/v1/count?q=city%3Agrowing";
  load("id,city\ng0,growing\n");
  std::atomic<int> acknowledged{1};
  std::atomic<bool> done{false};
  std::atomic<int> quick_answers{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      while (!done) {
        const int least = acknowledged;
        auto reply = quick(target);
        quick_answers += reply.has_value() ? 1 : 0;
        const int count = count_of(reply.has_value() ? *reply : shop_.ask("GET", target, "", {}));
        EXPECT_GE(count, least);
        EXPECT_LE(count, acknowledged + 1);
      }
    });
  }
  for (int n = 1; n < 40; ++n) {
    load("id,city\ng" + std::to_string(n) + ",growing\n");
    ++acknowledged;
  }
  ask_twice(target);
  EXPECT_EQ(count_of(quick(target).value()), 40);
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_GT(quick_answers, 0);
}

TEST_F(QuickCounts, TheNewestVersionIsKnownOnceItWasRead) {
  storage::Store& store = shop_.service().store();
  const std::uint64_t version = shop_.service().standing()->version;
  EXPECT_EQ(store.newest_version(), version);
  load("id,city\nu3,tier1\n");
  const auto unread = store.newest_version();  // the load itself may have read what it made
  EXPECT_TRUE(!unread.has_value() || *unread == version + 1);
  EXPECT_EQ(shop_.service().standing()->version, version + 1);
  EXPECT_EQ(store.newest_version(), version + 1);
  // One that reads an older state leaves the newer known.
  ASSERT_TRUE(store
                  .read([&](const storage::Snapshot& older) -> Status {
                    EXPECT_EQ(older.version(), version + 1);
                    EXPECT_EQ(store.newest_version(), version + 1);
                    return {};
                  })
                  .has_value());
}

TEST(KeptReplies, StayFew) {
  KeptReplies kept;
  const KeptReplies::State state{7, {}};
  HttpReply reply;
  constexpr std::size_t kAsked = 5 * KeptReplies::kRepliesMax;
  for (std::size_t i = 0; i < kAsked; ++i) {
    reply.body = std::to_string(i);
    kept.put("/" + reply.body, state, reply);
    EXPECT_TRUE(kept.find("/0", state).has_value());  // asked for all the time
  }
  std::size_t found = 0;
  for (std::size_t i = 0; i < kAsked; ++i) {
    found += kept.has("/" + std::to_string(i)) ? 1U : 0U;
  }
  EXPECT_LE(found, 2 * KeptReplies::kRepliesMax);
  EXPECT_GE(found, KeptReplies::kRepliesMax);
  EXPECT_EQ(kept.find("/0", state)->body, "0");
  // Older states come too late, newer ones and other days clear it.
  kept.put("/late", {6, {}}, reply);
  EXPECT_FALSE(kept.has("/late"));
  EXPECT_FALSE(kept.find("/0", {7, std::chrono::sys_days(std::chrono::days(1))}).has_value());
  kept.put("/new", {8, {}}, reply);
  EXPECT_FALSE(kept.has("/0"));
  reply.body.assign(KeptReplies::kBytesMax, 'x');
  kept.put("/long", {8, {}}, reply);
  EXPECT_FALSE(kept.has("/long"));
}

TEST(Today, ChangesAtMidnightThere) {
  using std::chrono::seconds;
  using std::chrono::sys_days;
  Today today("Asia/Shanghai");
  const sys_days day = std::chrono::year(2024) / 6 / 15;
  const auto midnight = day - std::chrono::hours(8);
  EXPECT_EQ(today.at(midnight - seconds(1)), day - std::chrono::days(1));
  EXPECT_EQ(today.at(midnight), day);
  EXPECT_EQ(today.at(midnight + seconds(59)), day);
  EXPECT_EQ(today.at(midnight - seconds(1)), day - std::chrono::days(1));
  EXPECT_FALSE(Today("Nowhere/Else").at(midnight).has_value());
}

}  // namespace
}  // namespace tagline::server
