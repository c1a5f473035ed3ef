// record_codec: records of the catalogue and of the database itself, to bytes and back.
// Every decoder takes any bytes at all and gives a record or Corrupt; a version it does not know is
// Corrupt too.
#pragma once

#include "engine/result.h"
#include "storage/codec.h"
#include "storage/format_version.h"
#include "storage/record.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tagline::storage {

/// Digits after the point of a number: 10^18 still fits 63 bits.
inline constexpr unsigned kNumberScaleMax = 18;

/// The Corrupt of a record that cannot be read.
[[nodiscard]] tl::unexpected<Error> damaged_record(const std::string& what_en,
                                                   const std::string& what_zh);

/// The one record of key space `meta`.
struct MetaRecord {
  std::uint64_t version = 0;        ///< raised by one with every commit
  std::int64_t created_s = 0;       ///< seconds since 1970, UTC
  std::string time_zone;            ///< IANA
  std::uint64_t id_seed = 0;        ///< of the hash of external ids
  std::uint32_t user_limit = 0;     ///< indexes given out so far
  engine::FieldId next_field = 1;   ///< 0 is the population
  std::uint64_t data_version = 0;   ///< of the last commit that changed rows of old fields
  std::uint64_t changes_first = 0;  ///< records of changes not folded yet: [first, next)
  std::uint64_t changes_next = 0;
  std::uint64_t catalogue_version = 0;    ///< of the last commit that changed names: see Snapshot
  std::uint64_t format = kFormatVersion;  ///< as read; the newest is written whatever this says
  friend bool operator==(const MetaRecord&, const MetaRecord&) = default;
};

void encode(const MetaRecord& meta, RecordWriter& out);
/// WrongFormat when it is not ours or of another version.
[[nodiscard]] Result<MetaRecord> decode_meta(Bytes bytes);

/// Without `field`, which is the key.
void encode(const TagRecord& tag, RecordWriter& out);
[[nodiscard]] Result<TagRecord> decode_tag(engine::FieldId field, Bytes bytes);

/// Without `row`, which is in the key.
void encode(const ValueRecord& value, RecordWriter& out);
[[nodiscard]] Result<ValueRecord> decode_value(engine::RowId row, Bytes bytes);

/// The key, `name`, is in the record too: another name there is Corrupt.
void encode(const SegmentRecord& segment, RecordWriter& out);
[[nodiscard]] Result<SegmentRecord> decode_segment(std::string_view name, Bytes bytes);

/// Without `number`, which is in the key.
void encode(const RuleRecord& rule, RecordWriter& out);
[[nodiscard]] Result<RuleRecord> decode_rule(std::uint32_t number, Bytes bytes);

/// Without `name`, which is the key.
void encode(const OriginRecord& origin, RecordWriter& out);
[[nodiscard]] Result<OriginRecord> decode_origin(std::string_view name, Bytes bytes);

/// The key, `id`, is in the record too: another id there is Corrupt.
void encode(const LoadRecord& load, RecordWriter& out);
[[nodiscard]] Result<LoadRecord> decode_load(std::string_view id, Bytes bytes);

/// Without its number, which is the key.
void encode(const RequestRecord& request, RecordWriter& out);
[[nodiscard]] Result<RequestRecord> decode_request(std::uint64_t number, Bytes bytes);

/// The key of a position: the group, a zero byte, the topic, a zero byte, the partition big-endian.
[[nodiscard]] std::string position_key(const PositionRecord& position);
/// Without what is in the key.
void encode(const PositionRecord& position, RecordWriter& out);
[[nodiscard]] Result<PositionRecord> decode_position(Bytes key, Bytes bytes);

}  // namespace tagline::storage
