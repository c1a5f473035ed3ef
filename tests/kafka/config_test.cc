// What a file of topics may say, and what is said of one that is wrong. No broker is asked.
#include "server/kafka/kafka_config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

class KafkaFile : public testing::Test {
 protected:
  KafkaFile()
      : folder_(std::filesystem::temp_directory_path() /
                ("tagline_kafka_file_" + std::to_string(getpid()))),
        schemas_(folder_ / "schemas") {
    std::filesystem::create_directories(folder_ / "schemas");
  }
  ~KafkaFile() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Result<KafkaConfig> read(const std::string& json) const {
    return kafka_config_from_json(json, folder_, schemas_);
  }
  /// A good file with another member or another topic.
  [[nodiscard]] std::string fault_of(const std::string& member,
                                     const std::string& topic = "") const {
    const auto config =
        read(R"({"brokers": "localhost:9092", "group": "shop", )" + member +
             (member.empty() ? "" : ", ") + R"("topics": [)" +
             (topic.empty() ? R"({"topic": "a", "as": "operations"})" : topic) + "]}");
    return config.has_value() ? "" : config.error().message().en;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

  std::filesystem::path folder_;
  SavedSchemas schemas_;
};

constexpr const char* kRows =
    R"({"id": {"column": "id"}, "columns": [{"column": "vip", "kind": "flag", "true": "yes"}]})";
constexpr const char* kEvents =
    R"({"events": {"user": "u", "event": {"name": "buy"}, "time": {"column": "t", "format": "%F"}}})";

TEST_F(KafkaFile, SaysAllThatItMay) {
  write("rows.json", kRows);
  write("password", "secret\n");
  ASSERT_TRUE(schemas_
                  .put("orders", *read(std::string(R"({"brokers": "b", "group": "g",
      "topics": [{"topic": "t", "as": "events", "schema": )") +
                                       kEvents + "}]}")
                                      ->topics.front()
                                      .schema)
                  .has_value());
  ASSERT_EQ(setenv("TAGLINE_TEST_USER", "me", 1), 0);
  const auto config = read(R"({
      "comment": "for the shop",
      "brokers": ["a:9092", "b:9092"], "group": "shop", "start": "latest", "lost_position": "earliest",
      "batch": {"messages": 100, "linger_ms": 0}, "dead_letter": "refused",
      "properties": {"fetch.wait.max.ms": 100, "enable.ssl.certificate.verification": false,
                     "sasl.username": {"env": "TAGLINE_TEST_USER"}, "sasl.password": {"file": "password"}},
      "topics": [{"topic": "changes", "as": "operations", "users": "refuse", "tags": "create",
                  "values": "refuse", "ahead_s": 60},
                 {"topic": "people", "as": "users", "schema": "rows.json"},
                 {"topic": "orders", "as": "events", "schema": "orders"}]})");
  ASSERT_TRUE(config.has_value()) << config.error().message().en;
  EXPECT_EQ(config->brokers, "a:9092,b:9092");
  EXPECT_EQ(config->group, "shop");
  EXPECT_EQ(config->start, KafkaStart::Latest);
  EXPECT_EQ(config->lost_position, KafkaStart::Earliest);
  EXPECT_EQ(config->messages, 100U);
  EXPECT_EQ(config->linger.count(), 0);
  EXPECT_EQ(config->dead_letter, "refused");
  ASSERT_EQ(config->properties.size(), 4U);
  EXPECT_EQ(config->properties[0].value, "100");
  EXPECT_EQ(config->properties[1].value, "false");
  EXPECT_EQ(config->properties[2].value, "me");
  EXPECT_EQ(config->properties[3].value, "secret");
  ASSERT_EQ(config->topics.size(), 3U);
  EXPECT_EQ(config->topics[0].options.users, ingest::Unknown::Refuse);
  EXPECT_EQ(config->topics[0].options.tags, ingest::Unknown::Create);
  EXPECT_EQ(config->topics[0].options.values, ingest::Unknown::Refuse);
  EXPECT_EQ(config->topics[0].options.ahead_s, 60);
  EXPECT_EQ(config->topics[1].form, MessageForm::Users);
  EXPECT_EQ(config->topics[1].schema->columns.front().tag, "vip");
  EXPECT_EQ(config->topics[2].schema->events->event.name, "buy");
}

TEST_F(KafkaFile, TheExampleIsOne) {
  const std::filesystem::path folder =
      std::filesystem::path(TAGLINE_SOURCE_DIR) / "examples" / "kafka";
  std::ifstream file(folder / "shop.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto config = kafka_config_from_json(text, folder, schemas_);
  ASSERT_TRUE(config.has_value()) << config.error().message().en;
  ASSERT_EQ(config->topics.size(), 3U);
  EXPECT_EQ(config->topics[1].schema->events->event.name, "ordered_online");
}

TEST_F(KafkaFile, WhatIsWrongIsNamedWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> members = {
      {R"("start": "now")", R"(start: unexpected "now", expected earliest or latest)"},
      {R"("lost_position": "skip")",
       R"(lost_position: unexpected "skip", expected stop, earliest or latest)"},
      {R"("batch": {"messages": 0})", "batch.messages: unexpected 0"},
      {R"("batch": {"message": 5})", "batch.message: unexpected key"},
      {R"("dead_letter": "a b")", R"(dead_letter: unexpected "a b")"},
      {R"("dead_letter": "a")", R"(topics[0].topic: unexpected the dead-letter topic "a")"},
      {R"("properties": {"group.id": "x"})",
       R"(properties.group.id: unexpected property that Tagline sets itself, expected "group")"},
      {R"("properties": {"enable.auto.commit": true})",
       "properties.enable.auto.commit: unexpected"},
      {R"("properties": {"fetch.wait": 5})", "properties.fetch.wait: unexpected what librdkafka"},
      {R"("properties": {"fetch.wait.max.ms": "soon"})",
       "properties.fetch.wait.max.ms: unexpected"},
      {R"("properties": {"sasl.password": {"env": "TAGLINE_NOT_SET"}})",
       "properties.sasl.password.env: unexpected TAGLINE_NOT_SET, which is not set"},
      {R"("properties": {"sasl.password": {"file": "none"}})",
       "properties.sasl.password.file: unexpected cannot read"},
      {R"("properties": {"sasl.password": null})", "properties.sasl.password: unexpected null"},
      {R"("properties": {"sasl.password": {}})", "properties.sasl.password: unexpected {}"},
      {R"("toppics": [])", "toppics: unexpected key"},
  };
  for (const auto& [member, fault] : members) {
    EXPECT_EQ(fault_of(member).substr(0, fault.size()), fault) << member;
  }
  const std::string rows(kRows);
  const std::string events(kEvents);
  const std::vector<std::pair<std::string, std::string>> topics = {
      {R"({"topic": "a"})", "topics[0].as: this key is missing"},
      {R"({"topic": "a", "as": "rows"})",
       R"(topics[0].as: unexpected "rows", expected operations, users or events)"},
      {R"({"topic": "^a.*", "as": "operations"})", R"(topics[0].topic: unexpected "^a.*")"},
      {R"({"topic": "a", "as": "users"})", "topics[0].schema: this key is missing"},
      {R"({"topic": "a", "as": "operations", "schema": "x"})", "topics[0].schema: unexpected key"},
      {R"({"topic": "a", "as": "users", "schema": )" + events + "}",
       "topics[0].schema: unexpected a schema of events"},
      {R"({"topic": "a", "as": "events", "schema": )" + rows + "}",
       "topics[0].schema: unexpected a schema of users"},
      {R"({"topic": "a", "as": "users", "schema": "none"})",
       "topics[0].schema: there is no schema named none"},
      {R"({"topic": "a", "as": "users", "schema": "./none.json"})",
       "topics[0].schema: cannot read "},
      {R"({"topic": "a", "as": "users", "schema": {"id": {"row_number": true}, "columns": []}})",
       "topics[0].schema: id: messages have no row number"},
      {R"({"topic": "a", "as": "users", "schema": {"id": {"column": "i"}, "columns": [
           {"column": "x", "kind": "flagg"}]}})",
       "topics[0].schema: columns[0].kind: unexpected"},
      {R"({"topic": "a", "as": "operations", "tags": "make"})",
       R"(topics[0].tags: unexpected "make", expected create or refuse)"},
      {R"({"topic": "a", "as": "operations"}, {"topic": "a", "as": "operations"})",
       R"(topics[1].topic: unexpected "a" a second time)"},
  };
  for (const auto& [topic, fault] : topics) {
    EXPECT_EQ(fault_of("", topic).substr(0, fault.size()), fault) << topic;
  }
  EXPECT_NE(read("{").error().message().en.find("line 1, column 2"), std::string::npos)
      << read("{").error().message().en;
  EXPECT_EQ(read(R"({"group": "g", "topics": []})").error().message().en,
            "brokers: this key is missing");
  EXPECT_EQ(read(R"({"brokers": "b", "topics": []})").error().message().en,
            "group: this key is missing");
  EXPECT_EQ(read(R"({"brokers": "b", "group": "g"})").error().message().en,
            "topics: this key is missing");
}

}  // namespace
}  // namespace tagline::server
