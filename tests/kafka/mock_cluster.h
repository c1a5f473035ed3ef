// MockCluster: brokers that speak Kafka's protocol over TCP on loopback, from librdkafka's own
// tests. Nothing of it outlives the process.
#pragma once

#include <cstdint>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::tests {

/// Numbers of requests in the protocol.
inline constexpr std::int16_t kProduceRequest = 0;
inline constexpr std::int16_t kFetchRequest = 1;
inline constexpr std::int16_t kListOffsetsRequest = 2;

struct MockMessage {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;  ///< as read
  std::optional<std::string> value;
  std::string key;
  std::map<std::string, std::string> headers;
};

class MockCluster {
 public:
  MockCluster();
  ~MockCluster();
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  /// "127.0.0.1:port".
  [[nodiscard]] std::string brokers() const;
  void create(const std::string& topic, int partitions);
  /// Returns when the broker has it.
  void produce(const MockMessage& message);
  void produce(const std::vector<MockMessage>& messages);
  /// All that the partitions of a topic have, partition by partition.
  [[nodiscard]] std::vector<MockMessage> read(const std::string& topic, int partitions);
  /// What a group has committed at the broker; nothing: no offset.
  [[nodiscard]] std::optional<std::int64_t> committed(const std::string& group,
                                                      const std::string& topic,
                                                      std::int32_t partition);
  /// The next requests of that kind fail so.
  void fail(std::int16_t request, rd_kafka_resp_err_t code, std::size_t times);
  void go_down();
  void come_up();

 private:
  struct Destroy {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
    void operator()(rd_kafka_mock_cluster_t* cluster) const {
      rd_kafka_mock_cluster_destroy(cluster);
    }
  };
  using Handle = std::unique_ptr<rd_kafka_t, Destroy>;
  [[nodiscard]] Handle client(rd_kafka_type_t type, const std::string& group) const;

  Handle host_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Destroy> cluster_;
  Handle producer_;
};

}  // namespace tagline::tests
