// `tagline serve --kafka` as a process that is killed, and what it tells of itself.
#include "tests/cli/program.h"

#include "server/http/http_client.h"
#include "tests/kafka/kafka_shop.h"

#include <csignal>
#include <fstream>
#include <random>
#include <sstream>

#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

std::string get(const std::string& url, const std::string& target) {
  const auto client = server::HttpClient::make(url, "");
  const auto reply = (*client)->send({"GET", target, {}, {}, {}});
  return reply.has_value() ? reply->body : "";
}

/// Nothing while the server does not answer.
json kafka_of(const std::string& url) {
  const json status = json::parse(get(url, "/v1/status"), nullptr, false);
  return status.is_object() && status.contains("kafka") ? status["kafka"] : json();
}

std::string config_file(const TempFolder& folder, const MockCluster& cluster,
                        const json& more = json::object()) {
  json config = {{"brokers", {cluster.brokers()}},
                 {"group", "program"},
                 {"batch", {{"messages", 9}}},
                 {"properties", {{"session.timeout.ms", 3500}, {"heartbeat.interval.ms", 100}}},
                 {"topics", {{{"topic", "changes"}, {"as", "operations"}}}}};
  config.update(more);
  return folder.write("kafka.json", config.dump());
}

std::vector<std::string> serve(const ShopDatabase& database, const std::string& config) {
  return {"serve",    "--db",         database.folder().string(),
          "--listen", "127.0.0.1:0",  "--kafka",
          config,     "--log-format", "json"};
}

/// Messages that are done, as another process sees it.
std::int64_t done_in(const ShopDatabase& database) {
  const auto store = storage::Store::open(database.folder(), storage::OpenOptions{});
  std::int64_t done = 0;
  if (!store.has_value()) {
    return done;
  }
  for (const auto& [place, next] : positions_of(**store, "program")) {
    done += next;
  }
  return done;
}

TEST(KafkaProgram, IsKilledAtAnyPointAndLosesAndRepeatsNothing) {
  const ShopDatabase database("killed");
  const TempFolder folder;
  ShopContent expected;
  std::vector<MockMessage> all;
  for (int i = 0; i < 1'500; ++i) {
    all.push_back(counted("changes", i % 3, i));
    count(i, expected);
  }
  std::minstd_rand random(7);
  // A cluster each time, with the same messages: the group's own memory would take its time to see
  // that a member died, and what it knows is not what counts.
  for (int run = 0; run < 4; ++run) {
    MockCluster cluster;
    cluster.create("changes", 3);
    // Some more each time, so that there is something to be killed at.
    cluster.produce({all.begin(), all.begin() + 375 * (run + 1)});
    const bool last = run == 3;
    // Also right before and right after what is committed is on the disk.
    const std::string fault = run == 1   ? "commit:kill:" + std::to_string(random() % 20 + 5)
                              : run == 2 ? "committed:kill:" + std::to_string(random() % 20 + 5)
                                         : "";
    setenv("TAGLINE_FAULT", fault.c_str(), 1);
    RunningTagline server(serve(database, config_file(folder, cluster)), folder.path("log"));
    unsetenv("TAGLINE_FAULT");
    ASSERT_NE(server.line(), "");
    if (last) {
      ASSERT_TRUE(soon([&] { return done_in(database) == 1'500; }));
      server.signal(SIGTERM);
      EXPECT_EQ(server.wait(), 0);
    } else if (fault.empty()) {
      const auto enough = static_cast<std::int64_t>(random() % 300 + 1);
      ASSERT_TRUE(soon([&] { return done_in(database) >= enough; }));
      server.signal(SIGKILL);
      EXPECT_EQ(server.wait(), 128 + SIGKILL);
    } else {
      EXPECT_EQ(server.wait(), 128 + SIGKILL);
    }
    const auto store = database.open();
    ShopContent so_far;
    for (const auto& [place, next] : positions_of(*store, "program")) {
      for (std::int64_t i = 0; i < next; ++i) {
        count(static_cast<int>(i * 3) + static_cast<int>(place.second), so_far);
      }
    }
    EXPECT_EQ(content_of(*store), so_far) << "run " << run;
    expect_clean(*store);
  }
  EXPECT_EQ(content_of(*database.open()), expected);
}

TEST(KafkaProgram, TellsHowItStandsAndEndsInTime) {
  const ShopDatabase database("status");
  const TempFolder folder;
  MockCluster cluster;
  cluster.create("changes", 2);
  MockMessage bad;
  bad.topic = "changes";
  bad.value = "no JSON";
  cluster.produce({counted("changes", 0, 1), counted("changes", 1, 2), bad});
  RunningTagline server(serve(database, config_file(folder, cluster)), folder.path("log"));
  const std::string url = server.line();
  ASSERT_TRUE(soon([&] {
    const json now = kafka_of(url);
    return !now.is_null() && now["messages"] == 2 && now["refused"] == 1 &&
           std::all_of(now["partitions"].begin(), now["partitions"].end(),
                       [](const json& each) { return each["lag"] == 0; });
  })) << kafka_of(url);
  const json now = kafka_of(url);
  EXPECT_EQ(now["group"], "program");
  EXPECT_EQ(now["state"], "consuming");
  EXPECT_EQ(now["dead_letters"], 0);
  EXPECT_FALSE(now["last_message_at"].is_null());
  ASSERT_EQ(now["partitions"].size(), 2U);
  EXPECT_EQ(now["partitions"][0], (json{{"topic", "changes"},
                                        {"partition", 0},
                                        {"position", 2},
                                        {"lag", 0},
                                        {"stopped", false}}));
  const std::string metrics = get(url, "/metrics");
  for (const char* line :
       {"\ntagline_kafka_messages_total 2\n", "\ntagline_kafka_refused_messages_total 1\n",
        "\ntagline_kafka_up 1\n", "\ntagline_kafka_lag{topic=\"changes\",partition=\"1\"} 0\n",
        "\ntagline_kafka_position{topic=\"changes\",partition=\"0\"} 2\n"}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line << metrics;
  }
  // The brokers are gone: it ends all the same.
  cluster.go_down();
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  std::ifstream log(folder.path("log"));
  std::stringstream text;
  text << log.rdbuf();
  EXPECT_NE(text.str().find("\"event\":\"kafka-refused\""), std::string::npos) << text.str();
  EXPECT_NE(text.str().find("\"event\":\"kafka-assigned\""), std::string::npos);
}

TEST(KafkaProgram, WhatIsWrongWithTheFileIsSaidBeforeAnythingBegins) {
  const ShopDatabase database("wrong");
  const TempFolder folder;
  const std::string db = database.folder().string();
  const std::string file = folder.write(
      "kafka.json", R"({"brokers": "b", "group": "g", "topics": [{"topic": "t", "as": "row"}]})");
  const std::vector<std::string> words = {"serve",    "--db",        db,
                                          "--listen", "127.0.0.1:0", "--kafka"};
  auto with = words;
  with.push_back(file);
  Outcome outcome = run_tagline(with);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find(file + ": topics[0].as: unexpected \"row\""), std::string::npos)
      << outcome.err;
  with.push_back("--read-only");
  outcome = run_tagline(with);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("--kafka writes what it consumes"), std::string::npos) << outcome.err;
  auto none = words;
  none.push_back(folder.path("none.json"));
  outcome = run_tagline(none);
  EXPECT_NE(outcome.status, 0);
  EXPECT_NE(outcome.err.find("none.json"), std::string::npos) << outcome.err;
  // A certificate that is not there: librdkafka says so.
  auto other = words;
  other.push_back(folder.write("other.json", R"({"brokers": "127.0.0.1:1", "group": "g",
      "properties": {"security.protocol": "ssl", "ssl.ca.location": "/nowhere/ca.pem"},
      "topics": [{"topic": "t", "as": "operations"}]})"));
  outcome = run_tagline(other);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("the client of Kafka cannot be made"), std::string::npos)
      << outcome.err;
}

}  // namespace
}  // namespace tagline::tests
