// Positions of readers of streams: as bytes, in transactions and snapshots, and checked.
#include "storage/record_codec.h"
#include "storage/snapshot.h"
#include "storage/snapshot_rep.h"
#include "storage/verifier.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <limits>
#include <mutex>
#include <string>

namespace tagline::storage {
namespace {

constexpr std::uint64_t kPositionVersion = 1;
constexpr std::size_t kPartitionBytes = 4;

bool can_be_in_key(const std::string& name, std::size_t most) {
  return !name.empty() && name.size() <= most && name.find('\0') == std::string::npos;
}

}  // namespace

std::string position_key(const PositionRecord& position) {
  const auto partition = make_key<1>({position.partition});
  return position.group + '\0' + position.topic + '\0' + std::string(text_of(partition));
}

void encode(const PositionRecord& position, RecordWriter& out) {
  out.varint(kPositionVersion);
  out.varint(static_cast<std::uint64_t>(position.next));
  out.zigzag(position.stored_s);
}

Result<PositionRecord> decode_position(Bytes key, Bytes bytes) {
  const std::string_view text = text_of(key);
  const std::size_t group = text.find('\0');
  const std::size_t topic = group == std::string_view::npos ? group : text.find('\0', group + 1);
  PositionRecord position;
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  const std::uint64_t next = in.varint();
  position.stored_s = in.zigzag();
  if (topic == std::string_view::npos || topic + 1 + kPartitionBytes != text.size() ||
      version != kPositionVersion || !in.complete() ||
      next > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return damaged_record("a position cannot be read", "无法读取一条读取位置");
  }
  position.group = text.substr(0, group);
  position.topic = text.substr(group + 1, topic - group - 1);
  position.partition = (*parse_key<1>(key.subspan(topic + 1)))[0];
  position.next = static_cast<std::int64_t>(next);
  if (!can_be_in_key(position.group, kGroupBytesMax) ||
      !can_be_in_key(position.topic, kTopicBytesMax)) {
    return damaged_record("a position of no group or topic", "一条读取位置缺少消费组或主题");
  }
  return position;
}

Status WriteTxn::put_position(const PositionRecord& position) {
  if (!can_be_in_key(position.group, kGroupBytesMax) ||
      !can_be_in_key(position.topic, kTopicBytesMax) || position.next < 0) {
    return failure(ErrorCode::Internal, {"a position that cannot be stored: " + position.topic,
                                         "无法保存的读取位置：" + position.topic});
  }
  RecordWriter record;
  encode(position, record);
  return rep_->txn.put(KeySpace::Positions, bytes_of(position_key(position)), record.bytes());
}

Result<std::vector<PositionRecord>> Snapshot::positions(std::string_view group) const {
  const std::lock_guard lock(rep_->mutex);
  std::vector<PositionRecord> all;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(rep_->reading.txn, KeySpace::Positions));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    TAGLINE_ASSIGN_OR_RETURN(PositionRecord position, decode_position(entry->key, entry->value));
    if (group.empty() || position.group == group) {
      all.push_back(std::move(position));
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return all;
}

Status Verifier::check_positions() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Positions));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    if (const auto position = decode_position(entry->key, entry->value); !position.has_value()) {
      problem("positions: " + position.error().message().en,
              "读取位置：" + position.error().message().zh);
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

}  // namespace tagline::storage
