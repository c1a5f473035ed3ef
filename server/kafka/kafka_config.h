// KafkaConfig: which topics of Kafka are consumed, and what their messages say. A file of JSON;
// grammar-docs/kafka.md describes it.
#pragma once

#include "engine/result.h"
#include "ingest/apply.h"
#include "ingest/schema.h"
#include "server/saved_schemas.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// What the value of a message is.
enum class MessageForm : std::uint8_t {
  Operations,  ///< one operation of POST /v1/ingest, or a list of them
  Users,       ///< a row of users, mapped by a schema
  Events,      ///< a row of events, mapped by a schema
};

struct KafkaTopic {
  std::string name;
  MessageForm form = MessageForm::Operations;
  std::optional<ingest::Schema> schema;  ///< of rows
  ingest::IngestOptions options;         ///< `each` means nothing: a message is done whole
};

/// Where a partition begins that has no stored position.
enum class KafkaStart : std::uint8_t { Earliest, Latest };

/// Of librdkafka, by the names of its CONFIGURATION.md.
struct KafkaProperty {
  std::string name;
  std::string value;  ///< may be a secret: never told in messages
};

struct KafkaConfig {
  std::string brokers;  ///< "host:port,host:port"
  std::string group;
  KafkaStart start = KafkaStart::Earliest;
  /// What to do when the broker no longer has a stored position; nothing: the partition stands
  /// still.
  std::optional<KafkaStart> lost_position;
  std::size_t messages = 5'000;          ///< of one commit
  std::chrono::milliseconds linger{10};  ///< for more messages, before a commit
  std::string dead_letter;               ///< topic of refused messages; empty: none
  std::vector<KafkaProperty> properties;
  std::vector<KafkaTopic> topics;
};

/// BadSchema names the place ("topics[0].as"), what was found and what may stand there; also for
/// properties that librdkafka does not know or take. NotFound: a schema. `folder`: of the file,
/// where names of schema files begin.
[[nodiscard]] Result<KafkaConfig> kafka_config_from_json(std::string_view json,
                                                         const std::filesystem::path& folder,
                                                         const SavedSchemas& schemas);

}  // namespace tagline::server
