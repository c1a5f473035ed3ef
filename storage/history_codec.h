// history_codec: records of histories, to bytes and back. Decoders take any bytes at all and give a
// record or Corrupt. Private to storage/.
#pragma once

#include "engine/result.h"
#include "storage/codec.h"
#include "storage/history.h"

#include <string_view>

namespace tagline::storage {

/// Without `segment`, which is the key.
void encode(const HistoryRecord& history, RecordWriter& out);
[[nodiscard]] Result<HistoryRecord> decode_history(std::string_view segment, Bytes bytes);

/// Without `field`, which is the key.
void encode(const SpreadRecord& spread, RecordWriter& out);
[[nodiscard]] Result<SpreadRecord> decode_spread(engine::FieldId field, Bytes bytes);

}  // namespace tagline::storage
