// Changes of single users, and folding: writing what has changed into the fragments.
#include "storage/catalogue_reader.h"
#include "storage/delta_log.h"
#include "storage/identity_reader.h"
#include "storage/stored_value.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tagline::storage {
namespace {

using engine::RowId;

/// Rows in which the values of these users may be.
void add_rows_of(CellShape shape, const Delta::Cell& cell, RowId first,
                 std::span<const DeltaBlock::Member> members, std::set<RowId>& rows) {
  switch (shape) {
    case CellShape::Bit:
      rows.insert(first);
      return;
    case CellShape::Choice:
      rows.insert(engine::kExistsRow);
      for (const DeltaBlock::Member& member : members) {
        if (member.value.has_value()) {
          rows.insert(static_cast<RowId>(*member.value));
        }
      }
      return;
    case CellShape::Number:
      rows.insert({engine::kExistsRow, engine::kSignRow});
      for (unsigned bit = 0; bit < cell.bits; ++bit) {
        rows.insert(engine::kFirstBitRow + bit);
      }
      return;
    case CellShape::Count:
      rows.insert(first);
      for (unsigned bit = 0; bit < cell.bits; ++bit) {
        rows.insert(first + engine::kExtraPart + bit);
      }
      return;
    case CellShape::Amount:
      for (unsigned bit = 0; bit < cell.bits; ++bit) {
        rows.insert(first + bit);
      }
      for (unsigned bit = 0; bit < cell.minus_bits; ++bit) {
        rows.insert(first - engine::kPlusPart + engine::kMinusPart + bit);
      }
      return;
  }
}

template <class Fn>
void each_member(const Delta::Part& part, Fn&& fn) {
  for (std::uint32_t block = 0; block < part.blocks.size(); ++block) {
    if (part.blocks[block] != nullptr) {
      for (const DeltaBlock::Member& member : part.blocks[block]->members()) {
        fn(block * engine::kBlockUsers + member.user, member);
      }
    }
  }
}

}  // namespace

Result<std::optional<std::int64_t>> WriteTxn::value_of(engine::FieldId field, CellShape shape,
                                                       RowId cell, engine::UserIndex user) const {
  if (const auto* changed = rep_->delta->find({field, cell}, user); changed != nullptr) {
    return changed->value;
  }
  return stored_value(rep_->txn, field, shape, cell, user);
}

Status WriteTxn::change(std::vector<Change> changes) {
  if (changes.empty()) {
    return {};
  }
  settle(changes);
  engine::FieldId field = engine::kPopulationRow.field;
  std::optional<TagRecord> tag;
  TAGLINE_ASSIGN_OR_RETURN(const auto updated, find_updated_field(rep_->txn));
  for (const Change& change : changes) {
    if (change.field != field) {
      field = change.field;
      TAGLINE_ASSIGN_OR_RETURN(tag, find_tag_record(rep_->txn, field));
    }
    const bool field_known = field != engine::kPopulationRow.field && field < rep_->meta.next_field;
    // A field of no tag is a key's series or a static list, or says when users were written.
    const bool fits = tag.has_value() ? suits(tag->kind, change.shape)
                      : field == updated
                          ? change.shape == CellShape::Number
                          : change.shape != CellShape::Choice && change.shape != CellShape::Number;
    if (!field_known || !fits || !is_possible(change) || change.user >= user_limit()) {
      return failure(ErrorCode::Internal,
                     {"a change of user " + std::to_string(change.user) + " in field " +
                          std::to_string(field) + " that cannot be",
                      "对字段 " + std::to_string(field) + " 中用户 " + std::to_string(change.user) +
                          " 的变更无效"});
    }
  }
  RecordWriter record;
  encode(changes, record);
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.append(KeySpace::Changes, change_key(rep_->meta.changes_next), record.bytes()));
  ++rep_->meta.changes_next;
  rep_->delta = rep_->delta->with(changes);
  rep_->note_data_changed();
  return {};
}

std::uint64_t WriteTxn::unfolded() const {
  return rep_->delta->changes();
}

std::uint64_t WriteTxn::unfolded_records() const {
  return rep_->meta.changes_next - rep_->meta.changes_first;
}

Status WriteTxn::fold() {
  return rep_->fold();
}

Status WriteTxn::Rep::fold_for(engine::FieldId field) {
  return delta->cells(field) == nullptr ? Status() : fold();
}

Status WriteTxn::Rep::fold_part(engine::FieldId field, RowId first, const Delta::Cell& cell,
                                engine::ShardId shard, const Delta::Part& part) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, stored_rows(txn, field, cell.shape, first, shard));
  std::set<RowId> rows(stored.begin(), stored.end());
  for (const auto& block : part.blocks) {
    if (block != nullptr) {
      add_rows_of(cell.shape, cell, first, block->members(), rows);
    }
  }
  std::vector<std::uint32_t> users;
  std::map<RowId, std::vector<std::uint32_t>> chosen;  // of a category, which may have many rows
  each_member(part, [&](std::uint32_t user, const DeltaBlock::Member& member) {
    users.push_back(user);
    if (cell.shape == CellShape::Choice && member.value.has_value()) {
      chosen[static_cast<RowId>(*member.value)].push_back(user);
    }
  });
  const engine::Bitmap changed = engine::Bitmap::of(users);
  for (const RowId row : rows) {
    engine::Bitmap members;
    TAGLINE_ASSIGN_OR_RETURN(const auto bytes,
                             txn.get(KeySpace::Fragments, make_key<3>({field, row, shard})));
    if (bytes) {
      TAGLINE_ASSIGN_OR_RETURN(members, copy_fragment(*bytes));
    }
    users.clear();
    if (cell.shape == CellShape::Choice && row != engine::kExistsRow) {
      if (const auto found = chosen.find(row); found != chosen.end()) {
        users = std::move(found->second);
      }
    } else {
      each_member(part, [&](std::uint32_t user, const DeltaBlock::Member& member) {
        if (member.value.has_value() && in_row(cell.shape, row, *member.value)) {
          users.push_back(user);
        }
      });
    }
    if (users.empty() && !members.intersects(changed)) {
      continue;
    }
    members.subtract(changed);
    members.add_many(users);
    if (members.empty()) {
      TAGLINE_RETURN_IF_ERROR(change_fragment({field, row}, shard, std::nullopt));
    } else {
      members.optimize();
      TAGLINE_RETURN_IF_ERROR(change_fragment({field, row}, shard, encoder.encode(members)));
    }
  }
  return {};
}

Status WriteTxn::Rep::fold() {
  for (const auto& [field, cells] : delta->fields()) {
    for (const auto& [first, cell] : *cells) {
      for (const auto& [shard, part] : cell->parts) {
        TAGLINE_RETURN_IF_ERROR(fold_part(field, first, *cell, shard, *part));
      }
    }
  }
  for (; meta.changes_first < meta.changes_next; ++meta.changes_first) {
    TAGLINE_RETURN_IF_ERROR(txn.erase(KeySpace::Changes, change_key(meta.changes_first)));
  }
  delta = delta->after_fold();
  return {};
}

}  // namespace tagline::storage
