// KafkaConsumer: messages of topics into a database, each once. How far it has come is stored in
// the commit of what the messages did (storage::PositionRecord), and it goes on from there:
// whatever ends the process, nothing is lost or repeated. grammar-docs/kafka.md.
#pragma once

#include "server/ingest_queue.h"
#include "server/kafka/kafka_config.h"
#include "storage/store.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tagline::server {

class Log;

struct KafkaPartition {
  std::string topic;
  std::int32_t partition = 0;
  std::optional<std::int64_t> position;  ///< stored; nothing: none yet
  std::optional<std::int64_t> lag;       ///< messages behind it, as far as the broker has told
  bool stopped = false;                  ///< its stored position is no longer there
};

struct KafkaFigures {
  std::string group;
  /// "joining" (no partitions yet), "consuming", "retrying" (a commit or a dead letter does not get
  /// through), "ended".
  std::string state = "joining";
  std::uint64_t messages = 0;      ///< done
  std::uint64_t refused = 0;       ///< and gone past
  std::uint64_t dead_letters = 0;  ///< of those, acknowledged by the dead-letter topic
  std::uint64_t commits = 0;       ///< of messages, of one topic each
  std::uint64_t errors = 0;        ///< of brokers and commits; all are tried again
  std::uint64_t rebalances = 0;
  std::optional<std::chrono::system_clock::time_point> last_message;  ///< done then
  struct Problem {
    std::chrono::system_clock::time_point at;
    std::string code;  ///< of librdkafka or Tagline
    Text message;
  };
  std::optional<Problem> last_error;
  std::vector<KafkaPartition> partitions;  ///< assigned, by topic and number
};

struct KafkaHooks {
  Log* log = nullptr;  ///< outlives the consumer; may be null
  /// Whether to begin to end, asked some times a second; may be empty.
  std::function<bool()> ending = {};
  /// For what is being committed when it ends.
  std::chrono::milliseconds end_time{10'000};
};

class KafkaLoop;
class KafkaBoard;

/// A thread of its own. What is at fault with a message is that message's: it is refused, told, and
/// gone past. All else (brokers, disk, a busy database) is tried again until it works.
class KafkaConsumer {
 public:
  /// Adds what the topics' schemas name to the database, and begins. `store`, opened for writing,
  /// and `queue` outlive it. BadSchema; SchemaConflict; what a write gives.
  [[nodiscard]] static Result<std::unique_ptr<KafkaConsumer>> start(const KafkaConfig& config,
                                                                    storage::Store& store,
                                                                    IngestQueue& queue,
                                                                    KafkaHooks hooks = {});
  ~KafkaConsumer();  ///< as end()
  KafkaConsumer(const KafkaConsumer&) = delete;
  KafkaConsumer& operator=(const KafkaConsumer&) = delete;

  /// What is being committed is, within KafkaHooks::end_time, and the group is left. Returns then.
  void end();
  /// Thread-safe.
  [[nodiscard]] KafkaFigures figures() const;

 private:
  KafkaConsumer();

  std::shared_ptr<KafkaBoard> board_;
  std::unique_ptr<KafkaLoop> loop_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace tagline::server
