#include "server/kafka/kafka_loop.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

namespace tagline::server {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBytesTogether = std::size_t{8} << 20U;
constexpr milliseconds kIdle{100};
constexpr milliseconds kGlance{5};
/// From then on the broker is asked to wait, and the group is kept.
constexpr milliseconds kPauseAfter{1'000};
constexpr milliseconds kPatience{100};
constexpr milliseconds kPatienceMost{10'000};
constexpr std::size_t kRefusedLogged = 20;  // of one round

}  // namespace

void KafkaLandings::add(std::size_t round, ingest::IngestBatch batch) {
  {
    const std::lock_guard lock(mutex_);
    come_.emplace_back(round, std::move(batch));
  }
  changed_.notify_all();
}

std::vector<std::pair<std::size_t, ingest::IngestBatch>> KafkaLandings::take(
    std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return !come_.empty(); });
  return std::exchange(come_, {});
}

KafkaLoop::KafkaLoop(const KafkaConfig& config, std::vector<TopicSource> sources,
                     storage::Store& store, IngestQueue& queue, std::shared_ptr<KafkaBoard> board,
                     KafkaHooks hooks)
    : config_(config),
      sources_(std::move(sources)),
      store_(store),
      queue_(queue),
      board_(std::move(board)),
      hooks_(std::move(hooks)),
      patience_(kPatience) {}

KafkaLoop::~KafkaLoop() = default;

Status KafkaLoop::open() {
  if (!config_.dead_letter.empty() && !letters_.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(letters_, DeadLetters::open(config_, *this));
  }
  TAGLINE_ASSIGN_OR_RETURN(consumer_, open_consumer(config_, *this));
  const KafkaPartitions topics(
      rd_kafka_topic_partition_list_new(static_cast<int>(config_.topics.size())));
  for (const KafkaTopic& topic : config_.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.name.c_str(), RD_KAFKA_PARTITION_UA);
  }
  if (const auto code = rd_kafka_subscribe(consumer_.get(), topics.get());
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const std::string why = rd_kafka_err2str(code);
    return failure(ErrorCode::System, {"cannot subscribe: " + why, "无法订阅主题：" + why});
  }
  return {};
}

void KafkaLoop::run(const std::function<bool()>& ending) {
  while (!ending()) {
    if (broken_) {
      reopen();
    } else {
      step();
    }
  }
  close();
  letters_.reset();
  board_->note([](KafkaFigures& figures) { figures.state = "ended"; });
}

void KafkaLoop::step() {
  const auto now = Clock::now();
  if (!under_way_.empty()) {
    if (!is_full()) {
      poll(milliseconds(0));
      // As many as are there; then the commit is what there is to wait for.
      for (std::size_t before = 0; before != gathered_messages_ && !is_full();) {
        before = gathered_messages_;
        poll(milliseconds(0));
      }
    } else if (now - under_way_since_ > kPauseAfter) {
      hold(true);
      poll(milliseconds(0));
    }
    advance(now + kGlance);
  } else if (gathered_.empty()) {
    hold(false);
    poll(kIdle);
  } else if (is_full() || now - gathered_since_ >= config_.linger) {
    under_way_ = std::exchange(gathered_, {});
    gathered_messages_ = gathered_bytes_ = 0;
    under_way_since_ = now;
    hold(false);
    advance(now);
  } else {
    const auto left =
        std::chrono::duration_cast<milliseconds>(config_.linger - (now - gathered_since_));
    poll(std::clamp(left, milliseconds(1), kIdle));
  }
  if (letters_.has_value()) {
    letters_->poll();
  }
  tell_broker(false);
  measure_lag();
}

void KafkaLoop::poll(milliseconds wait) {
  KafkaMessage message(rd_kafka_consumer_poll(consumer_.get(), static_cast<int>(wait.count())));
  if (message == nullptr) {
    return;
  }
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return take(std::move(message));
  }
  // First, so that whoever sees a partition stopped is told why.
  went_wrong(message->err, rd_kafka_message_errstr(message.get()));
  if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && message->rkt != nullptr) {
    const std::string topic = rd_kafka_topic_name(message->rkt);
    board_->note_partition(topic, message->partition,
                           [](KafkaPartition& partition) { partition.stopped = true; });
    if (config_.lost_position.has_value()) {
      lost_.insert({topic, message->partition});
      broken_ = true;  // where to go on is said when it is assigned again
    }
  }
}

void KafkaLoop::take(KafkaMessage message) {
  const Partition partition{rd_kafka_topic_name(message->rkt), message->partition};
  const auto expected = expected_.find(partition);
  // Of a partition that was given up, or before where we are: fetched for somebody we were.
  if (expected == expected_.end() || message->offset < expected->second) {
    return;
  }
  TopicRound* round = round_of(partition.first);
  if (round == nullptr) {
    return;
  }
  expected->second = message->offset + 1;
  ++gathered_messages_;
  gathered_bytes_ += message->len + message->key_len;
  round->add(std::move(message));
}

TopicRound* KafkaLoop::round_of(const std::string& topic) {
  for (const auto& round : gathered_) {
    if (round->source().topic.name == topic) {
      return round.get();
    }
  }
  for (const TopicSource& source : sources_) {
    if (source.topic.name == topic) {
      if (gathered_.empty()) {
        gathered_since_ = Clock::now();
      }
      return gathered_.emplace_back(std::make_unique<TopicRound>(source, config_.group)).get();
    }
  }
  return nullptr;
}

bool KafkaLoop::is_full() const {
  return gathered_messages_ >= config_.messages || gathered_bytes_ >= kBytesTogether;
}

void KafkaLoop::advance(Clock::time_point until) {
  for (std::size_t i = 0; i < under_way_.size(); ++i) {
    advance(i);
  }
  if (!is_over()) {
    for (auto& [at, batch] : landings_->take(until)) {
      land(*under_way_[at], std::move(batch));
      advance(at);
    }
  }
  if (is_over()) {
    under_way_.clear();
  }
}

bool KafkaLoop::is_over() const {
  return std::all_of(under_way_.begin(), under_way_.end(), [](const auto& round) {
    return round->stage() == TopicRound::Stage::Done && !round->has_sent_letters();
  });
}

void KafkaLoop::advance(std::size_t at) {
  TopicRound& round = *under_way_[at];
  if (round.stage() == TopicRound::Stage::Fresh && Clock::now() >= retry_at_) {
    if (const Status read = round.read(); !read.has_value()) {
      retry(std::string(wire_name(read.error().code())), read.error().message());
    }
  }
  if (round.stage() == TopicRound::Stage::Letters) {
    send_letters(round);
  }
  if (round.stage() == TopicRound::Stage::Ready && Clock::now() >= retry_at_) {
    fly(at);
  }
}

void KafkaLoop::send_letters(TopicRound& round) {
  if (!letters_.has_value()) {
    tell_refused(round);
    round.letters_are_settled();
    return;
  }
  letters_->poll();
  bool settled = true;
  round.each_unsettled([&](TopicRound::Refused refused) {
    settled = false;
    if (refused.letter.state == Letter::State::Unsent && Clock::now() >= retry_at_) {
      letters_->send(refused.message, refused.letter);
    }
  });
  if (settled) {
    round.letters_are_settled();
  }
}

void KafkaLoop::tell_refused(TopicRound& round) {
  std::size_t told = 0;
  round.each_unsettled([&](TopicRound::Refused refused) {
    // As delivered: it is not told of again.
    refused.letter.state = Letter::State::Delivered;
    if (hooks_.log == nullptr || ++told > kRefusedLogged) {
      return;
    }
    hooks_.log->write(LogLevel::Warning, "kafka-refused",
                      {{"topic", std::string_view(rd_kafka_topic_name(refused.message.rkt))},
                       {"partition", static_cast<std::uint64_t>(refused.message.partition)},
                       {"offset", static_cast<std::uint64_t>(refused.message.offset)},
                       {"code", std::string_view(refused.letter.code)},
                       {"reason", std::string_view(refused.letter.reason.en)}});
  });
  if (hooks_.log != nullptr && told > kRefusedLogged) {
    hooks_.log->write(LogLevel::Warning, "kafka-refused",
                      {{"topic", std::string_view(round.source().topic.name)},
                       {"more", std::uint64_t{told - kRefusedLogged}}});
  }
}

void KafkaLoop::fly(std::size_t at) {
  auto batch = under_way_[at]->take_off();
  if (!batch.has_value()) {
    return;
  }
  queue_.add(std::move(*batch), [landings = landings_, at](ingest::IngestBatch done) {
    landings->add(at, std::move(done));
  });
}

void KafkaLoop::land(TopicRound& round, ingest::IngestBatch batch) {
  if (const auto why = round.land(std::move(batch)); why.has_value()) {
    return retry(std::string(wire_name(why->code())), why->message());
  }
  if (round.stage() == TopicRound::Stage::Done) {
    note_done(round);
  }
}

void KafkaLoop::note_done(const TopicRound& round) {
  patience_ = kPatience;
  const std::uint64_t good = round.good();
  const std::uint64_t refused = round.refused();
  for (const storage::PositionRecord& position : round.positions()) {
    const auto number = static_cast<std::int32_t>(position.partition);
    untold_[{position.topic, number}] = position.next;
    board_->note_partition(position.topic, number,
                           [&](KafkaPartition& partition) { partition.position = position.next; });
  }
  const bool joined = !expected_.empty();
  board_->note([&](KafkaFigures& figures) {
    figures.messages += good;
    figures.refused += refused;
    figures.dead_letters += letters_.has_value() ? refused : 0;
    ++figures.commits;
    figures.state = joined ? "consuming" : "joining";
    if (good + refused > 0) {
      figures.last_message = std::chrono::system_clock::now();
    }
  });
}

bool KafkaLoop::is_flying() const {
  return std::any_of(under_way_.begin(), under_way_.end(),
                     [](const auto& round) { return round->stage() == TopicRound::Stage::Flying; });
}

void KafkaLoop::settle() {
  while (is_flying() && Clock::now() < end_by_) {
    for (auto& [at, batch] : landings_->take(std::min(end_by_, Clock::now() + kIdle))) {
      land(*under_way_[at], std::move(batch));
    }
  }
}

void KafkaLoop::hold(bool paused) {
  if (paused == paused_) {
    return;
  }
  rd_kafka_topic_partition_list_t* list = nullptr;
  if (rd_kafka_assignment(consumer_.get(), &list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return;
  }
  const KafkaPartitions assigned(list);
  const auto code = paused ? rd_kafka_pause_partitions(consumer_.get(), assigned.get())
                           : rd_kafka_resume_partitions(consumer_.get(), assigned.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    paused_ = paused;
  }
}

void KafkaLoop::retry(const std::string& code, const Text& why) {
  retry_at_ = Clock::now() + patience_;
  patience_ = std::min(patience_ * 2, kPatienceMost);
  board_->problem(code, why);
  board_->note([](KafkaFigures& figures) { figures.state = "retrying"; });
  report(LogLevel::Warning, "kafka-retry", code, why.en);
}

void KafkaLoop::report(LogLevel level, std::string_view event, const std::string& code,
                       const std::string& reason) {
  if (hooks_.log != nullptr) {
    hooks_.log->write(level, event,
                      {{"code", std::string_view(code)}, {"reason", std::string_view(reason)}});
  }
}

void KafkaLoop::went_wrong(rd_kafka_resp_err_t code, const std::string& reason) {
  const std::string name = name_of(code);
  board_->problem(name, {reason, reason});
  report(LogLevel::Warning, "kafka-error", name, reason);
  if (consumer_ != nullptr &&
      rd_kafka_fatal_error(consumer_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    broken_ = true;
  }
}

void KafkaLoop::delivered(const rd_kafka_message_t& message) {
  if (!DeadLetters::settle(message) && message.err != RD_KAFKA_RESP_ERR__PURGE_QUEUE &&
      message.err != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
    const std::string why = rd_kafka_err2str(message.err);
    retry(name_of(message.err), {"a dead letter was not taken: " + why, "死信未能写入：" + why});
  }
}

void KafkaLoop::log(int level, const char* facility, const char* text) {
  // That settings of one kind of client mean nothing to the other is no news.
  constexpr int kWarning = 4;
  if (std::string_view(facility) != "CONFWARN") {
    report(level <= kWarning ? LogLevel::Warning : LogLevel::Debug, "kafka-client", facility, text);
  }
}

void KafkaLoop::reopen() {
  close();
  // A moment, for what was wrong to pass.
  std::this_thread::sleep_for(std::min(patience_, kIdle));
  if (Clock::now() < retry_at_) {
    return;
  }
  if (const Status opened = open(); !opened.has_value()) {
    retry(std::string(wire_name(opened.error().code())), opened.error().message());
    return;
  }
  broken_ = false;
}

void KafkaLoop::close() {
  end_by_ = Clock::now() + hooks_.end_time;
  gathered_.clear();
  gathered_messages_ = gathered_bytes_ = 0;
  settle();
  if (consumer_ != nullptr) {
    tell_broker(true);
    rd_kafka_consumer_close(consumer_.get());
  }
  if (letters_.has_value() && !letters_->forget()) {
    letters_.reset();  // so that it looks at no letter any more
  }
  // Messages hold on to their partitions, and a client is not destroyed before these are let go: it
  // would wait for ever.
  under_way_.clear();
  consumer_.reset();
  landings_ = std::make_shared<KafkaLandings>();
  expected_.clear();
  paused_ = false;
  end_by_ = Clock::time_point::max();
}

}  // namespace tagline::server
