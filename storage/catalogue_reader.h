// catalogue_reader: tags, events, values, segments, their rules and origins, and loads as any
// transaction sees them. Private to storage/.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/history.h"
#include "storage/lmdb_environment.h"
#include "storage/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::storage {

/// Tags and events, in order of creation.
[[nodiscard]] Result<std::vector<TagRecord>> read_tag_records(const Transaction& txn);
/// The tag or event of a field; nothing for a field that is no tag's.
[[nodiscard]] Result<std::optional<TagRecord>> find_tag_record(const Transaction& txn,
                                                               engine::FieldId field);
[[nodiscard]] Result<std::vector<TagRecord>> read_tags(const Transaction& txn);
[[nodiscard]] Result<std::vector<TagRecord>> read_events(const Transaction& txn);
/// The highest row given out to a value of the field; 0: none.
[[nodiscard]] Result<engine::RowId> last_value_row(const Transaction& txn, engine::FieldId field);
[[nodiscard]] Result<std::vector<ValueRecord>> read_values(const Transaction& txn,
                                                           engine::FieldId field);

/// By name.
[[nodiscard]] Result<std::vector<SegmentRecord>> read_segments(const Transaction& txn);
[[nodiscard]] Result<std::optional<SegmentRecord>> find_segment(const Transaction& txn,
                                                                std::string_view name);
/// The key of a rule: the segment's name, then its number.
[[nodiscard]] std::string rule_key(std::string_view segment, std::uint32_t number);
/// The number of the oldest rule that is kept; 0: none is. REQUIRES: a possible key.
[[nodiscard]] Result<std::uint32_t> first_rule(const Transaction& txn, std::string_view segment);
/// Of one segment, by number; none for an unknown name. One look-up each.
[[nodiscard]] Result<std::vector<RuleRecord>> read_rules(const Transaction& txn,
                                                         std::string_view segment);
/// By name of the list.
[[nodiscard]] Result<std::vector<OriginRecord>> read_origins(const Transaction& txn);
[[nodiscard]] Result<std::optional<OriginRecord>> find_origin(const Transaction& txn,
                                                              std::string_view name);
/// Of one segment; nothing when nothing is kept.
[[nodiscard]] Result<std::optional<HistoryRecord>> find_history(const Transaction& txn,
                                                                std::string_view segment);
/// By name of the segment.
[[nodiscard]] Result<std::vector<HistoryRecord>> read_histories(const Transaction& txn);
[[nodiscard]] Result<std::optional<SpreadRecord>> find_spread(const Transaction& txn,
                                                              engine::FieldId field);
/// Oldest first; loads of one second by id.
[[nodiscard]] Result<std::vector<LoadRecord>> read_loads(const Transaction& txn);
[[nodiscard]] Result<std::optional<LoadRecord>> find_load(const Transaction& txn,
                                                          std::string_view id);

/// Whether a name or id can be a key at all: LMDB refuses others with an error of its own.
[[nodiscard]] bool possible_key(std::string_view name);

}  // namespace tagline::storage
