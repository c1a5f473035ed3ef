#include "storage/delta_field.h"

#include "engine/magnitude.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <tuple>
#include <utility>

namespace tagline::storage {
namespace {

using engine::magnitude_of;

/// Lists of one field that wait, and changes in them: beyond either it is put together. Of fields
/// that change together each has other limits, so that no commit pays for all of them.
std::size_t lists_max(engine::FieldId field) {
  return 32 + field % 32;
}
std::size_t waiting_max(engine::FieldId field) {
  return 2048 + std::size_t{field % 32} * 128;
}
/// A list of fewer changes than this takes in those of the next commit, so that lists are few.
constexpr std::size_t kListedMax = 64;
/// A look-up searches so many lists, and puts more together.
constexpr std::size_t kSearchedMax = 8;

/// A change and the record it is of.
struct Listed {
  Change change;
  std::uint64_t first = 0;
  std::uint64_t next = 0;
};

void widen(DeltaCell& cell, std::int64_t value) {
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
std::size_t alike(std::span<const Listed> changes, const Key& key) {
  std::size_t size = 1;
  while (size < changes.size() && key(changes[size].change) == key(changes.front().change)) {
    ++size;
  }
  return size;
}

template <class T>
std::shared_ptr<T> copy_of(const std::shared_ptr<const T>* old) {
  return old == nullptr ? std::make_shared<T>() : std::make_shared<T>(**old);
}

auto place_of(const Change& change) {
  return std::tuple(change.cell, change.user);
}

/// `newer` over `older`, both settled and of one field.
std::vector<Change> laid_over(std::span<const Change> older, std::span<const Change> newer) {
  std::vector<Change> changes;
  changes.reserve(older.size() + newer.size());
  std::set_union(newer.begin(), newer.end(), older.begin(), older.end(),
                 std::back_inserter(changes),
                 [](const Change& a, const Change& b) { return place_of(a) < place_of(b); });
  return changes;
}

/// Of changes of one block, ascending.
DeltaBlock::Run run_of(std::span<const Listed> changes) {
  DeltaBlock::Run run{{}, changes.front().first, changes.front().next};
  run.members.reserve(changes.size());
  for (const Listed& listed : changes) {
    run.members.push_back({static_cast<std::uint16_t>(listed.change.user % engine::kBlockUsers),
                           listed.change.value});
    run.first = std::min(run.first, listed.first);
    run.next = std::max(run.next, listed.next);
  }
  return run;
}

/// Changes of one cell.
void add(std::span<const Listed> changes, const std::shared_ptr<MergedRoom>& room,
         DeltaCell& cell) {
  cell.shape = changes.front().change.shape;
  for (const Listed& listed : changes) {
    if (listed.change.value.has_value()) {
      widen(cell, *listed.change.value);
    }
  }
  while (!changes.empty()) {
    const std::size_t of_shard =
        alike(changes, [](const Change& change) { return engine::shard_of(change.user); });
    const engine::ShardId shard = engine::shard_of(changes.front().change.user);
    const auto part = copy_of(cell.parts.find(shard));
    for (auto blocked = changes.first(of_shard); !blocked.empty();) {
      const std::size_t of_block =
          alike(blocked, [](const Change& change) { return change.user / engine::kBlockUsers; });
      auto& block =
          part->blocks[engine::within_shard(blocked.front().change.user) / engine::kBlockUsers];
      DeltaBlock::Run run = run_of(blocked.first(of_block));
      part->changed = std::max(part->changed, run.next);
      block = DeltaBlock::with(block.get(), std::move(run), room);
      blocked = blocked.subspan(of_block);
    }
    cell.parts.put(shard, part);
    changes = changes.subspan(of_shard);
  }
}

}  // namespace

DeltaField::DeltaField(DeltaCells cells)
    : shape_(cells.begin()->value->shape),
      cells_(std::make_shared<const DeltaCells>(std::move(cells))),
      read_(true) {}

std::shared_ptr<const DeltaField> DeltaField::with(std::shared_ptr<const DeltaField> before,
                                                   std::span<const Change> changes,
                                                   std::uint64_t first, std::uint64_t next,
                                                   const std::shared_ptr<MergedRoom>& room) {
  const std::shared_ptr<DeltaField> field(new DeltaField(changes.front().shape, room));
  const engine::FieldId number = changes.front().field;
  const auto list = std::make_shared<List>();
  list->first = first;
  list->next = next;
  field->lists_ = 1;
  field->waiting_ = changes.size();
  const auto last = before == nullptr ? nullptr : before->list();
  if (last != nullptr && last->changes.size() + changes.size() <= kListedMax) {
    list->before = last->before;
    list->base = last->base;
    list->changes = laid_over(last->changes, changes);
    list->first = last->first;
    field->lists_ = before->lists_;
    field->waiting_ += before->waiting_;
  } else {
    list->changes.assign(changes.begin(), changes.end());
    if (last != nullptr) {
      field->lists_ += before->lists_;
      field->waiting_ += before->waiting_;
      list->before = std::move(before);
    } else if (before != nullptr) {
      list->base = before->cells_;
    }
  }
  field->list_ = list;
  const auto too_many = [&] {
    return field->lists_ > lists_max(number) || field->waiting_ > waiting_max(number);
  };
  if (too_many() && list->before != nullptr) {
    // What came before may have been read since it was made.
    const Chain chain = field->unread();
    field->lists_ = chain.lists.size();
    field->waiting_ = 0;
    for (const auto& each : chain.lists) {
      field->waiting_ += each->changes.size();
    }
  }
  if (too_many()) {
    static_cast<void>(field->cells());
  }
  return field;
}

const DeltaCells& DeltaField::cells() const {
  if (!read()) {
    std::shared_ptr<const List> done;  // it and all before it go when nobody waits for a lock
    const std::lock_guard lock(reading_);
    if (!read()) {
      cells_ = put_together(unread());
      read_.store(true, std::memory_order_release);
      const std::lock_guard guard(guard_);
      done = std::move(list_);
    }
  }
  return *cells_;
}

std::shared_ptr<const DeltaField::List> DeltaField::list() const {
  const std::lock_guard guard(guard_);
  return list_;
}

DeltaField::Chain DeltaField::unread() const {
  Chain chain;
  for (const DeltaField* at = this; at != nullptr;) {
    const auto list = at->list();
    if (list == nullptr) {  // read() was set before it went
      chain.cells = at->cells_;
      break;
    }
    chain.lists.push_back(list);
    chain.cells = list->base;
    at = list->before.get();
  }
  return chain;
}

std::shared_ptr<const DeltaCells> DeltaField::put_together(const Chain& chain) const {
  std::vector<Listed> all;
  all.reserve(waiting_);
  for (auto list = chain.lists.rbegin(); list != chain.lists.rend(); ++list) {
    for (const Change& change : (*list)->changes) {
      all.push_back({change, (*list)->first, (*list)->next});
    }
  }
  const auto place = [](const Listed& listed) { return place_of(listed.change); };
  if (chain.lists.size() > 1) {
    std::stable_sort(all.begin(), all.end(),
                     [&](const Listed& a, const Listed& b) { return place(a) < place(b); });
    // The last of each.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i + 1 == all.size() || place(all[i]) != place(all[i + 1])) {
        all[kept++] = all[i];
      }
    }
    all.resize(kept);
  }
  const auto cells = chain.cells == nullptr ? std::make_shared<DeltaCells>()
                                            : std::make_shared<DeltaCells>(*chain.cells);
  for (std::span<const Listed> rest = all; !rest.empty();) {
    const std::size_t of_cell = alike(rest, [](const Change& change) { return change.cell; });
    const engine::RowId first = rest.front().change.cell;
    const auto cell = copy_of(cells->find(first));
    add(rest.first(of_cell), room_, *cell);
    cells->put(first, cell);
    rest = rest.subspan(of_cell);
  }
  return cells;
}

const DeltaBlock::Member* DeltaField::find_in(const DeltaCell& cell, engine::UserIndex user) {
  const auto* part = cell.parts.find(engine::shard_of(user));
  if (part == nullptr) {
    return nullptr;
  }
  const auto& block = (*part)->blocks[engine::within_shard(user) / engine::kBlockUsers];
  return block == nullptr ? nullptr
                          : block->find(static_cast<std::uint16_t>(user % engine::kBlockUsers));
}

std::optional<DeltaField::Said> DeltaField::find(engine::RowId cell, engine::UserIndex user) const {
  Chain chain;
  if (!read()) {
    chain = unread();
    if (chain.lists.size() > kSearchedMax) {
      chain = {};
      static_cast<void>(cells());
    }
  }
  for (const auto& list : chain.lists) {
    const auto found = std::lower_bound(
        list->changes.begin(), list->changes.end(), std::tuple(cell, user),
        [](const Change& change, const std::tuple<engine::RowId, engine::UserIndex>& wanted) {
          return place_of(change) < wanted;
        });
    if (found != list->changes.end() && place_of(*found) == std::tuple(cell, user)) {
      return Said{found->shape, found->value};
    }
  }
  const DeltaCells* under = chain.lists.empty() ? &cells() : chain.cells.get();
  const auto* of_cell = under == nullptr ? nullptr : under->find(cell);
  const DeltaBlock::Member* member = of_cell == nullptr ? nullptr : find_in(**of_cell, user);
  return member == nullptr ? std::nullopt : std::optional(Said{(*of_cell)->shape, member->value});
}

}  // namespace tagline::storage
