#include "server/api/kafka_report.h"

#include "server/diagnostic_json.h"
#include "server/utc_text.h"

#include <chrono>
#include <string>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kCounter = "counter";
constexpr const char* kGauge = "gauge";

std::string labels_of(const KafkaPartition& partition) {
  return MetricsText::label("topic", partition.topic) + "," +
         MetricsText::label("partition", std::to_string(partition.partition));
}

Json number_or_null(const std::optional<std::int64_t>& number) {
  return number.has_value() ? Json(*number) : Json();
}

}  // namespace

Json kafka_json(const KafkaFigures& now) {
  Json partitions = Json::array();
  for (const KafkaPartition& each : now.partitions) {
    partitions.push_back({{"topic", each.topic},
                          {"partition", each.partition},
                          {"position", number_or_null(each.position)},
                          {"lag", number_or_null(each.lag)},
                          {"stopped", each.stopped}});
  }
  Json error;
  if (now.last_error.has_value()) {
    error = {{"at", utc_text(now.last_error->at)},
             {"code", now.last_error->code},
             {"message", text_json(now.last_error->message)}};
  }
  return {{"group", now.group},
          {"state", now.state},
          {"messages", now.messages},
          {"refused", now.refused},
          {"dead_letters", now.dead_letters},
          {"commits", now.commits},
          {"errors", now.errors},
          {"rebalances", now.rebalances},
          {"last_message_at",
           now.last_message.has_value() ? Json(utc_text(*now.last_message)) : Json()},
          {"last_error", std::move(error)},
          {"partitions", std::move(partitions)}};
}

void write_kafka(const KafkaFigures& now, MetricsText& text) {
  text.single("tagline_kafka_messages_total", kCounter, "Messages done.", now.messages);
  text.single("tagline_kafka_refused_messages_total", kCounter,
              "Messages that were refused and gone past.", now.refused);
  text.single("tagline_kafka_dead_letters_total", kCounter,
              "Of those, messages that the dead-letter topic has.", now.dead_letters);
  text.single("tagline_kafka_commits_total", kCounter, "Commits of messages, of one topic each.",
              now.commits);
  text.single("tagline_kafka_errors_total", kCounter,
              "Errors of brokers and commits, all tried again.", now.errors);
  text.single("tagline_kafka_rebalances_total", kCounter, "Times partitions came or went.",
              now.rebalances);
  text.single("tagline_kafka_up", kGauge, "1 when partitions are consumed and commits get through.",
              std::uint64_t{now.state == "consuming" ? 1U : 0U});
  if (now.last_message.has_value()) {
    text.single("tagline_kafka_last_message_timestamp_seconds", kGauge,
                "When the last message was done, since 1970.",
                std::chrono::duration<double>(now.last_message->time_since_epoch()).count());
  }
  text.family("tagline_kafka_position", kGauge, "Offset of the first message that is not done.");
  for (const KafkaPartition& each : now.partitions) {
    if (each.position.has_value()) {
      text.sample(labels_of(each), static_cast<double>(*each.position));
    }
  }
  text.family("tagline_kafka_lag", kGauge, "Messages that are not done.");
  for (const KafkaPartition& each : now.partitions) {
    if (each.lag.has_value()) {
      text.sample(labels_of(each), static_cast<std::uint64_t>(*each.lag));
    }
  }
  text.family("tagline_kafka_stopped", kGauge,
              "1: the broker no longer has the partition's stored position, and it stands still.");
  for (const KafkaPartition& each : now.partitions) {
    text.sample(labels_of(each), std::uint64_t{each.stopped ? 1U : 0U});
  }
}

}  // namespace tagline::server
