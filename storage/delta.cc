#include "storage/delta.h"

#include <utility>

namespace tagline::storage {
namespace {

/// How many of the sorted changes from the first on are of one field.
std::size_t of_one_field(std::span<const Change> changes) {
  std::size_t size = 1;
  while (size < changes.size() && changes[size].field == changes.front().field) {
    ++size;
  }
  return size;
}

/// Of so many, it is worth while to look whose changes are left; of more, most people's are.
constexpr std::uint64_t kFewChanges = 65'536;

ChangedUsers users_of(const Delta::Fields& fields) {
  ChangedUsers users;
  ChangedUsers::Adder adder(users);
  for (const auto& [number, field] : fields) {
    for (const auto& [row, cell] : field->cells()) {
      for (const auto& [shard, part] : cell->parts) {
        for (std::uint32_t block = 0; block < part->blocks.size(); ++block) {
          if (part->blocks[block] == nullptr) {
            continue;
          }
          const engine::UserIndex first = shard * engine::kShardUsers + block * engine::kBlockUsers;
          for (const DeltaBlock::Member& member : part->blocks[block]->members()) {
            adder.add(first + member.user);
          }
        }
      }
    }
  }
  return users;
}

}  // namespace

void add_rows_of(const Delta::Cell& cell, engine::RowId first,
                 std::span<const DeltaBlock::Member> members, std::set<engine::RowId>& rows) {
  switch (cell.shape) {
    case CellShape::Bit:
      rows.insert(first);
      return;
    case CellShape::Choice:
      rows.insert(engine::kExistsRow);
      for (const DeltaBlock::Member& member : members) {
        if (member.value.has_value()) {
          rows.insert(static_cast<engine::RowId>(*member.value));
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

std::shared_ptr<const Delta> Delta::nothing(std::uint64_t first, std::shared_ptr<MergedRoom> room) {
  const std::shared_ptr<Delta> delta(new Delta());
  delta->first_ = first;
  delta->next_ = first;
  delta->room_ = std::move(room);
  return delta;
}

std::shared_ptr<const Delta> Delta::with(std::span<const Change> changes,
                                         std::uint64_t records) const {
  const std::shared_ptr<Delta> delta(new Delta(*this));
  delta->next_ += records;
  delta->changes_ += changes.size();
  delta->users_.add(changes);
  while (!changes.empty()) {
    const std::size_t size = of_one_field(changes);
    const engine::FieldId number = changes.front().field;
    const auto* field = fields_.find(number);
    delta->fields_.put(number, DeltaField::with(field == nullptr ? nullptr : *field,
                                                changes.first(size), next_, delta->next_, room_));
    changes = changes.subspan(size);
  }
  return delta;
}

std::shared_ptr<const Delta> Delta::from(std::uint64_t first) const {
  const std::shared_ptr<Delta> delta(new Delta(*this));
  delta->first_ = first;
  return delta;
}

std::shared_ptr<const Delta> Delta::since(std::uint64_t first) const {
  const std::shared_ptr<Delta> delta(new Delta());
  delta->first_ = first;
  delta->next_ = next_;
  delta->room_ = room_;
  for (const auto& [number, field] : fields_) {
    Cells cells_left;
    for (const auto& [row, cell] : field->cells()) {
      Cell left{cell->shape, cell->bits, cell->minus_bits, {}};
      for (const auto& [shard, part] : cell->parts) {
        if (part->changed <= first) {
          continue;
        }
        Part part_left;
        part_left.changed = part->changed;
        for (std::uint32_t block = 0; block < part->blocks.size(); ++block) {
          auto& block_left = part_left.blocks[block];
          block_left = part->blocks[block] == nullptr ? nullptr : part->blocks[block]->since(first);
          if (block_left == nullptr) {
            continue;
          }
          delta->changes_ += block_left->size();
        }
        left.parts.put(shard, std::make_shared<const Part>(std::move(part_left)));
      }
      if (!left.parts.empty()) {
        cells_left.put(row, std::make_shared<const Cell>(std::move(left)));
      }
    }
    if (!cells_left.empty()) {
      delta->fields_.put(number, std::make_shared<const DeltaField>(std::move(cells_left)));
    }
  }
  delta->users_ = delta->changes_ <= kFewChanges ? users_of(delta->fields_) : users_;
  return delta;
}

const Delta::Cells* Delta::cells(engine::FieldId field) const {
  const auto* found = fields_.find(field);
  return found == nullptr ? nullptr : &(*found)->cells();
}

const Delta::Cell* Delta::cell(engine::RowKey row) const {
  const auto* field = fields_.find(row.field);
  if (field == nullptr) {
    return nullptr;
  }
  const auto* found = (*field)->cells().find(cell_of((*field)->some_shape(), row.row));
  return found == nullptr ? nullptr : found->get();
}

const Delta::Part* Delta::part(engine::RowKey row, engine::ShardId shard) const {
  const Cell* of_row = cell(row);
  const auto* found = of_row == nullptr ? nullptr : of_row->parts.find(shard);
  return found == nullptr ? nullptr : found->get();
}

std::optional<DeltaField::Said> Delta::find(engine::RowKey row, engine::UserIndex user) const {
  const auto* field = users_.contains(user) ? fields_.find(row.field) : nullptr;
  return field == nullptr ? std::nullopt
                          : (*field)->find(cell_of((*field)->some_shape(), row.row), user);
}

std::optional<bool> Delta::holds(engine::RowKey row, engine::UserIndex user) const {
  const auto changed = find(row, user);
  if (!changed.has_value()) {
    return std::nullopt;
  }
  return changed->has.has_value() && in_row(changed->shape, row.row, *changed->has);
}

}  // namespace tagline::storage
