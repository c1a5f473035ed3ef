#include "server/kafka/dead_letters.h"

#include <array>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

void add(rd_kafka_headers_t* headers, const char* name, std::string_view value) {
  rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
}

/// Those the message had, and why it lies here.
KafkaHeaders headers_of(const rd_kafka_message_t& message, const Letter& letter) {
  constexpr std::size_t kOurs = 8;
  rd_kafka_headers_t* had = nullptr;
  KafkaHeaders headers(rd_kafka_message_headers(&message, &had) == RD_KAFKA_RESP_ERR_NO_ERROR
                           ? rd_kafka_headers_copy(had)
                           : rd_kafka_headers_new(kOurs));
  add(headers.get(), "tagline-code", letter.code);
  add(headers.get(), "tagline-message", letter.reason.en);
  add(headers.get(), "tagline-message-zh-CN", letter.reason.zh);
  add(headers.get(), "tagline-topic", rd_kafka_topic_name(message.rkt));
  add(headers.get(), "tagline-partition", std::to_string(message.partition));
  add(headers.get(), "tagline-offset", std::to_string(message.offset));
  if (letter.without_value) {
    add(headers.get(), "tagline-value-bytes", std::to_string(message.len));
  }
  return headers;
}

}  // namespace

Result<DeadLetters> DeadLetters::open(const KafkaConfig& config, KafkaListener& listener) {
  TAGLINE_ASSIGN_OR_RETURN(KafkaHandle handle, open_producer(config, listener));
  return DeadLetters(config.dead_letter, std::move(handle));
}

void DeadLetters::send(const rd_kafka_message_t& message, Letter& letter) {
  KafkaHeaders headers = headers_of(message, letter);
  std::array<rd_kafka_vu_t, 7> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = topic_.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_KEY;
  parts[1].u.mem = {message.key, message.key_len};
  parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
  if (!letter.without_value) {
    parts[2].u.mem = {message.payload, message.len};
  }
  parts[3].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[3].u.headers = headers.get();
  parts[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[4].u.ptr = &letter;
  parts[5].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[5].u.i = RD_KAFKA_MSG_F_COPY;
  parts[6].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t time = rd_kafka_message_timestamp(&message, &kind);
  parts[6].u.i64 = kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0 : time;  // 0: now
  const KafkaError failed(rd_kafka_produceva(handle_.get(), parts.data(), parts.size()));
  if (failed == nullptr) {
    static_cast<void>(headers.release());  // the message has them now
    letter.state = Letter::State::Sent;
  } else if (rd_kafka_error_code(failed.get()) == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    letter.without_value = true;
  }
}

void DeadLetters::poll() {
  rd_kafka_poll(handle_.get(), 0);
}

bool DeadLetters::settle(const rd_kafka_message_t& report) {
  auto& letter = *static_cast<Letter*>(report._private);
  const bool there = report.err == RD_KAFKA_RESP_ERR_NO_ERROR;
  letter.state = there ? Letter::State::Delivered : Letter::State::Unsent;
  if (report.err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    letter.without_value = true;
  }
  return there;
}

bool DeadLetters::forget() {
  constexpr int kTries = 100;

  rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  for (int i = 0; i < kTries && rd_kafka_outq_len(handle_.get()) > 0; ++i) {
    rd_kafka_poll(handle_.get(), 10);
  }
  return rd_kafka_outq_len(handle_.get()) == 0;
}

}  // namespace tagline::server
