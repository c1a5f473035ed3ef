// Where the stored container and the changes make a short list, the outcome is a list; else flat
// words: a query reads a row of many users as it reads a stored one.
#include "storage/delta_block.h"

#include "engine/sparse.h"

#include <algorithm>
#include <bit>
#include <cstring>
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

}  // namespace

std::size_t Merged::bytes() const {
  return sizeof(Merged) + (words ? sizeof(engine::Words) : 0) +
         members.capacity() * sizeof(std::uint16_t);
}

DeltaBlock::~DeltaBlock() {
  for (const auto& [row, merged] : kept_) {
    room_->used -= merged->bytes();
  }
}

const DeltaBlock::Member* DeltaBlock::find(std::uint16_t user) const {
  const auto found = std::lower_bound(
      members_.begin(), members_.end(), user,
      [](const Member& member, std::uint16_t wanted) { return member.user < wanted; });
  return found != members_.end() && found->user == user ? &*found : nullptr;
}

std::shared_ptr<const Merged> DeltaBlock::merged(CellShape shape, engine::RowId row,
                                                 const Container* stored) const {
  {
    const std::lock_guard lock(keeping_);
    if (const auto found = kept_.find(row); found != kept_.end()) {
      return found->second;
    }
  }
  const auto merged = std::make_shared<Merged>();
  const bool listed = stored == nullptr || stored->kind == ContainerKind::Array;
  const engine::Members members =
      listed && stored != nullptr ? engine::members_of(*stored) : engine::Members();
  if (listed && members.size() + members_.size() <= kListedMax) {
    merge_list(members_, shape, row, members, *merged);
  } else {
    merge_words(members_, shape, row, stored, *merged);
  }
  const std::size_t bytes = merged->bytes();
  const std::lock_guard lock(keeping_);
  if (const auto found = kept_.find(row); found != kept_.end()) {
    return found->second;
  }
  if (room_->used + bytes <= room_->most) {
    room_->used += bytes;
    kept_.emplace(row, merged);
  }
  return merged;
}

}  // namespace tagline::storage
