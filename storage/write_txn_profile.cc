// Everything one user has: the fragments field by field, then what has changed since.
#include "storage/catalogue_reader.h"
#include "storage/fragment_value.h"
#include "storage/identity_reader.h"
#include "storage/stored_value.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <map>
#include <utility>
#include <vector>

namespace tagline::storage {
namespace {

using engine::FieldId;
using engine::RowId;

using Cells = std::map<std::pair<FieldId, RowId>, std::pair<CellShape, std::int64_t>>;

/// One user's cells of one field after the other.
class Profile {
 public:
  Profile(const Transaction& txn, Cursor& cursor, engine::UserIndex user, Cells& cells)
      : txn_(txn), cursor_(cursor), user_(user), cells_(cells) {}

  /// Rows that are cells of their own.
  Status bits(FieldId field) {
    std::uint64_t row = 0;
    for (;;) {
      TAGLINE_ASSIGN_OR_RETURN(const auto found, next_row(field, row));
      if (!found) {
        return {};
      }
      TAGLINE_ASSIGN_OR_RETURN(const bool in, holds(field, *found));
      if (in) {
        cells_[{field, *found}] = {CellShape::Bit, 1};
      }
      row = std::uint64_t{*found} + 1;
    }
  }

  /// All rows are one cell.
  Status whole(FieldId field, CellShape shape) { return take(field, shape, 0); }

  Status series(FieldId field) {
    std::uint64_t row = 0;
    for (;;) {
      TAGLINE_ASSIGN_OR_RETURN(const auto found, next_row(field, row));
      if (!found) {
        return {};
      }
      const RowId day = *found - engine::part_of(*found);
      TAGLINE_ASSIGN_OR_RETURN(const bool in, holds(field, day + engine::kPresentPart));
      if (in) {
        TAGLINE_RETURN_IF_ERROR(take(field, CellShape::Count, day + engine::kPresentPart));
        TAGLINE_RETURN_IF_ERROR(take(field, CellShape::Amount, day + engine::kPlusPart));
      }
      row = std::uint64_t{day} + (1U << engine::kDayPartBits);
    }
  }

 private:
  /// The first row at or after `row` that has a fragment in any shard.
  Result<std::optional<RowId>> next_row(FieldId field, std::uint64_t row) {
    if (row > 0xFFFF'FFFFU) {
      return std::optional<RowId>();
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto entry,
                             cursor_.seek(make_key<3>({field, static_cast<RowId>(row), 0})));
    const auto parts = entry ? parse_key<3>(entry->key) : std::nullopt;
    return parts && (*parts)[0] == field ? std::optional((*parts)[1]) : std::nullopt;
  }

  Result<bool> holds(FieldId field, RowId row) {
    TAGLINE_ASSIGN_OR_RETURN(
        const auto value,
        txn_.get(KeySpace::Fragments, make_key<3>({field, row, engine::shard_of(user_)})));
    if (!value) {
      return false;
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto fragment, read_fragment(*value, nullptr));
    return contains(fragment, engine::within_shard(user_));
  }

  Status take(FieldId field, CellShape shape, RowId cell) {
    TAGLINE_ASSIGN_OR_RETURN(const auto value, stored_value(txn_, field, shape, cell, user_));
    if (value) {
      cells_[{field, cell}] = {shape, *value};
    }
    return {};
  }

  const Transaction& txn_;
  Cursor& cursor_;
  engine::UserIndex user_;
  Cells& cells_;
};

Status read_tag(Profile& profile, const TagRecord& tag, const Transaction& txn) {
  switch (tag.kind) {
    case engine::TagKind::Flag:
    case engine::TagKind::Set:
      return profile.bits(tag.field);
    case engine::TagKind::Category:
      return profile.whole(tag.field, CellShape::Choice);
    case engine::TagKind::Number:
    case engine::TagKind::Date:
      return profile.whole(tag.field, CellShape::Number);
    case engine::TagKind::Event:
      break;
  }
  TAGLINE_RETURN_IF_ERROR(profile.series(tag.field));
  TAGLINE_ASSIGN_OR_RETURN(const auto keys, read_values(txn, tag.field));
  for (const ValueRecord& key : keys) {
    TAGLINE_RETURN_IF_ERROR(profile.series(key.row));
  }
  return {};
}

}  // namespace

Result<std::vector<Change>> WriteTxn::cells_of(engine::UserIndex user) const {
  Cells cells;
  {
    TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(rep_->txn, KeySpace::Fragments));
    Profile profile(rep_->txn, cursor, user, cells);
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, read_tag_records(rep_->txn));
    for (const TagRecord& tag : tags) {
      TAGLINE_RETURN_IF_ERROR(read_tag(profile, tag, rep_->txn));
      if (tag.times != 0) {
        TAGLINE_RETURN_IF_ERROR(profile.whole(tag.times, CellShape::Number));
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto segments, read_segments(rep_->txn));
    for (const SegmentRecord& segment : segments) {
      if (segment.list != 0) {
        TAGLINE_RETURN_IF_ERROR(profile.bits(segment.list));
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto updated, find_updated_field(rep_->txn));
    if (updated) {
      TAGLINE_RETURN_IF_ERROR(profile.whole(*updated, CellShape::Number));
    }
  }
  for (const auto& [field, changed] : rep_->delta->fields()) {
    for (const auto& [first, cell] : *changed) {
      const auto* member = rep_->delta->find({field, first}, user);
      if (member == nullptr) {
        continue;
      }
      if (member->value.has_value()) {
        cells[{field, first}] = {cell->shape, *member->value};
      } else {
        cells.erase({field, first});
      }
    }
  }
  std::vector<Change> changes;
  changes.reserve(cells.size());
  for (const auto& [place, value] : cells) {
    changes.push_back({place.first, value.first, place.second, user, value.second});
  }
  return changes;
}

}  // namespace tagline::storage
