#include "storage/delta.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace tagline::storage {
namespace {

using engine::RowId;

std::uint64_t magnitude_of(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

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

/// `changes` are of one block, ascending; what they say goes over `old` (null: nothing).
std::vector<DeltaBlock::Member> lay_over(const DeltaBlock* old, std::span<const Change> changes) {
  std::vector<DeltaBlock::Member> members;
  const std::span<const DeltaBlock::Member> before =
      old == nullptr ? std::span<const DeltaBlock::Member>() : old->members();
  members.reserve(before.size() + changes.size());
  std::size_t at = 0;
  for (const Change& change : changes) {
    const auto user = static_cast<std::uint16_t>(change.user % engine::kBlockUsers);
    while (at < before.size() && before[at].user < user) {
      members.push_back(before[at++]);
    }
    if (at < before.size() && before[at].user == user) {
      ++at;
    }
    members.push_back({user, change.value});
  }
  members.insert(members.end(), before.begin() + static_cast<std::ptrdiff_t>(at), before.end());
  return members;
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
std::shared_ptr<T> copy_of(const std::shared_ptr<const T>& old) {
  return old == nullptr ? std::make_shared<T>() : std::make_shared<T>(*old);
}

}  // namespace

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
    std::shared_ptr<const Cells>& field = delta->fields_[changes.front().field];
    const auto cells = copy_of(field);
    for (auto rest = changes.first(of_field); !rest.empty();) {
      const std::size_t of_cell = alike(rest, [](const Change& change) { return change.cell; });
      std::shared_ptr<const Cell>& old_cell = (*cells)[rest.front().cell];
      const auto cell = copy_of(old_cell);
      cell->shape = rest.front().shape;
      for (auto shared = rest.first(of_cell); !shared.empty();) {
        const std::size_t of_shard =
            alike(shared, [](const Change& change) { return engine::shard_of(change.user); });
        std::shared_ptr<const Part>& old_part = cell->parts[engine::shard_of(shared.front().user)];
        const auto part = copy_of(old_part);
        part->changed = delta->next_;
        for (auto blocked = shared.first(of_shard); !blocked.empty();) {
          const std::size_t of_block = alike(
              blocked, [](const Change& change) { return change.user / engine::kBlockUsers; });
          auto& block =
              part->blocks[blocked.front().user / engine::kBlockUsers % engine::kBlocksPerShard];
          auto members = lay_over(block.get(), blocked.first(of_block));
          delta->changes_ += members.size() - (block == nullptr ? 0 : block->members().size());
          block = std::make_shared<const DeltaBlock>(std::move(members), room_);
          blocked = blocked.subspan(of_block);
        }
        old_part = part;
        shared = shared.subspan(of_shard);
      }
      for (const Change& change : rest.first(of_cell)) {
        if (change.value.has_value()) {
          widen(*cell, *change.value);
        }
      }
      old_cell = cell;
      rest = rest.subspan(of_cell);
    }
    field = cells;
    changes = changes.subspan(of_field);
  }
  return delta;
}

const Delta::Cells* Delta::cells(engine::FieldId field) const {
  const auto found = fields_.find(field);
  return found == fields_.end() ? nullptr : found->second.get();
}

const Delta::Cell* Delta::cell(engine::RowKey row) const {
  const Cells* of_field = cells(row.field);
  if (of_field == nullptr || of_field->empty()) {
    return nullptr;
  }
  const auto found = of_field->find(cell_of(of_field->begin()->second->shape, row.row));
  return found == of_field->end() ? nullptr : found->second.get();
}

const Delta::Part* Delta::part(engine::RowKey row, engine::ShardId shard) const {
  const Cell* of_row = cell(row);
  if (of_row == nullptr) {
    return nullptr;
  }
  const auto found = of_row->parts.find(shard);
  return found == of_row->parts.end() ? nullptr : found->second.get();
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
