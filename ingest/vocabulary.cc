#include "ingest/vocabulary.h"

#include "ingest/limits.h"
#include "ingest/text.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tagline::ingest {
namespace {

/// One character added, left out or changed, or two beside each other turned around. By bytes: a
/// Chinese character is three.
bool one_slip(std::string_view a, std::string_view b) {
  if (a.size() < 3 || b.size() < 3) {
    return false;
  }
  if (a.size() > b.size()) {
    std::swap(a, b);
  }
  const auto first = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const std::string_view rest_a = a.substr(first);
  const std::string_view rest_b = b.substr(first);
  if (a.size() + 1 == b.size()) {
    return rest_a == rest_b.substr(1);
  }
  if (a.size() != b.size() || rest_a.empty()) {
    return false;
  }
  const bool turned = rest_a.size() > 1 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] &&
                      rest_a.substr(2) == rest_b.substr(2);
  return turned || rest_a.substr(1) == rest_b.substr(1);
}

}  // namespace

using engine::RowId;

Vocabulary::Tag* Vocabulary::find(const ByName& names, std::string_view name) {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : &all_[found->second];
}

void Vocabulary::keep(storage::TagRecord record, ByName& names) {
  for (const std::string& alias : record.aliases) {
    names.emplace(alias, all_.size());
  }
  names.insert_or_assign(record.name, all_.size());  // a name wins over another's alias
  if (record.times != 0) {
    times_.emplace(record.field, record.times);
  }
  all_.push_back({std::move(record), {}, engine::kFirstValueRow, false});
}

Status Vocabulary::read(const storage::WriteTxn& txn) {
  all_.clear();
  tags_.clear();
  events_.clear();
  times_.clear();
  TAGLINE_ASSIGN_OR_RETURN(auto tags, txn.tags());
  TAGLINE_ASSIGN_OR_RETURN(auto events, txn.events());
  for (storage::TagRecord& record : tags) {
    keep(std::move(record), tags_);
  }
  for (storage::TagRecord& record : events) {
    keep(std::move(record), events_);
  }
  return {};
}

Status Vocabulary::read_rows(Tag& tag, const storage::WriteTxn& txn) {
  if (tag.read) {
    return {};
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto values, txn.values(tag.record.field));
  for (const storage::ValueRecord& value : values) {
    for (const std::string& alias : value.aliases) {
      tag.rows.emplace(alias, value.row);
    }
    tag.next_row = std::max(tag.next_row, value.row + 1);
  }
  for (const storage::ValueRecord& value : values) {
    tag.rows.insert_or_assign(value.name, value.row);
  }
  tag.read = true;
  return {};
}

Result<std::optional<RowId>> Vocabulary::row(Tag& tag, const std::string& value,
                                             const storage::WriteTxn& txn) {
  TAGLINE_RETURN_IF_ERROR(read_rows(tag, txn));
  const auto found = tag.rows.find(value);
  return found == tag.rows.end() ? std::nullopt : std::optional(found->second);
}

bool Vocabulary::is_full(const Tag& tag) {
  return tag.rows.size() >= kValuesMax;
}

Result<RowId> Vocabulary::row_of(Tag& tag, const std::string& value, storage::WriteTxn& txn) {
  TAGLINE_ASSIGN_OR_RETURN(const auto known, row(tag, value, txn));
  if (known.has_value()) {
    return *known;
  }
  storage::ValueRecord record{tag.next_row, value, {}, {}};
  if (tag.record.kind == engine::TagKind::Event) {
    TAGLINE_ASSIGN_OR_RETURN(record.row, txn.new_field());
  } else {
    ++tag.next_row;
  }
  TAGLINE_RETURN_IF_ERROR(txn.put_values(tag.record.field, {&record, 1}));
  tag.rows.emplace(value, record.row);
  return record.row;
}

Result<std::vector<RowId>> Vocabulary::rows(Tag& tag, const storage::WriteTxn& txn) {
  TAGLINE_RETURN_IF_ERROR(read_rows(tag, txn));
  std::vector<RowId> rows;
  for (const auto& [name, row] : tag.rows) {
    rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Result<Vocabulary::Tag*> Vocabulary::add(storage::TagRecord record, storage::WriteTxn& txn) {
  TAGLINE_ASSIGN_OR_RETURN(record.field, txn.put_tag(record));
  const bool event = record.kind == engine::TagKind::Event;
  keep(std::move(record), event ? events_ : tags_);
  return &all_.back();
}

Status Vocabulary::touch(const std::set<engine::FieldId>& fields, std::int64_t now_s,
                         storage::WriteTxn& txn) {
  constexpr std::int64_t kApart = 60;  // a record a batch would be more than the batch
  for (Tag& tag : all_) {
    if (fields.contains(tag.record.field) && tag.record.updated_s + kApart <= now_s) {
      tag.record.updated_s = now_s;
      TAGLINE_RETURN_IF_ERROR(txn.put_tag(tag.record).map([](engine::FieldId) {}));
    }
  }
  return {};
}

std::optional<std::string> Vocabulary::near(std::string_view name) const {
  const std::string lower = to_lower_ascii(name);
  for (const ByName* names : {&tags_, &events_}) {
    for (const auto& [other, place] : *names) {
      const std::string other_lower = to_lower_ascii(other);
      if (other_lower == lower || other_lower.starts_with(lower) ||
          (!other_lower.empty() && lower.starts_with(other_lower))) {
        return other;
      }
    }
  }
  const auto is_slip = [&](const std::string& other) {
    return one_slip(lower, to_lower_ascii(other));
  };
  for (const ByName* names : {&tags_, &events_}) {
    for (const auto& [other, place] : *names) {
      if (is_slip(other)) {
        return other;
      }
    }
  }
  return std::nullopt;
}

}  // namespace tagline::ingest
