#include "storage/delta.h"

#include "engine/magnitude.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace tagline::storage {
namespace {

using engine::magnitude_of;

void widen(Delta::Cell& cell, std::int64_t value) {
  const auto bits = [](std::uint64_t number) {
    return static_cast<unsigned>(std::bit_width(number));
  };
  switch (cell.shape) {
    case CellShape::Bit:
    case CellShape::Choice:
      return;
    case CellShape::Number:
      cell.bits = std::max(cell.bits, bits(magnitude_of(value)));
      return;
    case CellShape::Count:
      cell.bits = std::max(cell.bits, bits(magnitude_of(value) - 1));
      return;
    case CellShape::Amount:
      unsigned& widest = value < 0 ? cell.minus_bits : cell.bits;
      widest = std::max(widest, bits(magnitude_of(value)));
      return;
  }
}

/// How many of the sorted changes from the first on are alike.
template <class Key>
std::size_t alike(std::span<const Change> changes, const Key& key) {
  std::size_t size = 1;
  while (size < changes.size() && key(changes[size]) == key(changes.front())) {
    ++size;
  }
  return size;
}

template <class T>
std::shared_ptr<T> copy_of(const std::shared_ptr<const T>* old) {
  return old == nullptr ? std::make_shared<T>() : std::make_shared<T>(**old);
}

/// Of changes of one block, ascending.
std::vector<DeltaBlock::Member> members_of(std::span<const Change> changes) {
  std::vector<DeltaBlock::Member> members;
  members.reserve(changes.size());
  for (const Change& change : changes) {
    members.push_back(
        {static_cast<std::uint16_t>(change.user % engine::kBlockUsers), change.value});
  }
  return members;
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
  while (!changes.empty()) {
    const std::size_t of_field = alike(changes, [](const Change& change) { return change.field; });
    const auto cells = copy_of(fields_.find(changes.front().field));
    for (auto rest = changes.first(of_field); !rest.empty();) {
      const std::size_t of_cell = alike(rest, [](const Change& change) { return change.cell; });
      const auto cell = copy_of(cells->find(rest.front().cell));
      delta->add(rest.first(of_cell), next_, *cell);
      cells->put(rest.front().cell, cell);
      rest = rest.subspan(of_cell);
    }
    delta->fields_.put(changes.front().field, cells);
    changes = changes.subspan(of_field);
  }
  return delta;
}

void Delta::add(std::span<const Change> changes, std::uint64_t first, Cell& cell) {
  cell.shape = changes.front().shape;
  for (const Change& change : changes) {
    if (change.value.has_value()) {
      widen(cell, *change.value);
    }
  }
  while (!changes.empty()) {
    const std::size_t of_shard =
        alike(changes, [](const Change& change) { return engine::shard_of(change.user); });
    const engine::ShardId shard = engine::shard_of(changes.front().user);
    const auto part = copy_of(cell.parts.find(shard));
    part->changed = next_;
    for (auto blocked = changes.first(of_shard); !blocked.empty();) {
      const std::size_t of_block =
          alike(blocked, [](const Change& change) { return change.user / engine::kBlockUsers; });
      auto& block =
          part->blocks[blocked.front().user / engine::kBlockUsers % engine::kBlocksPerShard];
      const std::size_t before = block == nullptr ? 0 : block->size();
      block =
          DeltaBlock::with(block.get(), {members_of(blocked.first(of_block)), first, next_}, room_);
      changes_ = changes_ - before + block->size();
      blocked = blocked.subspan(of_block);
    }
    cell.parts.put(shard, part);
    changes = changes.subspan(of_shard);
  }
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
  for (const auto& [field, cells] : fields_) {
    Cells cells_left;
    for (const auto& [row, cell] : *cells) {
      Cell left{cell->shape, cell->bits, cell->minus_bits, {}};
      for (const auto& [shard, part] : cell->parts) {
        if (part->changed <= first) {
          continue;
        }
        Part part_left;
        part_left.changed = part->changed;
        for (std::size_t block = 0; block < part->blocks.size(); ++block) {
          if (part->blocks[block] != nullptr) {
            part_left.blocks[block] = part->blocks[block]->since(first);
            delta->changes_ +=
                part_left.blocks[block] == nullptr ? 0 : part_left.blocks[block]->size();
          }
        }
        left.parts.put(shard, std::make_shared<const Part>(std::move(part_left)));
      }
      if (!left.parts.empty()) {
        cells_left.put(row, std::make_shared<const Cell>(std::move(left)));
      }
    }
    if (!cells_left.empty()) {
      delta->fields_.put(field, std::make_shared<const Cells>(std::move(cells_left)));
    }
  }
  return delta;
}

const Delta::Cells* Delta::cells(engine::FieldId field) const {
  const auto* found = fields_.find(field);
  return found == nullptr ? nullptr : found->get();
}

const Delta::Cell* Delta::cell(engine::RowKey row) const {
  const Cells* of_field = cells(row.field);
  if (of_field == nullptr || of_field->empty()) {
    return nullptr;
  }
  const auto* found = of_field->find(cell_of(of_field->begin()->value->shape, row.row));
  return found == nullptr ? nullptr : found->get();
}

const Delta::Part* Delta::part(engine::RowKey row, engine::ShardId shard) const {
  const Cell* of_row = cell(row);
  const auto* found = of_row == nullptr ? nullptr : of_row->parts.find(shard);
  return found == nullptr ? nullptr : found->get();
}

const DeltaBlock::Member* Delta::find(engine::RowKey row, engine::UserIndex user) const {
  const Part* of_row = part(row, engine::shard_of(user));
  if (of_row == nullptr) {
    return nullptr;
  }
  const auto& block = of_row->blocks[engine::within_shard(user) / engine::kBlockUsers];
  return block == nullptr ? nullptr
                          : block->find(static_cast<std::uint16_t>(user % engine::kBlockUsers));
}

std::optional<bool> Delta::holds(engine::RowKey row, engine::UserIndex user) const {
  const DeltaBlock::Member* changed = find(row, user);
  if (changed == nullptr) {
    return std::nullopt;
  }
  return changed->value.has_value() && in_row(cell(row)->shape, row.row, *changed->value);
}

}  // namespace tagline::storage
