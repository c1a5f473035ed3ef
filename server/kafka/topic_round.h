// TopicRound: messages of one topic that are committed together, on their way from the broker into
// the database. Included by server/kafka/*.cc only.
#pragma once

#include "ingest/apply.h"
#include "ingest/row_operations.h"
#include "server/kafka/dead_letters.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

/// A topic, and how its messages are read.
struct TopicSource {
  KafkaTopic topic;
  std::optional<ingest::RowOperations> rows;  ///< of users and events
};

/// One thread.
class TopicRound {
 public:
  enum class Stage : std::uint8_t {
    Fresh,    ///< not read yet
    Letters,  ///< what is refused has to be told before anybody goes past it
    Ready,    ///< to be committed
    Flying,   ///< with the queue
    Done,
  };

  TopicRound(const TopicSource& source, std::string group)
      : source_(&source), group_(std::move(group)) {}

  [[nodiscard]] const TopicSource& source() const { return *source_; }
  [[nodiscard]] Stage stage() const { return stage_; }
  void add(KafkaMessage message);
  /// A position of a partition that has none, so that it is known from now on.
  void add_start(storage::PositionRecord position) { starts_.push_back(std::move(position)); }
  /// Fresh: reads all messages; those at fault are refused. Then Letters. Errors, none of a message
  /// (time zone rules): it is Fresh still.
  [[nodiscard]] Status read();
  /// Letters: of all that are refused and not settled yet.
  struct Refused {
    const rd_kafka_message_t& message;
    Letter& letter;
  };
  void each_unsettled(const std::function<void(Refused)>& fn);
  /// Letters: all are settled; Ready.
  void letters_are_settled() { stage_ = Stage::Ready; }
  /// Whether the client still looks at a letter: the round must not go then.
  [[nodiscard]] bool has_sent_letters() const;

  /// Ready: what is to be committed; nothing when nothing is left, and it is Done. Flying.
  [[nodiscard]] std::optional<ingest::IngestBatch> take_off();
  /// Flying: Done; or Letters, when messages were refused; or Ready, with why nothing was done.
  [[nodiscard]] std::optional<Error> land(ingest::IngestBatch batch);

  /// REQUIRES: not Flying. Messages of a partition that is no longer ours are left to others.
  void drop(const std::string& topic, std::int32_t partition);
  /// Messages that are done or to be done, and those refused, without those dropped.
  [[nodiscard]] std::uint64_t good() const;
  [[nodiscard]] std::uint64_t refused() const;
  /// What the commit stores.
  [[nodiscard]] std::vector<storage::PositionRecord> positions() const;

 private:
  struct Held {
    KafkaMessage raw;
    bool dropped = false;
    std::unique_ptr<Letter> letter;  ///< it is refused; stays where it is
  };
  void refuse(std::size_t at, std::string code, Text reason);
  void read_operations();
  [[nodiscard]] Status read_rows();
  void drop_operations_of_refused();

  const TopicSource* source_;
  std::string group_;
  Stage stage_ = Stage::Fresh;
  std::vector<Held> messages_;
  std::vector<storage::PositionRecord> starts_;
  ingest::IngestBatch batch_;
};

}  // namespace tagline::server
