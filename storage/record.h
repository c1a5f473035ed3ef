// What the catalogue keeps about tags and their values. Plain values; storage/FORMAT.md says how
// they are written.
#pragma once

#include "engine/error.h"
#include "engine/layout.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::storage {

struct TagRecord {
  engine::FieldId field = 0;  ///< never reused
  std::string name;           ///< NFC; unique by exact spelling
  engine::TagKind kind = engine::TagKind::Flag;
  unsigned scale = 0;               ///< Number: digits after the point
  std::optional<std::int64_t> min;  ///< Number: declared bounds, scaled
  std::optional<std::int64_t> max;
  std::string unit;
  Text title;
  std::string description;
  std::string layer;   ///< path, e.g. "behaviour/activity"
  std::string source;  ///< first, second or third party, or a stream
  std::string owner;
  std::vector<std::string> aliases;
  std::int64_t created_s = 0;  ///< seconds since 1970, UTC
  std::int64_t updated_s = 0;  ///< last load that wrote this tag
  bool deprecated = false;
  engine::FieldId replacement = 0;  ///< the tag to use instead of a deprecated one; 0: none named
  bool has_amount = false;          ///< Event: its events carry amounts (of `scale` and `unit`)
  /// Values expire so many seconds after they were written; 0: never. WriteTxn::set_life.
  std::int64_t ttl_s = 0;
  /// A number, field of no tag: when each user's value was last written, in seconds since 1970
  /// (UTC), of exactly those who have one. 0: not kept.
  engine::FieldId times = 0;
  friend bool operator==(const TagRecord&, const TagRecord&) = default;
};

struct ValueRecord {
  engine::RowId row = 0;  ///< kFirstValueRow + order of arrival; of an event's key: the field of
                          ///< its series; never reused
  std::string name;       ///< NFC; unique within the tag by exact spelling
  std::vector<std::string> aliases;
  Text title;
  friend bool operator==(const ValueRecord&, const ValueRecord&) = default;
};

/// A saved segment. Names are NFC and unique by exact spelling.
struct SegmentRecord {
  std::string name;
  std::string expression;    ///< as typed; empty for a static list
  engine::FieldId list = 0;  ///< static list: the field whose row kFlagRow holds its users; else 0
  Text title;
  std::string description;
  std::string owner;
  std::vector<std::string> labels;
  std::int64_t created_s = 0;
  std::int64_t updated_s = 0;
  friend bool operator==(const SegmentRecord&, const SegmentRecord&) = default;
};

/// One rule a segment has had, in the order they were saved. The oldest may have been dropped.
struct RuleRecord {
  std::uint32_t number = 0;  ///< from 1 on, without gaps; the last is the segment's rule
  std::string expression;    ///< as typed; references to segments renamed since say the new names
  std::string author;        ///< who saved it; empty: not known
  std::int64_t saved_s = 0;  ///< seconds since 1970, UTC
  std::optional<std::uint64_t> count;  ///< people when it was saved; nothing: not counted then
  std::uint64_t population = 0;        ///< users then; with a count only
  std::int64_t as_of = 0;              ///< the day it was counted for, days since 1970
  friend bool operator==(const RuleRecord&, const RuleRecord&) = default;
};

/// What a static list was made from, of one that was frozen from another segment.
struct OriginRecord {
  std::string name;                ///< of the list
  std::string source;              ///< the segment it was taken from, by its name now
  bool source_gone = false;        ///< deleted since; another of that name may be there
  std::string expression;          ///< its rule then; empty when it was a list
  std::uint32_t rule = 0;          ///< number of that rule; 0: a list, or none was numbered
  std::int64_t as_of = 0;          ///< day for which its relative dates were computed, since 1970
  std::uint64_t data_version = 0;  ///< the state of the data it was taken from
  std::uint64_t population = 0;    ///< users then
  std::int64_t taken_s = 0;        ///< seconds since 1970, UTC
  std::string author;              ///< who took it; empty: not known
  friend bool operator==(const OriginRecord&, const OriginRecord&) = default;
};

/// One file of events that has been added, so that it is not added again.
struct LoadRecord {
  std::string id;    ///< unique; by default of the file's bytes and the event it was read as
  std::string file;  ///< its name then, for people
  std::uint64_t rows = 0;
  std::uint64_t events = 0;
  std::int64_t loaded_s = 0;
  friend bool operator==(const LoadRecord&, const LoadRecord&) = default;
};

/// A request that named a key and was done, so that it is not done again when it is sent again.
struct RequestRecord {
  std::string key;          ///< 1 to kRequestKeyBytesMax bytes
  std::string digest;       ///< of what was asked
  std::int64_t done_s = 0;  ///< seconds since 1970, UTC
  std::string reply;        ///< what it was told, as bytes of whoever tells it
  friend bool operator==(const RequestRecord&, const RequestRecord&) = default;
};

/// How far a reader of a stream has come: all messages of the partition before `next` are done, or
/// were refused. It is written in the commit of what the messages did.
struct PositionRecord {
  std::string group;  ///< of readers; 1 to kGroupBytesMax bytes, none of them 0
  std::string topic;  ///< 1 to kTopicBytesMax bytes, none of them 0
  std::uint32_t partition = 0;
  std::int64_t next = 0;      ///< offset of the first message that is not done
  std::int64_t stored_s = 0;  ///< seconds since 1970, UTC
  friend bool operator==(const PositionRecord&, const PositionRecord&) = default;
};

}  // namespace tagline::storage
