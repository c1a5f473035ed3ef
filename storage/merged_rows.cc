#include "storage/merged_rows.h"

#include <algorithm>
#include <utility>

namespace tagline::storage {

MergedRow::~MergedRow() {
  if (room != nullptr) {
    room->used -= sizeof(MergedRow);
  }
}

void MergedRow::lay_over(engine::Fragment& stored) const {
  for (unsigned block = 0; block < blocks.size(); ++block) {
    if (blocks[block] != nullptr) {
      engine::Container container = blocks[block]->container;
      container.block = static_cast<std::uint8_t>(block);
      stored.replace(container);
    }
  }
}

std::shared_ptr<const MergedRow> MergedRows::find(engine::RowId row) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(row);
  return found == rows_.end() ? nullptr : found->second;
}

std::shared_ptr<const MergedRow> MergedRows::put(engine::RowId row,
                                                 decltype(MergedRow::blocks) blocks,
                                                 const engine::Fragment& stored) const {
  auto merged = std::make_shared<MergedRow>();
  merged->blocks = std::move(blocks);
  const auto containers = stored.containers();
  if (std::all_of(containers.begin(), containers.end(), [&](const engine::Container& container) {
        return merged->blocks[container.block] != nullptr;
      })) {
    merged->whole.emplace();
    merged->lay_over(*merged->whole);
  }
  std::shared_ptr<MergedRoom> room;
  for (const auto& block : merged->blocks) {
    if (block != nullptr) {
      room = block->room;
      if (room == nullptr) {
        return merged;
      }
    }
  }
  if (room != nullptr && room->used + sizeof(MergedRow) <= room->most) {
    room->used += sizeof(MergedRow);
    merged->room = std::move(room);
    const std::lock_guard lock(mutex_);
    rows_.insert_or_assign(row, merged);
  }
  return merged;
}

}  // namespace tagline::storage
