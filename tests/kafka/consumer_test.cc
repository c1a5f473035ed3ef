// Messages of topics arrive once, whatever happens on the way.
#include "server/schema_json.h"
#include "storage/fault_point.h"
#include "tests/kafka/kafka_shop.h"

#include <algorithm>

namespace tagline::tests {
namespace {

using server::KafkaFigures;
using server::MessageForm;

MockMessage text(const std::string& topic, const std::string& value) {
  MockMessage message;
  message.topic = topic;
  message.value = value;
  return message;
}

ingest::Schema schema(const std::string& json) {
  auto read = server::schema_from_json(json);
  EXPECT_TRUE(read.has_value()) << (read.has_value() ? "" : read.error().message().en);
  return read.value_or(ingest::Schema{});
}

TEST(KafkaConsumer, EveryFormArrivesAndWhatIsAtFaultBecomesADeadLetter) {
  MockCluster cluster;
  for (const char* topic : {"changes", "people", "orders", "refused"}) {
    cluster.create(topic, 1);
  }
  MockMessage bad = text("changes", "{\"user\": \"u1\", \"set\": {\"vpi\": true}}");
  bad.key = "k1";
  bad.headers["trace"] = "t1";
  MockMessage none = text("changes", "");
  none.value.reset();
  cluster.produce({
      text("changes", "{\"user\": \"u1\",\n \"add\": {\"points\": 3}}"),
      bad,
      // A message is done whole: of this one, nothing.
      text("changes",
           "[{\"user\": \"u1\", \"add\": {\"points\": 100}}, {\"user\": \"u2\", "
           "\"set\": {\"points\": \"many\"}}]"),
      text("changes",
           "[{\"user\": \"u1\", \"add\": {\"points\": 4}}, {\"user\": \"u2\", "
           "\"add\": {\"points\": 5}}]"),
      none,
      text("changes", "{\"user\": "),
      text("people", "{\"id\": \"u3\", \"City\": \"b\", \"points\": 8}"),
      text("people", "{\"id\": \"\", \"City\": \"b\"}"),
      text("orders",
           "{\"who\": \"u3\", \"at\": \"2026-01-31T23:30:00Z\", \"what\": \"shoes\", "
           "\"price\": \"12.50\", \"n\": 2}"),
      text("orders", "{\"who\": \"u3\", \"at\": \"soon\", \"what\": \"shoes\"}"),
  });
  server::KafkaConfig config = config_of(cluster, "forms", {"changes"});
  config.dead_letter = "refused";
  config.topics.push_back({"people",
                           MessageForm::Users,
                           schema(R"({"id": {"column": "id"}, "columns": [
                  {"column": "City", "tag": "city", "kind": "category"},
                  {"column": "points", "kind": "number"}]})"),
                           {}});
  config.topics.push_back({"orders",
                           MessageForm::Events,
                           schema(R"({"events": {"user": "who", "event": {"name": "buy"},
                  "time": {"column": "at", "format": "iso8601"}, "key": "what",
                  "amount": {"column": "price", "times": "n", "scale": 2}}})"),
                           {}});
  const ShopDatabase database("forms");
  {
    ConsumingShop shop(database, config);
    ASSERT_TRUE(shop.has_done(10)) << shop.figures().state;
    const KafkaFigures figures = shop.figures();
    EXPECT_EQ(figures.messages, 4U);
    EXPECT_EQ(figures.refused, 6U);
    EXPECT_EQ(figures.dead_letters, 6U);
    EXPECT_EQ(figures.state, "consuming");
    EXPECT_EQ(figures.partitions.size(), 3U);
    EXPECT_TRUE(figures.last_message.has_value());
    EXPECT_TRUE(soon([&] {
      const auto now = shop.figures().partitions;
      return std::all_of(now.begin(), now.end(), [](const auto& each) { return each.lag == 0; });
    }));
    // Also at the broker, for who looks there.
    EXPECT_TRUE(soon([&] { return cluster.committed("forms", "changes", 0) == 6; }));
    shop.end();
    EXPECT_EQ(shop.figures().state, "ended");
  }
  const auto store = database.open();
  const ShopContent content = content_of(*store);
  EXPECT_EQ(content.points, (std::map<std::string, std::int64_t>{{"u1", 7}, {"u2", 5}, {"u3", 8}}));
  const auto positions = positions_of(*store, "forms");
  EXPECT_EQ(positions.at({"changes", 0}), 6);
  EXPECT_EQ(positions.at({"people", 0}), 2);
  EXPECT_EQ(positions.at({"orders", 0}), 2);
  const Status read = store->read([](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto events, snapshot.events());
    EXPECT_EQ(events.back().name, "buy");
    EXPECT_EQ(events.back().scale, 2U);
    TAGLINE_ASSIGN_OR_RETURN(const auto user, snapshot.find_user("u3"));
    TAGLINE_ASSIGN_OR_RETURN(const auto days,
                             snapshot.event_history(events.back().field, *user, {}));
    EXPECT_EQ(days.size(), 1U);
    EXPECT_EQ(ingest::day_text(days.front().day), "2026-01-31");
    EXPECT_EQ(days.front().amount, 2500);
    return {};
  });
  EXPECT_TRUE(read.has_value());
  expect_clean(*store);

  std::map<std::pair<std::string, std::string>, MockMessage> letters;
  for (MockMessage& letter : cluster.read("refused", 1)) {
    const auto headers = letter.headers;
    letters[{headers.at("tagline-topic"), headers.at("tagline-offset")}] = std::move(letter);
  }
  ASSERT_EQ(letters.size(), 6U);
  const MockMessage& first = letters.at({"changes", "1"});
  EXPECT_EQ(first.value, bad.value);
  EXPECT_EQ(first.key, "k1");
  EXPECT_EQ(first.headers.at("trace"), "t1");
  EXPECT_EQ(first.headers.at("tagline-code"), "refused-operation");
  EXPECT_EQ(first.headers.at("tagline-message").substr(0, 19), "there is no tag vpi");
  EXPECT_EQ(first.headers.at("tagline-partition"), "0");
  EXPECT_EQ(letters.at({"changes", "2"}).headers.at("tagline-message"),
            "points: \"many\", expected a number such as 12.5");
  EXPECT_EQ(letters.at({"changes", "4"}).headers.at("tagline-message"), "the message has no value");
  EXPECT_EQ(letters.at({"changes", "4"}).value.value_or(""), "");
  EXPECT_EQ(letters.at({"changes", "5"}).headers.at("tagline-code"), "bad-message");
  EXPECT_EQ(letters.at({"people", "1"}).headers.at("tagline-code"), "bad-message");
  EXPECT_NE(
      letters.at({"orders", "1"}).headers.at("tagline-message").find("\"soon\" is not a time"),
      std::string::npos);
}

TEST(KafkaConsumer, GoesOnWhereItWasAndRepeatsNothing) {
  const ShopDatabase database("again");
  ShopContent expected;
  std::vector<MockMessage> all;
  for (int i = 0; i < 300; ++i) {
    all.push_back(counted("changes", i % 3, i));
    count(i, expected);
  }
  // Another cluster with the same messages: its group knows nothing of what was read.
  for (std::size_t sent : {std::size_t{120}, all.size()}) {
    MockCluster cluster;
    cluster.create("changes", 3);
    cluster.produce({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(sent)});
    server::KafkaConfig config = config_of(cluster, "again", {"changes"});
    config.messages = 17;  // many commits
    ConsumingShop shop(database, config);
    const std::uint64_t before = sent == all.size() ? 120U : 0U;
    ASSERT_TRUE(shop.has_done(sent - before));
    EXPECT_EQ(shop.figures().messages, sent - before);
    EXPECT_GE(shop.figures().commits, (sent - before) / 17);
  }
  const auto store = database.open();
  EXPECT_EQ(content_of(*store), expected);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(positions_of(*store, "again").at({"changes", i}), 100);
  }
  expect_clean(*store);
}

TEST(KafkaConsumer, WhatBrokersAndDisksRefuseIsTriedAgain) {
  const ShopDatabase database("retry");
  MockCluster cluster;
  cluster.create("changes", 1);
  const server::KafkaConfig config = config_of(cluster, "retry", {"changes"});
  ShopContent expected;
  {
    ConsumingShop shop(database, config);
    cluster.fail(kFetchRequest, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 3);
    for (int i = 0; i < 20; ++i) {
      cluster.produce(counted("changes", 0, i));
      count(i, expected);
    }
    ASSERT_TRUE(shop.has_done(20));

    storage::set_fault("commit:disk-full");
    cluster.produce(counted("changes", 0, 20));
    count(20, expected);
    ASSERT_TRUE(soon([&] { return shop.figures().state == "retrying"; }));
    EXPECT_EQ(shop.figures().last_error->code, "disk-full");
    EXPECT_EQ(positions_of(shop.store(), "retry").at({"changes", 0}), 20);
    storage::set_fault("");
    ASSERT_TRUE(shop.has_done(21));
    EXPECT_EQ(shop.figures().state, "consuming");
    EXPECT_GE(shop.figures().errors, 1U);

    // The broker goes and comes back.
    cluster.go_down();
    ASSERT_TRUE(soon([&] { return shop.figures().last_error->code != "disk-full"; }));
    cluster.come_up();
    cluster.produce(counted("changes", 0, 21));
    count(21, expected);
    ASSERT_TRUE(shop.has_done(22));
  }
  const auto store = database.open();
  EXPECT_EQ(content_of(*store), expected);
}

TEST(KafkaConsumer, NobodyGoesPastAMessageWhoseDeadLetterIsNotThere) {
  const ShopDatabase database("letters");
  MockCluster cluster;
  cluster.create("changes", 1);
  cluster.create("refused", 1);
  server::KafkaConfig config = config_of(cluster, "letters", {"changes"});
  config.dead_letter = "refused";
  config.properties.push_back({"retries", "0"});
  cluster.produce({counted("changes", 0, 1), text("changes", "nothing"), counted("changes", 0, 2)});
  // Three refusals that the client does not repeat by itself.
  cluster.fail(kProduceRequest, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 3);
  ConsumingShop shop(database, config);
  ASSERT_TRUE(soon([&] { return shop.figures().errors >= 3; }));
  EXPECT_EQ(shop.figures().last_error->code, "TOPIC_AUTHORIZATION_FAILED");
  ASSERT_TRUE(shop.has_done(3));
  EXPECT_EQ(shop.figures().dead_letters, 1U);
  EXPECT_EQ(cluster.read("refused", 1).size(), 1U);
}

TEST(KafkaConsumer, LatestBeginsAtTheEndOnceAndForAll) {
  const ShopDatabase database("latest");
  ShopContent expected;
  std::vector<MockMessage> all = {counted("changes", 0, 1), counted("changes", 0, 2)};
  for (int run = 0; run < 2; ++run) {
    MockCluster cluster;
    cluster.create("changes", 1);
    cluster.produce(all);
    server::KafkaConfig config = config_of(cluster, "latest", {"changes"});
    config.start = server::KafkaStart::Latest;
    ConsumingShop shop(database, config);
    if (run == 0) {
      // Stored before the first message, so that what comes while nobody consumes is not lost.
      ASSERT_TRUE(soon([&] { return positions_of(shop.store(), "latest").size() == 1; }));
      EXPECT_EQ(positions_of(shop.store(), "latest").at({"changes", 0}), 2);
      all.push_back(counted("changes", 0, 3));
      count(3, expected);
    } else {
      ASSERT_TRUE(shop.has_done(1));
      EXPECT_EQ(content_of(shop.store()), expected);
    }
  }
}

TEST(KafkaConsumer, WhenItsPositionIsGoneItStandsStillAndSaysSo) {
  const ShopDatabase database("lost");
  {
    const auto store = database.open();
    const Status put = store->write([](storage::WriteTxn& txn) {
      return txn.put_position({"lost", "changes", 0, 1'000, 0});
    });
    ASSERT_TRUE(put.has_value());
  }
  MockCluster cluster;
  cluster.create("changes", 1);
  cluster.produce({counted("changes", 0, 1), counted("changes", 0, 2)});
  server::KafkaConfig config = config_of(cluster, "lost", {"changes"});
  {
    ConsumingShop shop(database, config);
    ASSERT_TRUE(soon([&] {
      const auto now = shop.figures().partitions;
      return !now.empty() && now.front().stopped;
    }));
    EXPECT_EQ(shop.figures().last_error->code, "_AUTO_OFFSET_RESET");
    EXPECT_EQ(shop.figures().messages, 0U);
  }
  config.lost_position = server::KafkaStart::Earliest;
  ConsumingShop shop(database, config);
  ASSERT_TRUE(shop.has_done(2));
  EXPECT_EQ(positions_of(shop.store(), "lost").at({"changes", 0}), 2);
}

/// Every database has of each partition the messages before its position, each once, and no other.
void expect_prefixes(const std::vector<std::vector<int>>& partitions, storage::Store& store,
                     const std::string& group) {
  ShopContent expected;
  for (const auto& [place, next] : positions_of(store, group)) {
    const auto& numbers = partitions[place.second];
    ASSERT_LE(static_cast<std::size_t>(next), numbers.size());
    for (std::size_t i = 0; i < static_cast<std::size_t>(next); ++i) {
      count(numbers[i], expected);
    }
  }
  EXPECT_EQ(content_of(store), expected);
  expect_clean(store);
}

class Rebalancing : public testing::TestWithParam<const char*> {};

TEST_P(Rebalancing, PartitionsThatComeAndGoLoseAndRepeatNothing) {
  const std::string protocol = GetParam();
  const ShopDatabase first(protocol + "1");
  const ShopDatabase second(protocol + "2");
  MockCluster cluster;
  cluster.create("changes", 4);
  std::vector<std::vector<int>> partitions(4);
  int number = 0;
  const auto produce = [&](int many) {
    std::vector<MockMessage> some;
    for (int i = 0; i < many; ++i, ++number) {
      partitions[static_cast<std::size_t>(number % 4)].push_back(number);
      some.push_back(counted("changes", number % 4, number));
    }
    cluster.produce(some);
  };
  server::KafkaConfig config = config_of(cluster, "both", {"changes"});
  config.properties.push_back({"partition.assignment.strategy", protocol});
  config.messages = 11;
  produce(400);
  {
    ConsumingShop one(first, config);
    ASSERT_TRUE(one.has_done(100));
    {
      ConsumingShop other(second, config);
      // While messages come and are committed, partitions move to the other.
      // So many and no more: a group takes seconds to form, and each commit is of few.
      constexpr int kMost = 1'500;
      ASSERT_TRUE(soon([&] {
        if (number < kMost) {
          produce(20);
        }
        return other.figures().messages > 50;
      }));
      EXPECT_FALSE(other.figures().partitions.empty());
      EXPECT_LT(one.figures().partitions.size(), 4U);
    }
    // And back: what the other has done is not done here yet, and is done now.
    produce(40);
    ASSERT_TRUE(soon([&] { return one.figures().messages == static_cast<unsigned>(number); }))
        << one.figures().messages << " of " << number;
  }
  const auto store = first.open();
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(positions_of(*store, "both").at({"changes", i})),
              partitions[i].size());
  }
  expect_prefixes(partitions, *store, "both");
  expect_prefixes(partitions, *second.open(), "both");
}

INSTANTIATE_TEST_SUITE_P(Protocols, Rebalancing, testing::Values("cooperative-sticky", "range"),
                         [](const auto& each) {
                           return std::string(each.param == std::string("range") ? "Eager"
                                                                                 : "Cooperative");
                         });

}  // namespace
}  // namespace tagline::tests
