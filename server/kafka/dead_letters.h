// DeadLetters: messages that were refused, into a topic of their own, each known to be there before
// anybody goes past it. Included by server/kafka/*.cc only.
#pragma once

#include "server/kafka/kafka_handle.h"

#include <cstdint>
#include <string>
#include <utility>

namespace tagline::server {

/// What becomes of one letter.
struct Letter {
  enum class State : std::uint8_t {
    Unsent,     ///< to be sent
    Sent,       ///< handed to the client
    Delivered,  ///< acknowledged by the broker
  };
  State state = State::Unsent;
  bool without_value = false;  ///< it was too large with it
  std::string code;            ///< "bad-message", "refused-operation"
  Text reason;
};

/// One thread. Letters that were handed over stay where they are until they are delivered or back.
class DeadLetters {
 public:
  /// As open_producer.
  [[nodiscard]] static Result<DeadLetters> open(const KafkaConfig& config, KafkaListener& listener);

  /// Hands a letter over: `message` with its key, value, headers and time, and headers that say
  /// why. Nothing when it could not (the client's queue is full): it stays Unsent.
  void send(const rd_kafka_message_t& message, Letter& letter);
  /// What has become of letters; tells the listener, which calls `settle`.
  void poll();
  /// Of KafkaListener::delivered: the letter is Delivered, or Unsent again. Whether it was.
  static bool settle(const rd_kafka_message_t& report);
  /// Takes back all that is not delivered, so that no letter is looked at any more. Whether that is
  /// so, within a second.
  [[nodiscard]] bool forget();

 private:
  DeadLetters(std::string topic, KafkaHandle handle)
      : topic_(std::move(topic)), handle_(std::move(handle)) {}

  std::string topic_;
  KafkaHandle handle_;
};

}  // namespace tagline::server
