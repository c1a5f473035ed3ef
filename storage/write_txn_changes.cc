// Changes of single users, and folding: writing what has changed into the fragments.
#include "storage/catalogue_reader.h"
#include "storage/delta_log.h"
#include "storage/fault_point.h"
#include "storage/identity_reader.h"
#include "storage/stored_value.h"
#include "storage/timed_tag.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tagline::storage {
namespace {

using engine::RowId;
using Clock = std::chrono::steady_clock;

/// Before the first row of a part.
FoldMark mark_at(std::uint64_t end, engine::RowKey cell, engine::ShardId shard) {
  FoldMark mark;
  mark.end = end;
  mark.cell = cell;
  mark.shard = shard;
  return mark;
}

}  // namespace

Result<std::optional<std::int64_t>> WriteTxn::value_of(engine::FieldId field, CellShape shape,
                                                       RowId cell, engine::UserIndex user) const {
  if (const auto changed = rep_->delta->find({field, cell}, user); changed.has_value()) {
    return changed->has;
  }
  return stored_value(rep_->txn, field, shape, cell, user);
}

Status WriteTxn::change(std::vector<Change> changes) {
  if (changes.empty()) {
    return {};
  }
  settle(changes);
  engine::FieldId field = engine::kPopulationRow.field;
  const TagRecord* tag = nullptr;
  bool is_time = false;
  TAGLINE_ASSIGN_OR_RETURN(const auto updated, find_updated_field(rep_->txn));
  for (const Change& change : changes) {
    if (change.field != field) {
      field = change.field;
      TAGLINE_ASSIGN_OR_RETURN(tag, rep_->tag_record(field));
      is_time = field == updated;
      if (tag == nullptr && !is_time && change.shape == CellShape::Number) {
        TAGLINE_ASSIGN_OR_RETURN(const auto timed, find_timed_tag(rep_->txn, field));
        is_time = timed.has_value();
      }
    }
    const bool field_known = field != engine::kPopulationRow.field && field < rep_->meta.next_field;
    // A field of no tag is a key's series or a static list, or says when users or
    // their values were written.
    const bool fits = tag != nullptr ? suits(tag->kind, change.shape)
                      : is_time
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
  TAGLINE_RETURN_IF_ERROR(fault_point("change"));
  RecordWriter record;
  encode(changes, record);
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.append(KeySpace::Changes, change_key(rep_->meta.changes_next), record.bytes()));
  ++rep_->meta.changes_next;
  rep_->delta = rep_->delta->with(changes);
  rep_->note_data_changed();
  return {};
}

Unfolded WriteTxn::unfolded() const {
  return {rep_->delta->changes(), rep_->meta.changes_next - rep_->meta.changes_first,
          rep_->delta->bytes()};
}

Status WriteTxn::fold() {
  return rep_->fold();
}

Result<FoldMark> WriteTxn::fold_step(const FoldMark& from, std::chrono::microseconds time) {
  return rep_->fold_step(from, Clock::now() + time);
}

Status WriteTxn::Rep::fold_for(engine::FieldId field) {
  return delta->cells(field) == nullptr ? Status() : fold();
}

Status WriteTxn::Rep::fold() {
  TAGLINE_ASSIGN_OR_RETURN(const FoldMark end, fold_step({}, Clock::time_point::max()));
  if (!end.done) {
    return failure(ErrorCode::Internal, {"a fold did not end", "合并未完成"});
  }
  delta = delta->after_fold();
  return {};
}

/// What users of some blocks of a shard have in a cell, as rows need it.
struct PartToFold {
  unsigned end = 0;      ///< the block behind them
  std::set<RowId> rows;  ///< in which any of them is or was
  std::vector<std::pair<std::uint32_t, std::optional<std::int64_t>>> values;  ///< by user
  std::map<RowId, std::vector<std::uint32_t>> chosen;  ///< of a category, which may have many rows
  engine::Bitmap users;
};

Result<std::shared_ptr<const PartToFold>> WriteTxn::Rep::part_to_fold(
    const FoldMark& mark, const Delta::Cell& cell, const Delta::Part& part) const {
  constexpr std::size_t kChangesAtOnce = 32'768;
  const auto [field, first] = mark.cell;
  auto to_fold = std::make_shared<PartToFold>();
  std::vector<std::uint32_t> users;
  unsigned& block = to_fold->end;
  for (block = mark.block; block < part.blocks.size() && users.size() < kChangesAtOnce; ++block) {
    if (part.blocks[block] == nullptr || !part.blocks[block]->has_before(mark.end)) {
      continue;
    }
    const auto members = part.blocks[block]->members();
    add_rows_of(cell, first, members, to_fold->rows);
    for (const DeltaBlock::Member& member : members) {
      users.push_back(block * engine::kBlockUsers + member.user);
      to_fold->values.emplace_back(users.back(), member.value);
      if (cell.shape == CellShape::Choice && member.value.has_value()) {
        to_fold->chosen[static_cast<RowId>(*member.value)].push_back(users.back());
      }
    }
  }
  if (users.empty()) {
    return std::shared_ptr<const PartToFold>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto stored,
                           stored_rows(txn, field, cell.shape, first, mark.shard));
  to_fold->rows.insert(stored.begin(), stored.end());
  to_fold->users = engine::Bitmap::of(users);
  return std::shared_ptr<const PartToFold>(std::move(to_fold));
}

Result<bool> WriteTxn::Rep::fold_part(FoldMark& mark, CellShape shape, Clock::time_point until) {
  const PartToFold& part = *mark.part;
  std::vector<std::uint32_t> users;
  for (auto at = part.rows.lower_bound(mark.row); at != part.rows.end(); ++at) {
    const RowId row = *at;
    users.clear();
    if (shape == CellShape::Choice && row != engine::kExistsRow) {
      if (const auto found = part.chosen.find(row); found != part.chosen.end()) {
        users = found->second;
      }
    } else {
      for (const auto& [user, value] : part.values) {
        if (value.has_value() && in_row(shape, row, *value)) {
          users.push_back(user);
        }
      }
    }
    TAGLINE_RETURN_IF_ERROR(fold_row({mark.cell.field, row}, mark.shard, part.users, users));
    // After a row, so that every step comes further.
    if (row != *part.rows.rbegin() && Clock::now() > until) {
      mark.row = row + 1;
      return false;
    }
  }
  return true;
}

Result<bool> WriteTxn::Rep::fold_blocks(FoldMark& mark, const Delta::Cell& cell,
                                        const Delta::Part& part, Clock::time_point until) {
  while (true) {
    if (mark.part == nullptr) {
      TAGLINE_ASSIGN_OR_RETURN(mark.part, part_to_fold(mark, cell, part));
    }
    if (mark.part == nullptr) {
      return true;
    }
    TAGLINE_ASSIGN_OR_RETURN(const bool whole, fold_part(mark, cell.shape, until));
    if (!whole) {
      return false;
    }
    mark.block = mark.part->end;
    mark.row = 0;
    mark.part = nullptr;
    if (Clock::now() > until) {
      return false;
    }
  }
}

Status WriteTxn::Rep::fold_row(engine::RowKey row, engine::ShardId shard,
                               const engine::Bitmap& changed,
                               std::span<const std::uint32_t> users) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes,
                           txn.get(KeySpace::Fragments, make_key<3>({row.field, row.row, shard})));
  engine::Bitmap members;
  if (bytes) {
    TAGLINE_ASSIGN_OR_RETURN(members, copy_fragment(*bytes));
  }
  engine::Bitmap folded = members.clone();
  folded.subtract(changed);
  folded.add_many(users);
  if (folded == members) {
    return {};
  }
  TAGLINE_RETURN_IF_ERROR(fault_point("fold-row"));
  if (folded.empty()) {
    return write_fragment(row, shard, std::nullopt);
  }
  folded.optimize();
  return write_fragment(row, shard, encoder.encode(folded));
}

// Records go only when all their changes are in the fragments; until then they say once more what
// some fragments say already.
Result<FoldMark> WriteTxn::Rep::fold_step(FoldMark mark, Clock::time_point until) {
  if (mark.end <= meta.changes_first) {  // not begun, or another fold came before
    mark = {};
    mark.end = meta.changes_next;
    mark.done = mark.end == meta.changes_first;
  }
  if (mark.done) {
    return mark;
  }
  const Delta::Fields& fields = delta->fields();
  for (auto field = fields.lower_bound(mark.cell.field); !mark.written && field != fields.end();
       ++field) {
    const Delta::Cells& cells = field->value->cells();
    for (auto cell = field->key == mark.cell.field ? cells.lower_bound(mark.cell.row)
                                                   : cells.begin();
         cell != cells.end(); ++cell) {
      const bool goes_on = field->key == mark.cell.field && cell->key == mark.cell.row;
      const auto& parts = cell->value->parts;
      for (auto part = goes_on ? parts.lower_bound(mark.shard) : parts.begin(); part != parts.end();
           ++part) {
        if (!goes_on || part->key != mark.shard) {
          mark = mark_at(mark.end, {field->key, cell->key}, part->key);
        }
        TAGLINE_ASSIGN_OR_RETURN(const bool whole,
                                 fold_blocks(mark, *cell->value, *part->value, until));
        if (!whole) {
          return mark;
        }
        mark = mark_at(mark.end, mark.cell, mark.shard + 1);
      }
      mark = mark_at(mark.end, {field->key, cell->key}, 0xFFFF'FFFFU);
    }
    mark = mark_at(mark.end, {field->key + 1, 0}, 0);
  }
  mark.written = true;
  TAGLINE_RETURN_IF_ERROR(erase_records(mark, until));
  return mark;
}

Status WriteTxn::Rep::erase_records(FoldMark& mark, Clock::time_point until) {
  constexpr std::uint64_t kAtOnce = 64;
  do {  // some in any case, so that every step comes further
    for (std::uint64_t i = 0; i < kAtOnce && meta.changes_first < mark.end; ++i) {
      TAGLINE_RETURN_IF_ERROR(fault_point("fold-erase"));
      TAGLINE_RETURN_IF_ERROR(txn.erase(KeySpace::Changes, change_key(meta.changes_first)));
      ++meta.changes_first;
    }
  } while (meta.changes_first < mark.end && Clock::now() <= until);
  mark.done = meta.changes_first == mark.end;
  delta = mark.done ? delta->since(mark.end) : delta->from(meta.changes_first);
  return {};
}

}  // namespace tagline::storage
