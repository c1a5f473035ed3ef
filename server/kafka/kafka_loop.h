// KafkaLoop: what the thread of a consumer does. Included by server/kafka/*.cc only.
#pragma once

#include "server/kafka/dead_letters.h"
#include "server/kafka/kafka_board.h"
#include "server/kafka/kafka_consumer.h"
#include "server/kafka/kafka_handle.h"
#include "server/kafka/topic_round.h"
#include "server/log.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tagline::server {

/// Batches that come back from the queue, on its thread.
class KafkaLandings {
 public:
  void add(std::size_t round, ingest::IngestBatch batch);
  /// What has come, waiting for something until `until`.
  [[nodiscard]] std::vector<std::pair<std::size_t, ingest::IngestBatch>> take(
      std::chrono::steady_clock::time_point until);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<std::size_t, ingest::IngestBatch>> come_;
};

/// Gathers messages while what it gathered before is committed. One thread, but for log().
class KafkaLoop final : public KafkaListener {
 public:
  KafkaLoop(const KafkaConfig& config, std::vector<TopicSource> sources, storage::Store& store,
            IngestQueue& queue, std::shared_ptr<KafkaBoard> board, KafkaHooks hooks);
  ~KafkaLoop() override;

  /// Begins to connect. As open_consumer and open_producer.
  [[nodiscard]] Status open();
  /// Until `ending` says so, which is asked some times a second.
  void run(const std::function<bool()>& ending);

  // KafkaListener
  void rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions) override;
  void went_wrong(rd_kafka_resp_err_t code, const std::string& reason) override;
  void delivered(const rd_kafka_message_t& message) override;
  void log(int level, const char* facility, const char* text) override;

 private:
  using Clock = std::chrono::steady_clock;
  using Partition = std::pair<std::string, std::int32_t>;
  using Rounds = std::vector<std::unique_ptr<TopicRound>>;

  void step();
  void poll(std::chrono::milliseconds wait);
  void take(KafkaMessage message);
  [[nodiscard]] TopicRound* round_of(const std::string& topic);
  [[nodiscard]] bool is_full() const;
  /// Does for the rounds under way what can be done without waiting, but for batches with the queue
  /// until `until`.
  void advance(Clock::time_point until);
  void advance(std::size_t at);
  void send_letters(TopicRound& round);
  void fly(std::size_t at);
  void land(TopicRound& round, ingest::IngestBatch batch);
  void note_done(const TopicRound& round);
  void tell_refused(TopicRound& round);
  [[nodiscard]] bool is_flying() const;
  [[nodiscard]] bool is_over() const;  ///< all under way is done
  /// Waits until nothing is with the queue.
  void settle();
  void hold(bool paused);
  void retry(const std::string& code, const Text& why);
  void report(LogLevel level, std::string_view event, const std::string& code,
              const std::string& reason);

  [[nodiscard]] bool assign(rd_kafka_topic_partition_list_t* partitions);
  /// The first or last offset there is, as the broker says; nothing, and the client is to be made
  /// anew, when it does not.
  [[nodiscard]] std::optional<std::int64_t> ask_for(const Partition& partition, KafkaStart which);
  void give_up(const rd_kafka_topic_partition_list_t* partitions);
  /// Tells the broker how far we are, for who looks there. Nothing depends on it.
  void tell_broker(bool now);
  void measure_lag();
  void close();
  void reopen();

  const KafkaConfig config_;
  const std::vector<TopicSource> sources_;
  storage::Store& store_;
  IngestQueue& queue_;
  const std::shared_ptr<KafkaBoard> board_;
  const KafkaHooks hooks_;

  Rounds gathered_;
  std::size_t gathered_messages_ = 0;
  std::size_t gathered_bytes_ = 0;
  Clock::time_point gathered_since_;
  Rounds under_way_;
  Clock::time_point under_way_since_;
  std::shared_ptr<KafkaLandings> landings_ = std::make_shared<KafkaLandings>();  ///< of under_way_
  std::chrono::milliseconds patience_;
  Clock::time_point retry_at_;
  std::map<Partition, std::int64_t> expected_;  ///< of assigned partitions: the next offset
  std::map<Partition, std::int64_t> untold_;    ///< positions that the broker does not know
  std::set<Partition> lost_;                    ///< their positions are to be found anew
  Clock::time_point told_at_;
  Clock::time_point measured_at_;
  bool paused_ = false;
  Clock::time_point end_by_ = Clock::time_point::max();  ///< once it is being closed
  bool broken_ = false;                                  ///< the client is to be made anew

  std::optional<DeadLetters> letters_;
  KafkaHandle consumer_;  // the last: it calls back
};

}  // namespace tagline::server
