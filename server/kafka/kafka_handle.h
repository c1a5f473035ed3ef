// kafka_handle: clients of librdkafka, and what they tell. Included by server/kafka/*.cc only.
//
// Rules of librdkafka                                    kept by
// -----------------------------------------------------  ----------------------------------------
// callbacks run on the thread that polls, logs on any    KafkaListener says which are which
// messages and lists are given back                      KafkaMessage, KafkaPartitions
// messages are given back before their consumer is        KafkaLoop::close
// a consumer is closed before it is destroyed            KafkaLoop::close
#pragma once

#include "engine/result.h"
#include "server/kafka/kafka_config.h"

#include <librdkafka/rdkafka.h>
#include <memory>
#include <optional>
#include <string>

namespace tagline::server {

struct DestroyKafka {
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, DestroyKafka>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, DestroyKafka>;
using KafkaPartitions = std::unique_ptr<rd_kafka_topic_partition_list_t, DestroyKafka>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, DestroyKafka>;
using KafkaHeaders = std::unique_ptr<rd_kafka_headers_t, DestroyKafka>;

/// Told by a client. Outlives it.
class KafkaListener {
 public:
  KafkaListener() = default;
  virtual ~KafkaListener() = default;
  KafkaListener(const KafkaListener&) = delete;
  KafkaListener& operator=(const KafkaListener&) = delete;

  /// On the polling thread: partitions come or go; the client waits for (un)assignment.
  virtual void rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions) = 0;
  /// On the polling thread: something is wrong; the client goes on trying unless it is fatal.
  virtual void went_wrong(rd_kafka_resp_err_t code, const std::string& reason) = 0;
  /// On the polling thread of a producer: what became of a message. `opaque`: as it was produced.
  virtual void delivered(const rd_kafka_message_t& message) = 0;
  /// On any thread.
  virtual void log(int level, const char* facility, const char* text) = 0;
};

/// Why librdkafka does not take it; nothing: it does.
[[nodiscard]] std::optional<std::string> property_fault(const KafkaProperty& property);

/// A client that has begun to connect. BadSchema: the properties do not go together, or name files
/// that cannot be used.
[[nodiscard]] Result<KafkaHandle> open_consumer(const KafkaConfig& config, KafkaListener& listener);
[[nodiscard]] Result<KafkaHandle> open_producer(const KafkaConfig& config, KafkaListener& listener);

/// "partition-eof"-like name of a code, for logs.
[[nodiscard]] std::string name_of(rd_kafka_resp_err_t code);

}  // namespace tagline::server
