// DeltaBlock: what the users of one block of 65,536 have in one cell of a field since fragments
// were last written, and the containers that come of it.
#pragma once

#include "engine/fragment.h"
#include "engine/kernels.h"
#include "engine/layout.h"
#include "engine/register.h"
#include "storage/change.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace tagline::storage {

/// A container of a row as it is now: the stored one and the changes of its users.
struct Merged {
  engine::Container container{};  ///< cardinality 0: nobody
  std::unique_ptr<engine::Words> words;
  std::vector<std::uint16_t> members;
  [[nodiscard]] std::size_t bytes() const;
};

/// Bytes of merged containers that are kept for the next query. Shared by all deltas of a store.
struct MergedRoom {
  std::atomic<std::size_t> used{0};
  std::size_t most = std::size_t{256} << 20U;
};

/// Immutable but for what it keeps; any number of threads. It belongs to one state of the stored
/// fragments: when those change it goes (Delta).
class DeltaBlock {
 public:
  struct Member {
    std::uint16_t user = 0;  ///< within the block
    std::optional<std::int64_t> value;
  };
  /// `members` ascend.
  DeltaBlock(std::vector<Member> members, std::shared_ptr<MergedRoom> room)
      : members_(std::move(members)), room_(std::move(room)) {}
  ~DeltaBlock();
  DeltaBlock(const DeltaBlock&) = delete;
  DeltaBlock& operator=(const DeltaBlock&) = delete;

  [[nodiscard]] std::span<const Member> members() const { return members_; }
  /// The user's change; null when there is none. O(log members).
  [[nodiscard]] const Member* find(std::uint16_t user) const;

  /// The row's container with these users' changes over `stored` (null: nobody was there; it is
  /// trusted no more than kernels trust one). Kept while there is room. Cost of the first call: a
  /// copy of the container and a step a change; afterwards a look-up.
  [[nodiscard]] std::shared_ptr<const Merged> merged(CellShape shape, engine::RowId row,
                                                     const engine::Container* stored) const;

 private:
  std::vector<Member> members_;
  std::shared_ptr<MergedRoom> room_;
  mutable std::mutex keeping_;  ///< guards kept_
  mutable std::unordered_map<engine::RowId, std::shared_ptr<const Merged>> kept_;
};

}  // namespace tagline::storage
