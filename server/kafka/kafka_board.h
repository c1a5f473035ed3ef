// KafkaBoard: what a consumer has done, kept for who asks. Included by server/kafka/*.cc only.
#pragma once

#include "server/kafka/kafka_consumer.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace tagline::server {

/// Thread-safe.
class KafkaBoard {
 public:
  explicit KafkaBoard(std::string group) { figures_.group = std::move(group); }

  /// Changes figures, all but the partitions.
  template <class Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change(figures_);
  }
  template <class Change>
  void note_partition(const std::string& topic, std::int32_t partition, Change change) {
    const std::lock_guard lock(mutex_);
    auto& found = partitions_[{topic, partition}];
    found.topic = topic;
    found.partition = partition;
    change(found);
  }
  void forget(const std::string& topic, std::int32_t partition) {
    const std::lock_guard lock(mutex_);
    partitions_.erase({topic, partition});
  }
  void problem(std::string code, Text message) {
    const std::lock_guard lock(mutex_);
    ++figures_.errors;
    figures_.last_error = {std::chrono::system_clock::now(), std::move(code), std::move(message)};
  }
  [[nodiscard]] KafkaFigures figures() const {
    const std::lock_guard lock(mutex_);
    KafkaFigures now = figures_;
    for (const auto& [key, partition] : partitions_) {
      now.partitions.push_back(partition);
    }
    return now;
  }

 private:
  mutable std::mutex mutex_;
  KafkaFigures figures_;
  std::map<std::pair<std::string, std::int32_t>, KafkaPartition> partitions_;
};

}  // namespace tagline::server
