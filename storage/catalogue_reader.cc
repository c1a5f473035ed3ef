#include "storage/catalogue_reader.h"

#include "storage/history_codec.h"
#include "storage/record_codec.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace tagline::storage {

namespace {

tl::unexpected<Error> bad_key(KeySpace space) {
  const std::string name(name_of(space));
  return failure(ErrorCode::Corrupt,
                 {"damaged catalogue: a key of \"" + name + "\" has the wrong length",
                  "目录已损坏：键空间 \"" + name + "\" 中有长度错误的键"},
                 {"run \"tagline verify\", then load the data again or restore a backup",
                  "请运行 \"tagline verify\"，然后重新导入数据或恢复备份"});
}

bool is_event(const TagRecord& record) {
  return record.kind == engine::TagKind::Event;
}

/// All records of a key space whose keys are texts; `decode(key, value)`.
template <class Record>
Result<std::vector<Record>> read_by_text(const Transaction& txn, KeySpace space,
                                         Result<Record> (*decode)(std::string_view, Bytes)) {
  std::vector<Record> records;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, space));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    TAGLINE_ASSIGN_OR_RETURN(auto record, decode(text_of(entry->key), entry->value));
    records.push_back(std::move(record));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return records;
}

template <class Record>
Result<std::optional<Record>> find_by_text(const Transaction& txn, KeySpace space,
                                           std::string_view key,
                                           Result<Record> (*decode)(std::string_view, Bytes)) {
  if (!possible_key(key)) {
    return std::optional<Record>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(space, bytes_of(key)));
  if (!stored) {
    return std::optional<Record>();
  }
  TAGLINE_ASSIGN_OR_RETURN(auto record, decode(key, *stored));
  return std::optional<Record>(std::move(record));
}

}  // namespace

bool possible_key(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax;
}

Result<std::optional<TagRecord>> find_tag_record(const Transaction& txn, engine::FieldId field) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Tags, make_key<1>({field})));
  if (!stored) {
    return std::optional<TagRecord>();
  }
  TAGLINE_ASSIGN_OR_RETURN(auto record, decode_tag(field, *stored));
  return std::optional<TagRecord>(std::move(record));
}

Result<std::vector<TagRecord>> read_tags(const Transaction& txn) {
  TAGLINE_ASSIGN_OR_RETURN(auto records, read_tag_records(txn));
  std::erase_if(records, is_event);
  return records;
}
Result<std::vector<TagRecord>> read_events(const Transaction& txn) {
  TAGLINE_ASSIGN_OR_RETURN(auto records, read_tag_records(txn));
  std::erase_if(records, std::not_fn(is_event));
  return records;
}

Result<std::vector<SegmentRecord>> read_segments(const Transaction& txn) {
  return read_by_text(txn, KeySpace::Segments, decode_segment);
}
Result<std::optional<SegmentRecord>> find_segment(const Transaction& txn, std::string_view name) {
  return find_by_text(txn, KeySpace::Segments, name, decode_segment);
}

std::string rule_key(std::string_view segment, std::uint32_t number) {
  return std::string(segment) + std::string(text_of(make_key<1>({number})));
}

// Numbers begin with a zero byte (kRuleNumberEnd), so rules of longer names come after those of
// this one, but for names that have a zero byte there.
Result<std::uint32_t> first_rule(const Transaction& txn, std::string_view segment) {
  const std::string first = rule_key(segment, 1);
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Rules));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(bytes_of(first)));
  const std::string beginning = first.substr(0, segment.size() + 1);
  while (entry && text_of(entry->key).starts_with(beginning)) {
    if (entry->key.size() == first.size()) {
      const auto number = parse_key<1>(entry->key.last(first.size() - segment.size()));
      return number ? (*number)[0] : 0;
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return 0;
}

// Keys of names that begin alike lie between each other's, so this asks for one after the other
// instead of walking.
Result<std::vector<RuleRecord>> read_rules(const Transaction& txn, std::string_view segment) {
  std::vector<RuleRecord> rules;
  if (!possible_key(segment)) {
    return rules;
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t oldest, first_rule(txn, segment));
  for (std::uint32_t number = oldest; number != 0; ++number) {
    TAGLINE_ASSIGN_OR_RETURN(const auto stored,
                             txn.get(KeySpace::Rules, bytes_of(rule_key(segment, number))));
    if (!stored) {
      return rules;
    }
    TAGLINE_ASSIGN_OR_RETURN(auto rule, decode_rule(number, *stored));
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<std::optional<HistoryRecord>> find_history(const Transaction& txn,
                                                  std::string_view segment) {
  return find_by_text(txn, KeySpace::Histories, segment, decode_history);
}
Result<std::vector<HistoryRecord>> read_histories(const Transaction& txn) {
  return read_by_text(txn, KeySpace::Histories, decode_history);
}
Result<std::optional<SpreadRecord>> find_spread(const Transaction& txn, engine::FieldId field) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Spreads, make_key<1>({field})));
  if (!stored) {
    return std::optional<SpreadRecord>();
  }
  TAGLINE_ASSIGN_OR_RETURN(auto record, decode_spread(field, *stored));
  return std::optional<SpreadRecord>(std::move(record));
}

Result<std::vector<OriginRecord>> read_origins(const Transaction& txn) {
  return read_by_text(txn, KeySpace::Origins, decode_origin);
}
Result<std::optional<OriginRecord>> find_origin(const Transaction& txn, std::string_view name) {
  return find_by_text(txn, KeySpace::Origins, name, decode_origin);
}

Result<std::vector<LoadRecord>> read_loads(const Transaction& txn) {
  TAGLINE_ASSIGN_OR_RETURN(auto loads, read_by_text(txn, KeySpace::Loads, decode_load));
  std::stable_sort(loads.begin(), loads.end(), [](const LoadRecord& a, const LoadRecord& b) {
    return a.loaded_s < b.loaded_s;
  });
  return loads;
}
Result<std::optional<LoadRecord>> find_load(const Transaction& txn, std::string_view id) {
  return find_by_text(txn, KeySpace::Loads, id, decode_load);
}

Result<std::vector<TagRecord>> read_tag_records(const Transaction& txn) {
  std::vector<TagRecord> tags;
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t entries, txn.entries(KeySpace::Tags));
  tags.reserve(std::min<std::uint64_t>(entries, 65'536));  // it may be damaged
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Tags));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    const auto key = parse_key<1>(entry->key);
    if (!key) {
      return bad_key(KeySpace::Tags);
    }
    TAGLINE_ASSIGN_OR_RETURN(auto tag, decode_tag((*key)[0], entry->value));
    tags.push_back(std::move(tag));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return tags;
}

// The last key of the field is the one before the first of the next; field ids end below the
// largest number.
Result<engine::RowId> last_value_row(const Transaction& txn, engine::FieldId field) {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Values));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(make_key<2>({field + 1, 0})));
  TAGLINE_ASSIGN_OR_RETURN(entry, entry ? cursor.previous() : cursor.last());
  const auto parts = entry ? parse_key<2>(entry->key) : std::nullopt;
  return parts && (*parts)[0] == field ? (*parts)[1] : engine::RowId{0};
}

Result<std::vector<ValueRecord>> read_values(const Transaction& txn, engine::FieldId field) {
  std::vector<ValueRecord> values;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Values));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(make_key<2>({field, 0})));
  while (entry) {
    const auto key = parse_key<2>(entry->key);
    if (!key) {
      return bad_key(KeySpace::Values);
    }
    if ((*key)[0] != field) {
      break;
    }
    TAGLINE_ASSIGN_OR_RETURN(auto value, decode_value((*key)[1], entry->value));
    values.push_back(std::move(value));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return values;
}

}  // namespace tagline::storage
