// Where the stored container and the changes make a short list, the outcome is a list; else flat
// words: a query reads a row of many users as it reads a stored one.
#include "storage/delta_block.h"

#include "engine/sparse.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

namespace tagline::storage {
namespace {

using engine::Container;
using engine::ContainerKind;

/// Lists of more members are stored as flat words, too (engine/frozen.h).
constexpr std::size_t kListedMax = 1024;

std::uint32_t users_of(const std::uint64_t* words) {
  int users = 0;
  for (std::size_t i = 0; i < engine::kBlockWords; ++i) {
    users += std::popcount(words[i]);
  }
  return static_cast<std::uint32_t>(users);
}

void merge_list(std::span<const DeltaBlock::Member> changes, CellShape shape, engine::RowId row,
                engine::Members stored, Merged& merged) {
  merged.members.reserve(stored.size() + changes.size());
  std::size_t at = 0;
  for (const DeltaBlock::Member& change : changes) {
    while (at < stored.size() && stored[at] < change.user) {
      merged.members.push_back(stored[at++]);
    }
    if (at < stored.size() && stored[at] == change.user) {
      ++at;
    }
    if (change.value.has_value() && in_row(shape, row, *change.value)) {
      merged.members.push_back(change.user);
    }
  }
  merged.members.insert(merged.members.end(), stored.begin() + static_cast<std::ptrdiff_t>(at),
                        stored.end());
  merged.container.kind = ContainerKind::Array;
  merged.container.count = static_cast<std::uint32_t>(merged.members.size());
  merged.container.cardinality = merged.container.count;
  merged.container.data = reinterpret_cast<const std::byte*>(merged.members.data());
}

void merge_words(std::span<const DeltaBlock::Member> changes, CellShape shape, engine::RowId row,
                 const Container* stored, Merged& merged) {
  merged.words = std::make_unique<engine::Words>();
  std::uint64_t* words = merged.words->words.data();
  if (stored != nullptr && stored->kind == ContainerKind::Bitset) {
    std::memcpy(words, stored->data, engine::kBlockWords * sizeof(*words));
  } else {
    engine::erase_all(words);
    if (stored != nullptr) {
      engine::set(words, *stored);
    }
  }
  for (const DeltaBlock::Member& change : changes) {
    const std::uint64_t bit = std::uint64_t{1} << (change.user % 64U);
    if (change.value.has_value() && in_row(shape, row, *change.value)) {
      words[change.user / 64U] |= bit;
    } else {
      words[change.user / 64U] &= ~bit;
    }
  }
  merged.container.kind = ContainerKind::Bitset;
  merged.container.cardinality = users_of(words);
  merged.container.data = reinterpret_cast<const std::byte*>(words);
}

/// `newer` over `older`, both ascending.
std::vector<DeltaBlock::Member> laid_over(std::span<const DeltaBlock::Member> older,
                                          std::span<const DeltaBlock::Member> newer) {
  std::vector<DeltaBlock::Member> members;
  members.reserve(older.size() + newer.size());
  std::set_union(
      newer.begin(), newer.end(), older.begin(), older.end(), std::back_inserter(members),
      [](const DeltaBlock::Member& a, const DeltaBlock::Member& b) { return a.user < b.user; });
  return members;
}

}  // namespace

Merged::~Merged() {
  if (room != nullptr) {
    room->used -= bytes();
  }
}

std::size_t Merged::bytes() const {
  return sizeof(Merged) + (words ? sizeof(engine::Words) : 0) +
         members.capacity() * sizeof(std::uint16_t);
}

DeltaBlock::DeltaBlock(std::vector<std::shared_ptr<const Run>> runs, const Marks& marks,
                       std::shared_ptr<MergedRoom> room, std::shared_ptr<KeptRows> kept,
                       std::uint64_t dropped)
    : marks_(marks),
      runs_(std::move(runs)),
      room_(std::move(room)),
      kept_(std::move(kept)),
      dropped_(dropped) {
  for (const auto& run : runs_) {
    size_ += run->members.size();
  }
}

std::shared_ptr<const DeltaBlock> DeltaBlock::with(const DeltaBlock* before, Run run,
                                                   std::shared_ptr<MergedRoom> room) {
  std::vector<std::shared_ptr<const Run>> runs;
  Marks marks;
  if (before != nullptr) {
    runs = before->runs_;
    marks = before->marks_;
  }
  for (const Member& member : run.members) {
    marks.set(mark_of(member.user));
  }
  while (!runs.empty() && runs.back()->members.size() < 2 * run.members.size()) {
    run.members = laid_over(runs.back()->members, run.members);
    run.first = runs.back()->first;
    runs.pop_back();
  }
  runs.push_back(std::make_shared<const Run>(std::move(run)));
  return std::shared_ptr<const DeltaBlock>(
      new DeltaBlock(std::move(runs), marks, std::move(room),
                     before == nullptr ? std::make_shared<KeptRows>() : before->kept_,
                     before == nullptr ? 0 : before->dropped_));
}

std::shared_ptr<const DeltaBlock> DeltaBlock::since(std::uint64_t record) const {
  std::vector<std::shared_ptr<const Run>> runs;
  for (const auto& run : runs_) {
    if (run->next > record) {
      runs.push_back(run);
    }
  }
  return runs.empty() ? nullptr
                      : std::shared_ptr<const DeltaBlock>(new DeltaBlock(
                            std::move(runs), marks_, room_, kept_, std::max(dropped_, record)));
}

std::vector<DeltaBlock::Member> DeltaBlock::members_after(std::uint64_t record) const {
  std::vector<Member> members;
  // From the newest, which are the short ones, to the oldest.
  for (auto run = runs_.rbegin(); run != runs_.rend() && (*run)->next > record; ++run) {
    members = members.empty() ? (*run)->members : laid_over((*run)->members, members);
  }
  return members;
}

const DeltaBlock::Member* DeltaBlock::find(std::uint16_t user) const {
  if (!marks_[mark_of(user)]) {
    return nullptr;
  }
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    const auto& members = (*run)->members;
    const auto found = std::lower_bound(
        members.begin(), members.end(), user,
        [](const Member& member, std::uint16_t wanted) { return member.user < wanted; });
    if (found != members.end() && found->user == user) {
      return &*found;
    }
  }
  return nullptr;
}

std::shared_ptr<const Merged> DeltaBlock::merged(CellShape shape, engine::RowId row,
                                                 const Container* stored) const {
  const std::uint64_t newest = runs_.back()->next;
  Kept older;
  {
    const std::lock_guard lock(kept_->mutex);
    if (const auto found = kept_->rows.find(row); found != kept_->rows.end()) {
      older = found->second;
    }
  }
  if (older.merged != nullptr && older.next == newest) {
    return older.merged;
  }
  if (older.next > newest || older.next < dropped_) {  // of a state after this one, or too old
    older = {};
  }
  // What was kept is the stored one with the older runs over it, and those that are newer are here.
  const Container* base = older.merged == nullptr ? stored : &older.merged->container;
  const std::vector<Member> changes = members_after(older.merged == nullptr ? 0 : older.next);
  const auto merged = std::make_shared<Merged>();
  const bool listed = base == nullptr || base->kind == ContainerKind::Array;
  const engine::Members members =
      listed && base != nullptr ? engine::members_of(*base) : engine::Members();
  if (listed && members.size() + changes.size() <= kListedMax) {
    merge_list(changes, shape, row, members, *merged);
  } else {
    merge_words(changes, shape, row, base, *merged);
  }
  const std::size_t bytes = merged->bytes();
  const std::lock_guard lock(kept_->mutex);
  const auto found = kept_->rows.find(row);
  if (found != kept_->rows.end() && found->second.next >= newest) {
    return found->second.next == newest ? found->second.merged : merged;
  }
  if (found != kept_->rows.end()) {
    kept_->rows.erase(found);  // and its part of the room
  }
  older = {};
  if (room_->used + bytes <= room_->most) {
    room_->used += bytes;
    merged->room = room_;
    kept_->rows.insert_or_assign(row, Kept{merged, newest});
  }
  return merged;
}

}  // namespace tagline::storage
