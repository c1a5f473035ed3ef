// Partitions that come and go.
#include "server/kafka/kafka_loop.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTellEvery{1'000};
constexpr milliseconds kMeasureEvery{500};
constexpr int kAskBroker_ms = 5'000;

}  // namespace

void KafkaLoop::rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions) {
  rd_kafka_t* client = consumer_.get();
  const bool step_by_step = std::string_view(rd_kafka_rebalance_protocol(client)) == "COOPERATIVE";
  const bool assigned = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && assign(partitions);
  if (!assigned) {
    give_up(partitions);
  }
  KafkaError failed;
  if (step_by_step) {
    const KafkaPartitions none(rd_kafka_topic_partition_list_new(0));
    failed.reset(what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
                     ? rd_kafka_incremental_assign(client, assigned ? partitions : none.get())
                 : what == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS
                     ? rd_kafka_incremental_unassign(client, partitions)
                     : nullptr);
  } else if (const auto code = rd_kafka_assign(client, assigned ? partitions : nullptr);
             code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    went_wrong(code, rd_kafka_err2str(code));
  }
  if (failed != nullptr) {
    went_wrong(rd_kafka_error_code(failed.get()), rd_kafka_error_string(failed.get()));
  }
  hold(false);  // partitions that stay are paused still, others are not
  const bool joined = !expected_.empty();
  board_->note([&](KafkaFigures& figures) {
    ++figures.rebalances;
    figures.state = joined ? "consuming" : "joining";
  });
  if (hooks_.log != nullptr) {
    hooks_.log->write(LogLevel::Info, assigned ? "kafka-assigned" : "kafka-revoked",
                      {{"partitions", static_cast<std::uint64_t>(partitions->cnt)}});
  }
}

bool KafkaLoop::assign(rd_kafka_topic_partition_list_t* partitions) {
  std::map<Partition, std::int64_t> stored;
  const Status read = store_.read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto positions, snapshot.positions(config_.group));
    for (const storage::PositionRecord& each : positions) {
      stored[{each.topic, static_cast<std::int32_t>(each.partition)}] = each.next;
    }
    return {};
  });
  if (!read.has_value()) {
    // Without positions nothing may be read: the group is left and joined again.
    retry(std::string(wire_name(read.error().code())), read.error().message());
    broken_ = true;
    return false;
  }
  for (int i = 0; i < partitions->cnt; ++i) {
    rd_kafka_topic_partition_t& each = partitions->elems[i];
    const Partition partition{each.topic, each.partition};
    const auto found = stored.find(partition);
    const bool lost = lost_.count(partition) != 0;
    std::int64_t next = 0;
    if (found != stored.end() && !lost) {
      next = each.offset = found->second;
    } else if (config_.start == KafkaStart::Earliest && !lost) {
      each.offset = RD_KAFKA_OFFSET_BEGINNING;
    } else {
      // Where that is has to be known and stored, or a restart would begin elsewhere.
      const auto asked = ask_for(partition, lost ? *config_.lost_position : config_.start);
      if (!asked.has_value()) {
        return false;
      }
      next = each.offset = *asked;
      if (TopicRound* round = round_of(partition.first); round != nullptr) {
        round->add_start(
            {config_.group, partition.first, static_cast<std::uint32_t>(each.partition), next, 0});
      }
      lost_.erase(partition);
    }
    expected_[partition] = next;
    board_->note_partition(partition.first, partition.second, [&](KafkaPartition& shown) {
      shown = {partition.first, partition.second, {}, {}, false};
      if (found != stored.end()) {
        shown.position = next;
      }
    });
  }
  return true;
}

std::optional<std::int64_t> KafkaLoop::ask_for(const Partition& partition, KafkaStart which) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto code = rd_kafka_query_watermark_offsets(consumer_.get(), partition.first.c_str(),
                                                     partition.second, &low, &high, kAskBroker_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const std::string why = rd_kafka_err2str(code);
    retry(name_of(code), {why, why});
    broken_ = true;
    return std::nullopt;
  }
  return which == KafkaStart::Latest ? high : low;
}

void KafkaLoop::give_up(const rd_kafka_topic_partition_list_t* partitions) {
  // What is being committed is, before others may have the partition.
  settle();
  for (int i = 0; i < partitions->cnt; ++i) {
    const rd_kafka_topic_partition_t& each = partitions->elems[i];
    for (Rounds* rounds : {&gathered_, &under_way_}) {
      for (const auto& round : *rounds) {
        if (round->stage() != TopicRound::Stage::Done) {
          round->drop(each.topic, each.partition);
        }
      }
    }
  }
  tell_broker(true);
  for (int i = 0; i < partitions->cnt; ++i) {
    const rd_kafka_topic_partition_t& each = partitions->elems[i];
    expected_.erase({each.topic, each.partition});
    board_->forget(each.topic, each.partition);
  }
}

void KafkaLoop::tell_broker(bool now) {
  if (untold_.empty() || (!now && Clock::now() - told_at_ < kTellEvery)) {
    return;
  }
  told_at_ = Clock::now();
  const KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(untold_.size())));
  for (const auto& [partition, next] : untold_) {
    if (expected_.count(partition) != 0) {
      rd_kafka_topic_partition_list_add(list.get(), partition.first.c_str(), partition.second)
          ->offset = next;
    }
  }
  untold_.clear();
  if (list->cnt > 0) {
    static_cast<void>(rd_kafka_commit(consumer_.get(), list.get(), 1));
  }
}

void KafkaLoop::measure_lag() {
  const auto now = Clock::now();
  if (now - measured_at_ < kMeasureEvery) {
    return;
  }
  measured_at_ = now;
  for (const auto& [partition, next] : expected_) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const bool known =
        rd_kafka_get_watermark_offsets(consumer_.get(), partition.first.c_str(), partition.second,
                                       &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        high >= 0;
    if (known) {
      board_->note_partition(partition.first, partition.second, [&, end = high](auto& shown) {
        if (shown.position.has_value()) {
          shown.lag = std::max<std::int64_t>(0, end - *shown.position);
        }
      });
    }
  }
}

}  // namespace tagline::server
