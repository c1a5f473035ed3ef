// What is kept of the past: points of segments and spreads of tags, night by night and on demand,
// and the replies that tell of them.
#include "server/as_of.h"
#include "server/daily_recorder.h"
#include "server/day_text.h"
#include "server/tag_spread.h"
#include "tests/server/shop_routes.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;
using std::chrono::days;
using std::chrono::system_clock;

class HistoryRoutesTest : public testing::Test {
 protected:
  json ask(const std::string& method, const std::string& target, unsigned status = 200,
           const json& body = nullptr) {
    const HttpReply reply =
        shop_.ask(method, target, body.is_null() ? "" : body.dump(),
                  body.is_null() ? std::vector<HttpField>{}
                                 : std::vector<HttpField>{{"Content-Type", "application/json"}});
    EXPECT_EQ(reply.status, status) << method << " " << target << " " << reply.body;
    return json::parse(reply.body);
  }
  void save(const std::string& name, const std::string& expression) {
    ask("PUT", "/v1/segments/" + name, 201, {{"expression", expression}});
  }
  void set(const std::string& user, const json& tags) {
    ask("POST", "/v1/ingest", 200, json::array({{{"user", user}, {"set", tags}}}));
  }
  std::string today() {
    std::chrono::sys_days day;
    EXPECT_TRUE(shop_.service()
                    .store()
                    .read([&](const storage::Snapshot& snapshot) -> Status {
                      TAGLINE_ASSIGN_OR_RETURN(day, as_of_day(std::nullopt, snapshot));
                      return {};
                    })
                    .has_value());
    return day_text(day);
  }

  ShopRoutes shop_{"history_routes"};
};

/// A clock that stands where it is put.
class Clock {
 public:
  explicit Clock(days ahead) : ahead_(ahead.count()) {}
  void pass(days more) { ahead_ += more.count(); }
  [[nodiscard]] std::function<system_clock::time_point()> reader() const {
    return [this] { return begun_ + days(ahead_.load()); };
  }

 private:
  const system_clock::time_point begun_ = system_clock::now();
  std::atomic<days::rep> ahead_;
};

class Reports {
 public:
  [[nodiscard]] std::function<void(const Error&)> taker() {
    return [this](const Error& error) {
      const std::lock_guard lock(mutex_);
      texts_.push_back(error.message().en);
    };
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

TEST_F(HistoryRoutesTest, NothingIsKeptUntilSomethingIs) {
  save("members", "vip");
  const json history = ask("GET", "/v1/segments/members/history");
  EXPECT_EQ(history["count"], 2);
  EXPECT_EQ(history["population"], 4);
  EXPECT_EQ(history["kept"], 0);
  EXPECT_EQ(history["first"], nullptr);
  EXPECT_TRUE(history["points"].empty());
  const json none = ask("GET", "/v1/segments/members/history?since=2026-01-01", 404);
  EXPECT_EQ(none["message"]["en"], "nothing is kept of the past of @members");
  ask("GET", "/v1/segments/nobody/history", 404);
  ask("POST", "/v1/segments/nobody/history", 404);
  ask("GET", "/v1/segments/members/history?days=0", 400);
  ask("GET", "/v1/segments/members/history?since=yesterday", 400);
}

TEST_F(HistoryRoutesTest, PointsOnDemandSayWhoCameAndWhoWent) {
  save("members", "vip");
  const json first = ask("POST", "/v1/segments/members/history");
  EXPECT_EQ(first["name"], "members");
  EXPECT_EQ(first["count"], 2);
  EXPECT_EQ(first["entered"], nullptr);
  EXPECT_EQ(first["rule_version"], 1);
  set("u1", {{"vip", false}});
  set("u2", {{"vip", true}});
  set("u5", {{"vip", true}});
  const json second = ask("POST", "/v1/segments/members/history");
  EXPECT_EQ(second["count"], 3);
  EXPECT_EQ(second["entered"], 2);
  EXPECT_EQ(second["left"], 1);
  set("u3", {{"vip", false}});
  const std::string day = today();
  const json history = ask("GET", "/v1/segments/members/history?since=" + day);
  EXPECT_EQ(history["points"].size(), 2U);
  EXPECT_EQ(history["since"]["point"]["count"], 3);
  EXPECT_EQ(history["since"]["entered"], 0);
  EXPECT_EQ(history["since"]["left"], 1);
  EXPECT_EQ(history["since"]["stayed"], 2);
  const json before = ask("GET", "/v1/segments/members/history?since=2020-01-01", 404);
  EXPECT_NE(before["hint"]["en"].get<std::string>().find(day), std::string::npos);
}

TEST_F(HistoryRoutesTest, WhoWasInItBecomesAListThatAnyExpressionMayUse) {
  save("members", "vip");
  ask("POST", "/v1/segments/members/history");
  set("u1", {{"vip", false}});
  set("u2", {{"vip", true}});
  const json frozen =
      ask("POST", "/v1/segments/members/snapshots", 201, {{"name", "then"}, {"recorded", today()}});
  EXPECT_EQ(frozen["count"], 2);
  EXPECT_EQ(frozen["snapshot_of"]["expression"], "vip");
  const auto ids = [&](const std::string& expression) {
    return ask("POST", "/v1/query", 200, {{"expression", expression}, {"want", "ids"}})["ids"];
  };
  EXPECT_EQ(ids("@then"), json::array({"u1", "u3"}));
  EXPECT_EQ(ids("@members AND NOT @then"), json::array({"u2"}));
  EXPECT_EQ(ids("@then AND NOT @members"), json::array({"u1"}));
  ask("POST", "/v1/segments/members/snapshots", 404, {{"recorded", "2020-01-01"}});
  ask("POST", "/v1/segments/members/snapshots", 400, {{"recorded", today()}, {"as_of", today()}});
}

TEST_F(HistoryRoutesTest, ADayIsTakenOnceAndOldOnesGo) {
  save("members", "vip");
  save("old", "age >= 40");
  Clock clock{days(1)};
  DailyOptions options;
  options.keep_days = 2;
  options.now = clock.reader();
  DailyRecorder daily(shop_.service().store(), options);
  daily.look();
  EXPECT_EQ(daily.figures().points, 2U);
  EXPECT_EQ(daily.figures().spreads, 5U);  // of five tags
  daily.look();
  EXPECT_EQ(daily.figures().points, 2U);
  EXPECT_EQ(daily.figures().spreads, 5U);
  set("u2", {{"vip", true}});
  clock.pass(days(1));
  daily.look();
  EXPECT_EQ(daily.figures().points, 4U);
  clock.pass(days(1));
  daily.look();
  clock.pass(days(5));  // no server was up: only the last day is taken
  daily.look();
  EXPECT_EQ(daily.figures().failures, 0U);
  const json history = ask("GET", "/v1/segments/members/history?days=10000");
  EXPECT_EQ(history["kept"], 1);
  const json drift = ask("GET", "/v1/tags/vip/drift?days=10000");
  EXPECT_EQ(drift["days"].size(), 1U);
}

TEST_F(HistoryRoutesTest, APointOfTheDayItselfIsNotThatOfTheWholeDay) {
  save("members", "vip");
  ask("POST", "/v1/segments/members/history");
  Clock clock{days(1)};
  DailyOptions options;
  options.now = clock.reader();
  DailyRecorder daily(shop_.service().store(), options);
  daily.look();
  EXPECT_EQ(daily.figures().points, 1U);
  const json points = ask("GET", "/v1/segments/members/history")["points"];
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0]["day"], points[1]["day"]);
}

TEST(HistoryKept, IsTakenByRoutesThatAreToldSo) {
  const auto tells = [](const RoutesOptions& options) {
    ShopRoutes shop("history_kept", options);
    return shop.ask("GET", "/metrics").body.find("tagline_history_points_total") !=
           std::string::npos;
  };
  EXPECT_FALSE(tells({}));
  RoutesOptions options;
  options.keep_days = 5;
  EXPECT_TRUE(tells(options));
}

TEST_F(HistoryRoutesTest, ASegmentThatCannotBeComputedIsToldOfAndPassedOver) {
  save("base", "vip");
  save("using", "@base AND age >= 30");
  ask("DELETE", "/v1/segments/base?force=true");
  save("members", "vip");
  Clock clock{days(1)};
  Reports reports;
  DailyOptions options;
  options.now = clock.reader();
  options.report = reports.taker();
  DailyRecorder daily(shop_.service().store(), options);
  daily.look();
  daily.look();
  EXPECT_EQ(daily.figures().points, 1U);
  EXPECT_EQ(daily.figures().failures, 1U);
  ASSERT_EQ(reports.texts().size(), 1U);
  EXPECT_NE(reports.texts()[0].find("@using"), std::string::npos) << reports.texts()[0];
}

TEST_F(HistoryRoutesTest, DriftSaysWhatMoved) {
  Clock clock{days(1)};
  DailyOptions options;
  options.now = clock.reader();
  DailyRecorder daily(shop_.service().store(), options);
  daily.look();
  set("u2", {{"city", "tier3"}});
  clock.pass(days(1));
  daily.look();
  const json drift = ask("GET", "/v1/tags/city/drift?days=10000");
  ASSERT_EQ(drift["days"].size(), 2U);
  EXPECT_EQ(drift["days"][0]["stability_index"], nullptr);
  // tier1 2/4 to 1/4, tier2 1/4 to 1/4, tier3 1/4 to 2/4.
  EXPECT_NEAR(drift["days"][1]["stability_index"].get<double>(),
              -0.25 * std::log(0.5) + 0.25 * std::log(2), 1e-12);
  ASSERT_EQ(drift["moved"].size(), 2U);
  EXPECT_EQ(drift["moved"][0]["value"], "tier1");
  EXPECT_DOUBLE_EQ(drift["moved"][0]["before"].get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(drift["moved"][0]["after"].get<double>(), 0.25);
  // Numbers are cut at the deciles they had at first.
  set("u1", {{"age", 70}});
  clock.pass(days(1));
  daily.look();
  const json ages = ask("GET", "/v1/tags/age/drift?days=10000");
  ASSERT_EQ(ages["days"].size(), 3U);
  EXPECT_DOUBLE_EQ(ages["days"][1]["stability_index"].get<double>(), 0);
  EXPECT_GT(ages["days"][2]["stability_index"].get<double>(), 0);
  EXPECT_EQ(ages["moved"].size(), 2U);
  ask("GET", "/v1/tags/nothing/drift", 404);
  // What has shifted needs care: ages did last, the cities the day before.
  const json health = ask("GET", "/v1/tag-health?find=drifted");
  ASSERT_EQ(health["total"], 1);
  EXPECT_EQ(health["by_finding"]["drifted"], 1);
  EXPECT_EQ(health["findings"][0]["tag"], "age");
  EXPECT_EQ(health["findings"][0]["stability_index"], ages["days"][2]["stability_index"]);
  EXPECT_EQ(health["findings"][0]["names"].size(), 2U);
}

TEST(StabilityIndex, IsThatOfTheShares) {
  using storage::Spread;
  const Spread before{0, 0, 100, 90, {{1, 60}, {2, 30}}};
  EXPECT_DOUBLE_EQ(*stability_index(before, before), 0);
  const Spread after{1, 0, 200, 180, {{1, 60}, {2, 120}}};
  const double expected = (0.3 - 0.6) * std::log(0.3 / 0.6) + (0.6 - 0.3) * std::log(0.6 / 0.3);
  EXPECT_DOUBLE_EQ(*stability_index(before, after), expected);
  // A part that is not there on one side counts as half a person.
  const Spread gone{2, 0, 100, 60, {{1, 60}}};
  const double part = (0.005 - 0.3) * std::log(0.005 / 0.3);
  const double none = (0.4 - 0.1) * std::log(0.4 / 0.1);
  EXPECT_DOUBLE_EQ(*stability_index(before, gone), part + none);
  EXPECT_FALSE(stability_index(Spread{}, after).has_value());
}

}  // namespace
}  // namespace tagline::server
