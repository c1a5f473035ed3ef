#include "server/kafka/topic_round.h"

#include "server/operation_json.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kBadMessage = "bad-message";
constexpr const char* kRefused = "refused-operation";

std::string_view value_of(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.payload == nullptr ? 0 : message.len};
}

/// On one line: between the parts of JSON an end of line is a blank.
void append_line(std::string_view value, std::string& into) {
  const std::size_t begin = into.size();
  into.append(value);
  std::replace_if(
      into.begin() + static_cast<std::ptrdiff_t>(begin), into.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

Text no_value() {
  return {"the message has no value", "消息没有内容"};
}

}  // namespace

void TopicRound::add(KafkaMessage message) {
  messages_.push_back({std::move(message), false, nullptr});
}

void TopicRound::refuse(std::size_t at, std::string code, Text reason) {
  Held& held = messages_[at];
  if (held.letter == nullptr) {
    held.letter = std::make_unique<Letter>();
    held.letter->code = std::move(code);
    held.letter->reason = std::move(reason);
  }
}

Status TopicRound::read() {
  batch_.options = source_->topic.options;
  batch_.by_line = true;
  if (source_->rows.has_value()) {
    TAGLINE_RETURN_IF_ERROR(read_rows());
  } else {
    read_operations();
  }
  stage_ = Stage::Letters;
  return {};
}

void TopicRound::read_operations() {
  std::string line;
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const std::string_view value = value_of(*messages_[i].raw);
    const std::size_t first = value.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
      refuse(i, kBadMessage, no_value());
      continue;
    }
    line.clear();
    append_line(value, line);
    auto read = value[first] == '[' ? operations_from_list(line)
                                    : Result<ReadOperations>(operations_from_lines(line));
    if (!read.has_value()) {
      refuse(i, kBadMessage, read.error().message());
      continue;
    }
    if (read->bad != 0) {
      const ingest::RefusedOperation& bad = read->first_bad.front();
      const std::string number = std::to_string(bad.line);
      refuse(i, kBadMessage,
             value[first] == '[' ? Text{"operation " + number + ": " + bad.reason.en,
                                        "第 " + number + " 条操作：" + bad.reason.zh}
                                 : bad.reason);
      continue;
    }
    for (ingest::Operation& operation : read->operations) {
      operation.line = i + 1;
      batch_.operations.push_back(std::move(operation));
    }
  }
}

Status TopicRound::read_rows() {
  // What begins a file may say more than a line does (byte order marks): no message begins it.
  constexpr std::uint64_t kFirstLine = 2;
  std::string lines = "\n";
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    append_line(value_of(*messages_[i].raw), lines);
    lines += '\n';
  }
  TAGLINE_ASSIGN_OR_RETURN(auto read, source_->rows->convert(lines));
  std::vector<bool> seen(messages_.size());
  for (ingest::RowOperations::Line& line : read) {
    const auto at = static_cast<std::size_t>(line.operation.line - kFirstLine);
    seen[at] = true;
    line.operation.line = at + 1;
    if (line.reason.has_value()) {
      refuse(at, kBadMessage, std::move(*line.reason));
    } else {
      batch_.operations.push_back(std::move(line.operation));
    }
  }
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    if (!seen[i]) {
      refuse(i, kBadMessage, no_value());
    }
  }
  return {};
}

void TopicRound::each_unsettled(const std::function<void(Refused)>& fn) {
  for (Held& held : messages_) {
    if (!held.dropped && held.letter != nullptr && held.letter->state != Letter::State::Delivered) {
      fn({*held.raw, *held.letter});
    }
  }
}

bool TopicRound::has_sent_letters() const {
  return std::any_of(messages_.begin(), messages_.end(), [](const Held& held) {
    return held.letter != nullptr && held.letter->state == Letter::State::Sent;
  });
}

std::optional<ingest::IngestBatch> TopicRound::take_off() {
  batch_.positions = positions();
  if (batch_.positions.empty()) {
    stage_ = Stage::Done;
    return std::nullopt;
  }
  stage_ = Stage::Flying;
  return std::move(batch_);
}

std::optional<Error> TopicRound::land(ingest::IngestBatch batch) {
  batch_ = std::move(batch);
  if (!batch_.outcome.has_value()) {
    stage_ = Stage::Ready;
    return batch_.outcome.error();
  }
  if (batch_.refused_lines.empty()) {
    stage_ = Stage::Done;
    return std::nullopt;
  }
  for (ingest::RefusedOperation& line : batch_.refused_lines) {
    refuse(static_cast<std::size_t>(line.line) - 1, kRefused, std::move(line.reason));
  }
  batch_.refused_lines.clear();
  drop_operations_of_refused();
  stage_ = Stage::Letters;
  return std::nullopt;
}

void TopicRound::drop_operations_of_refused() {
  std::erase_if(batch_.operations, [&](const ingest::Operation& operation) {
    const Held& held = messages_[static_cast<std::size_t>(operation.line) - 1];
    return held.dropped || held.letter != nullptr;
  });
}

void TopicRound::drop(const std::string& topic, std::int32_t partition) {
  if (topic != source_->topic.name) {
    return;
  }
  for (Held& held : messages_) {
    held.dropped = held.dropped || held.raw->partition == partition;
  }
  std::erase_if(starts_, [&](const storage::PositionRecord& start) {
    return start.partition == static_cast<std::uint32_t>(partition);
  });
  drop_operations_of_refused();
}

std::uint64_t TopicRound::good() const {
  return static_cast<std::uint64_t>(
      std::count_if(messages_.begin(), messages_.end(),
                    [](const Held& held) { return !held.dropped && held.letter == nullptr; }));
}

std::uint64_t TopicRound::refused() const {
  return static_cast<std::uint64_t>(
      std::count_if(messages_.begin(), messages_.end(),
                    [](const Held& held) { return !held.dropped && held.letter != nullptr; }));
}

std::vector<storage::PositionRecord> TopicRound::positions() const {
  std::map<std::uint32_t, std::int64_t> next;
  for (const storage::PositionRecord& start : starts_) {
    next[start.partition] = start.next;
  }
  for (const Held& held : messages_) {
    if (!held.dropped) {
      auto& after = next[static_cast<std::uint32_t>(held.raw->partition)];
      after = std::max(after, held.raw->offset + 1);
    }
  }
  std::vector<storage::PositionRecord> positions;
  for (const auto& [partition, offset] : next) {
    positions.push_back({group_, source_->topic.name, partition, offset, 0});
  }
  return positions;
}

}  // namespace tagline::server
