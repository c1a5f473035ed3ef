// A shop that consumes topics, for tests: its database, and what the topics did to it.
#pragma once

#include "ingest/day.h"
#include "server/ingest_queue.h"
#include "server/kafka/kafka_consumer.h"
#include "storage/store.h"
#include "storage/verify.h"
#include "tests/kafka/mock_cluster.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::tests {

/// Waits until something is so; a failure when that takes a minute.
inline bool soon(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // between two looks
  }
  return true;
}

/// What all users have: points, and how often they viewed.
struct ShopContent {
  std::map<std::string, std::int64_t> points;
  std::map<std::string, std::uint64_t> views;
  friend bool operator==(const ShopContent&, const ShopContent&) = default;
};

/// A database in a folder of its own, removed at the end.
class ShopDatabase {
 public:
  explicit ShopDatabase(const std::string& name)
      : folder_(std::filesystem::temp_directory_path() /
                ("tagline_kafka_" + name + "_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    storage::OpenOptions create;
    create.mode = storage::OpenMode::Create;
    create.time_zone = "UTC";
    auto store = storage::Store::open(folder_, create).value();
    const Status made = store->write([](storage::WriteTxn& txn) -> Status {
      storage::TagRecord points;
      points.name = "points";
      points.kind = engine::TagKind::Number;
      TAGLINE_RETURN_IF_ERROR(txn.put_tag(points).map([](engine::FieldId) {}));
      storage::TagRecord view;
      view.name = "view";
      view.kind = engine::TagKind::Event;
      return txn.put_tag(view).map([](engine::FieldId) {});
    });
    EXPECT_TRUE(made.has_value());
  }
  ~ShopDatabase() { std::filesystem::remove_all(folder_); }
  ShopDatabase(const ShopDatabase&) = delete;
  ShopDatabase& operator=(const ShopDatabase&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::unique_ptr<storage::Store> open() const {
    storage::OpenOptions write;
    write.mode = storage::OpenMode::Write;
    return storage::Store::open(folder_, write).value();
  }

 private:
  std::filesystem::path folder_;
};

inline ShopContent content_of(storage::Store& store) {
  ShopContent content;
  const Status read = store.read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, snapshot.tags());
    TAGLINE_ASSIGN_OR_RETURN(const auto events, snapshot.events());
    for (std::uint32_t user = 0; user < snapshot.user_limit(); ++user) {
      TAGLINE_ASSIGN_OR_RETURN(const std::string id, snapshot.external_id(user));
      TAGLINE_ASSIGN_OR_RETURN(const auto points, snapshot.number_of(tags.front().field, user));
      content.points[id] = points.value_or(0);
      TAGLINE_ASSIGN_OR_RETURN(const auto days,
                               snapshot.event_history(events.front().field, user, {}));
      for (const storage::DayOfUser& day : days) {
        content.views[id] += day.count;
      }
    }
    return {};
  });
  EXPECT_TRUE(read.has_value()) << (read.has_value() ? "" : read.error().message().en);
  return content;
}

inline std::map<std::pair<std::string, std::uint32_t>, std::int64_t> positions_of(
    storage::Store& store, const std::string& group) {
  std::map<std::pair<std::string, std::uint32_t>, std::int64_t> positions;
  const Status read = store.read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto all, snapshot.positions(group));
    for (const storage::PositionRecord& each : all) {
      positions[{each.topic, each.partition}] = each.next;
    }
    return {};
  });
  EXPECT_TRUE(read.has_value());
  return positions;
}

inline void expect_clean(storage::Store& store) {
  const Status read = store.read([](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto report, storage::verify(snapshot));
    for (const Text& problem : report.problems) {
      ADD_FAILURE() << problem.en;
    }
    return {};
  });
  EXPECT_TRUE(read.has_value());
}

/// A message that shows when it is done twice or not at all.
inline MockMessage counted(const std::string& topic, std::int32_t partition, int number) {
  constexpr int kUsers = 7;
  const std::string user = "u" + std::to_string(number % kUsers);
  MockMessage message;
  message.topic = topic;
  message.partition = partition;
  message.value = "{\"user\": \"" + user +
                  "\", \"add\": {\"points\": " + std::to_string(number % 10 + 1) +
                  "}, \"events\": [{\"event\": \"view\"}]}";
  return message;
}
/// What such messages do, each once.
inline void count(int number, ShopContent& content) {
  constexpr int kUsers = 7;
  const std::string user = "u" + std::to_string(number % kUsers);
  content.points[user] += number % 10 + 1;
  ++content.views[user];
}

/// A consumer over a database, as a server has it.
class ConsumingShop {
 public:
  ConsumingShop(const ShopDatabase& database, const server::KafkaConfig& config)
      : store_(database.open()), queue_(std::make_unique<server::IngestQueue>(*store_)) {
    auto begun = server::KafkaConsumer::start(config, *store_, *queue_);
    if (!begun.has_value()) {
      throw std::runtime_error(begun.error().message().en);
    }
    consumer_ = std::move(*begun);
  }

  [[nodiscard]] server::KafkaFigures figures() const { return consumer_->figures(); }
  [[nodiscard]] storage::Store& store() { return *store_; }
  [[nodiscard]] bool has_done(std::uint64_t messages) {
    return soon([&] {
      const server::KafkaFigures now = figures();
      return now.messages + now.refused >= messages;
    });
  }
  void end() { consumer_->end(); }

 private:
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<server::IngestQueue> queue_;
  std::unique_ptr<server::KafkaConsumer> consumer_;
};

inline server::KafkaConfig config_of(const MockCluster& cluster, const std::string& group,
                                     const std::vector<std::string>& topics) {
  server::KafkaConfig config;
  config.brokers = cluster.brokers();
  config.group = group;
  // Of the mock cluster, half a member's time is what a group takes to find itself again.
  config.properties = {{"session.timeout.ms", "3500"},
                       {"heartbeat.interval.ms", "100"},
                       {"reconnect.backoff.max.ms", "200"}};
  for (const std::string& topic : topics) {
    config.topics.push_back({topic, server::MessageForm::Operations, {}, {}});
  }
  return config;
}

}  // namespace tagline::tests
