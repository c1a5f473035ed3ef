#include "server/kafka/kafka_handle.h"

#include <array>
#include <initializer_list>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::size_t kReasonBytes = 512;
using Conf = std::unique_ptr<rd_kafka_conf_t, DestroyKafka>;

KafkaListener& listener_of(void* opaque) {
  return *static_cast<KafkaListener*>(opaque);
}

void on_rebalance(rd_kafka_t* /*handle*/, rd_kafka_resp_err_t what,
                  rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  listener_of(opaque).rebalance(what, partitions);
}

void on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque) {
  auto error = static_cast<rd_kafka_resp_err_t>(code);
  std::array<char, kReasonBytes> text{};
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    error = rd_kafka_fatal_error(handle, text.data(), text.size());
    reason = text.data();
  }
  listener_of(opaque).went_wrong(error, reason == nullptr ? "" : reason);
}

void on_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* opaque) {
  listener_of(opaque).delivered(*message);
}

void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  listener_of(rd_kafka_opaque(handle)).log(level, facility, text);
}

std::optional<std::string> set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, kReasonBytes> reason{};
  const auto result = rd_kafka_conf_set(conf, name, value.c_str(), reason.data(), reason.size());
  return result == RD_KAFKA_CONF_OK ? std::nullopt : std::optional<std::string>(reason.data());
}

Error refused(const std::string& why) {
  return {ErrorCode::BadSchema,
          {"the client of Kafka cannot be made: " + why, "无法创建 Kafka 客户端：" + why},
          {"correct \"properties\" and \"brokers\" of the file --kafka names",
           "请更正 --kafka 所指文件中的 \"properties\" 和 \"brokers\""}};
}

struct Setting {
  const char* name;
  std::string value;
};

/// Defaults that are ours come first, then the user's, then what must be so.
Result<KafkaHandle> open(rd_kafka_type_t type, const KafkaConfig& config, KafkaListener& listener,
                         std::initializer_list<Setting> defaults,
                         std::initializer_list<Setting> fixed) {
  Conf conf(rd_kafka_conf_new());
  std::optional<std::string> why;
  const auto put = [&](const char* name, const std::string& value) {
    why = why.has_value() ? why : set(conf.get(), name, value);
  };
  put("client.id", "tagline");
  for (const Setting& each : defaults) {
    put(each.name, each.value);
  }
  for (const KafkaProperty& each : config.properties) {
    put(each.name.c_str(), each.value);
  }
  put("bootstrap.servers", config.brokers);
  for (const Setting& each : fixed) {
    put(each.name, each.value);
  }
  if (why.has_value()) {
    return tl::unexpected(refused(*why));
  }
  rd_kafka_conf_set_opaque(conf.get(), &listener);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  if (type == RD_KAFKA_CONSUMER) {
    rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  } else {
    rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  }
  std::array<char, kReasonBytes> reason{};
  KafkaHandle handle(rd_kafka_new(type, conf.get(), reason.data(), reason.size()));
  if (handle == nullptr) {
    return tl::unexpected(refused(reason.data()));
  }
  static_cast<void>(conf.release());  // the handle has it now
  return handle;
}

}  // namespace

std::optional<std::string> property_fault(const KafkaProperty& property) {
  const Conf conf(rd_kafka_conf_new());
  return set(conf.get(), property.name.c_str(), property.value);
}

Result<KafkaHandle> open_consumer(const KafkaConfig& config, KafkaListener& listener) {
  TAGLINE_ASSIGN_OR_RETURN(
      KafkaHandle handle,
      open(RD_KAFKA_CONSUMER, config, listener,
           {{"partition.assignment.strategy", "cooperative-sticky"},
            // A topic that is made later is found that soon.
            {"topic.metadata.refresh.interval.ms", "30000"}},
           {{"group.id", config.group},
            // Where to begin is KafkaLoop's to say, also when the broker lacks a position.
            {"auto.offset.reset", "error"},
            {"enable.auto.commit", "false"},
            {"enable.auto.offset.store", "false"}}));
  rd_kafka_poll_set_consumer(handle.get());
  return handle;
}

Result<KafkaHandle> open_producer(const KafkaConfig& config, KafkaListener& listener) {
  // Our own repeating takes over from then on.
  return open(RD_KAFKA_PRODUCER, config, listener,
              {{"message.timeout.ms", "30000"}, {"message.max.bytes", "1000000000"}},
              {{"request.required.acks", "-1"}});
}

std::string name_of(rd_kafka_resp_err_t code) {
  const char* name = rd_kafka_err2name(code);
  return name == nullptr ? std::to_string(static_cast<int>(code)) : name;
}

}  // namespace tagline::server
