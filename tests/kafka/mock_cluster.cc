#include "tests/kafka/mock_cluster.h"

#include <array>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

constexpr int kPatience_ms = 30'000;
constexpr int kBroker = 1;

void quiet(const rd_kafka_t* /*handle*/, int /*level*/, const char* /*facility*/,
           const char* /*text*/) {}

}  // namespace

MockCluster::MockCluster() {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, quiet);
  host_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size()));
  cluster_.reset(rd_kafka_mock_cluster_new(host_.get(), kBroker));
  producer_ = client(RD_KAFKA_PRODUCER, "");
}

MockCluster::~MockCluster() = default;

MockCluster::Handle MockCluster::client(rd_kafka_type_t type, const std::string& group) const {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, quiet);
  const auto set = [&](const char* name, const std::string& value) {
    EXPECT_EQ(rd_kafka_conf_set(conf, name, value.c_str(), reason.data(), reason.size()),
              RD_KAFKA_CONF_OK)
        << reason.data();
  };
  set("bootstrap.servers", brokers());
  if (type == RD_KAFKA_CONSUMER) {
    set("group.id", group);
    set("enable.partition.eof", "true");
    set("enable.auto.commit", "false");
  } else {
    set("linger.ms", "1");
  }
  Handle handle(rd_kafka_new(type, conf, reason.data(), reason.size()));
  EXPECT_NE(handle, nullptr) << reason.data();
  return handle;
}

std::string MockCluster::brokers() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_.get());
}

void MockCluster::create(const std::string& topic, int partitions) {
  ASSERT_EQ(rd_kafka_mock_topic_create(cluster_.get(), topic.c_str(), partitions, 1),
            RD_KAFKA_RESP_ERR_NO_ERROR);
}

void MockCluster::produce(const MockMessage& message) {
  produce(std::vector<MockMessage>{message});
}

void MockCluster::produce(const std::vector<MockMessage>& messages) {
  for (const MockMessage& message : messages) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(message.headers.size());
    for (const auto& [name, value] : message.headers) {
      rd_kafka_header_add(headers, name.c_str(), -1, value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    std::string value = message.value.value_or("");
    std::string key = message.key;
    std::array<rd_kafka_vu_t, 6> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = message.topic.c_str();
    parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    parts[1].u.i32 = message.partition;
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    if (message.value.has_value()) {
      parts[2].u.mem = {value.data(), value.size()};
    }
    parts[3].vtype = RD_KAFKA_VTYPE_KEY;
    if (!key.empty()) {
      parts[3].u.mem = {key.data(), key.size()};
    }
    parts[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[4].u.i = RD_KAFKA_MSG_F_COPY;
    parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[5].u.headers = headers;
    rd_kafka_error_t* failed = rd_kafka_produceva(producer_.get(), parts.data(), parts.size());
    ASSERT_EQ(failed, nullptr) << rd_kafka_error_string(failed);
  }
  ASSERT_EQ(rd_kafka_flush(producer_.get(), kPatience_ms), RD_KAFKA_RESP_ERR_NO_ERROR);
}

std::vector<MockMessage> MockCluster::read(const std::string& topic, int partitions) {
  const Handle consumer = client(RD_KAFKA_CONSUMER, "reader");
  rd_kafka_poll_set_consumer(consumer.get());
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(consumer.get(), list);
  rd_kafka_topic_partition_list_destroy(list);
  std::map<std::int32_t, std::vector<MockMessage>> read;
  for (int ended = 0; ended < partitions;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer.get(), kPatience_ms);
    if (message == nullptr) {
      ADD_FAILURE() << "the topic " << topic << " does not end";
      break;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ++ended;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      MockMessage& one = read[message->partition].emplace_back();
      one.topic = topic;
      one.partition = message->partition;
      one.offset = message->offset;
      if (message->payload != nullptr) {
        one.value.emplace(static_cast<const char*>(message->payload), message->len);
      }
      one.key.assign(message->key == nullptr ? "" : static_cast<const char*>(message->key),
                     message->key_len);
      rd_kafka_headers_t* headers = nullptr;
      if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                                RD_KAFKA_RESP_ERR_NO_ERROR;
             ++i) {
          one.headers[name].assign(static_cast<const char*>(value), size);
        }
      }
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer.get());
  std::vector<MockMessage> all;
  for (auto& [partition, messages] : read) {
    for (MockMessage& message : messages) {
      all.push_back(std::move(message));
    }
  }
  return all;
}

std::optional<std::int64_t> MockCluster::committed(const std::string& group,
                                                   const std::string& topic,
                                                   std::int32_t partition) {
  const Handle consumer = client(RD_KAFKA_CONSUMER, group);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition);
  const auto code = rd_kafka_committed(consumer.get(), list, kPatience_ms);
  const std::int64_t offset = list->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(list);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR && offset >= 0 ? std::optional(offset) : std::nullopt;
}

void MockCluster::fail(std::int16_t request, rd_kafka_resp_err_t code, std::size_t times) {
  std::vector<rd_kafka_resp_err_t> codes(times, code);
  rd_kafka_mock_push_request_errors_array(cluster_.get(), request, codes.size(), codes.data());
}

void MockCluster::go_down() {
  rd_kafka_mock_broker_set_down(cluster_.get(), kBroker);
}

void MockCluster::come_up() {
  rd_kafka_mock_broker_set_up(cluster_.get(), kBroker);
}

}  // namespace tagline::tests
