// Everything one user has: the fragments field by field, then what has changed since.
#include "storage/catalogue_reader.h"
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
  Profile(UserRows& rows, Cells& cells) : rows_(rows), cells_(cells) {}

  /// Rows that are cells of their own.
  Status bits(FieldId field) {
    return rows_.each(field, 0, kRowsEnd, [&](RowId row, bool in) {
      if (in) {
        cells_[{field, row}] = {CellShape::Bit, 1};
      }
      return std::uint64_t{row} + 1;
    });
  }

  /// All rows are one cell.
  Status whole(FieldId field, CellShape shape) { return take(field, shape, 0); }

  Status series(FieldId field) {
    std::vector<RowId> days;
    TAGLINE_RETURN_IF_ERROR(rows_.each(field, 0, kRowsEnd, [&](RowId row, bool in) {
      const RowId day = row - engine::part_of(row);
      if (in && row == day + engine::kPresentPart) {
        days.push_back(day);
      }
      return std::uint64_t{day} + (1U << engine::kDayPartBits);
    }));
    for (const RowId day : days) {
      TAGLINE_RETURN_IF_ERROR(take(field, CellShape::Count, day + engine::kPresentPart));
      TAGLINE_RETURN_IF_ERROR(take(field, CellShape::Amount, day + engine::kPlusPart));
    }
    return {};
  }

 private:
  static constexpr std::uint64_t kRowsEnd = std::uint64_t{1} << 32U;
  static_assert(engine::kPresentPart == 0, "the first row of a day says who is in it");

  Status take(FieldId field, CellShape shape, RowId cell) {
    TAGLINE_ASSIGN_OR_RETURN(const auto value, stored_value(rows_, field, shape, cell));
    if (value) {
      cells_[{field, cell}] = {shape, *value};
    }
    return {};
  }

  UserRows& rows_;
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
    TAGLINE_ASSIGN_OR_RETURN(UserRows rows, UserRows::open(rep_->txn, user));
    Profile profile(rows, cells);
    TAGLINE_ASSIGN_OR_RETURN(const auto* tags, rep_->tag_records());
    for (const TagRecord& tag : *tags) {
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
  rep_->delta->each_of(user, [&](FieldId field, RowId cell, const DeltaField::Said& said) {
    if (said.has.has_value()) {
      cells[{field, cell}] = {said.shape, *said.has};
    } else {
      cells.erase({field, cell});
    }
  });
  std::vector<Change> changes;
  changes.reserve(cells.size());
  for (const auto& [place, value] : cells) {
    changes.push_back({place.first, value.first, place.second, user, value.second});
  }
  return changes;
}

}  // namespace tagline::storage
