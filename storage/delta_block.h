// DeltaBlock: what the users of one block of 65,536 have in one cell of a field since fragments
// were last written, and the containers that come of it.
//
// A block is a few sorted runs of users, newer ones over older ones, each at least twice as long as
// the next: a commit adds a run and merges those that have become alike in length, so that a change
// is copied some 16 times at most however many there are (P. O'Neil et al., "The log-structured
// merge-tree", 1996).
#pragma once

#include "engine/fragment.h"
#include "engine/kernels.h"
#include "engine/layout.h"
#include "engine/register.h"
#include "storage/change.h"

#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace tagline::storage {

/// Bytes of merged containers that are kept for the next query. Shared by all deltas of a store.
struct MergedRoom {
  std::atomic<std::size_t> used{0};
  std::size_t most = std::size_t{256} << 20U;
};

/// A container of a row as it is now: the stored one and the changes of its users.
struct Merged {
  Merged() = default;
  ~Merged();
  Merged(const Merged&) = delete;
  Merged& operator=(const Merged&) = delete;

  engine::Container container{};  ///< cardinality 0: nobody
  std::unique_ptr<engine::Words> words;
  std::vector<std::uint16_t> members;
  std::shared_ptr<MergedRoom> room;  ///< that it takes part of; null: none
  [[nodiscard]] std::size_t bytes() const;
};

/// Immutable but for what it keeps; any number of threads. It belongs to a state of the stored
/// fragments and to those that come of it by folding changes that it has, or had.
class DeltaBlock {
 public:
  struct Member {
    std::uint16_t user = 0;  ///< within the block
    std::optional<std::int64_t> value;
  };
  /// Changes of the records [first, next).
  struct Run {
    std::vector<Member> members;  ///< ascending
    std::uint64_t first = 0;
    std::uint64_t next = 0;
  };

  /// `before` (null: nothing) and a newer run. Cost: about that of the run, and now and then of
  /// those it is merged with.
  [[nodiscard]] static std::shared_ptr<const DeltaBlock> with(const DeltaBlock* before, Run run,
                                                              std::shared_ptr<MergedRoom> room);
  /// Without the runs that are of records before `record` alone; null when none is left.
  [[nodiscard]] std::shared_ptr<const DeltaBlock> since(std::uint64_t record) const;

  DeltaBlock(const DeltaBlock&) = delete;
  DeltaBlock& operator=(const DeltaBlock&) = delete;

  /// Of all runs: a user may be in several. At least one.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool has_before(std::uint64_t record) const {
    return runs_.front()->first < record;
  }
  /// What users have now, ascending. Cost: a pass over all runs.
  [[nodiscard]] std::vector<Member> members() const { return members_after(0); }
  /// The user's change; null when there is none. O(log^2 members); of one who is in no run, one
  /// look as a rule, while members are few.
  [[nodiscard]] const Member* find(std::uint16_t user) const;

  /// The row's container with these users' changes over `stored` (null: nobody was there; it is
  /// trusted no more than kernels trust one). Kept while there is room, and brought up to date by
  /// the block that comes after this one. Cost of the first call: a copy of the container and a
  /// step a change that is newer than what was kept; afterwards a look-up. What is kept may be
  /// replaced by a newer state at any time: the caller holds on to what it is given.
  [[nodiscard]] std::shared_ptr<const Merged> merged(CellShape shape, engine::RowId row,
                                                     const engine::Container* stored) const;

 private:
  struct Kept {
    std::shared_ptr<const Merged> merged;
    std::uint64_t next = 0;  ///< of the newest run in it
  };
  /// Of all states of one block: what an older state left is where the next goes on.
  struct KeptRows {
    std::mutex mutex;  ///< guards rows
    std::unordered_map<engine::RowId, Kept> rows;
  };
  /// Of the runs that are not of records before `record` alone.
  [[nodiscard]] std::vector<Member> members_after(std::uint64_t record) const;

  /// Who may be in a run, by some bits of their numbers (B. Bloom, "Space/time trade-offs in hash
  /// coding with allowable errors", 1970, with one hash function).
  using Marks = std::bitset<256>;
  [[nodiscard]] static std::size_t mark_of(std::uint16_t user) { return user % Marks().size(); }

  DeltaBlock(std::vector<std::shared_ptr<const Run>> runs, const Marks& marks,
             std::shared_ptr<MergedRoom> room, std::shared_ptr<KeptRows> kept,
             std::uint64_t dropped);

  Marks marks_;                                   ///< of all that have been in a run
  std::vector<std::shared_ptr<const Run>> runs_;  ///< oldest first; not empty
  std::size_t size_ = 0;
  std::shared_ptr<MergedRoom> room_;
  std::shared_ptr<KeptRows> kept_;
  /// Runs of records before this are not here any more but in the fragments: what was kept of a
  /// state before it lacks them, and no run here would bring them.
  std::uint64_t dropped_ = 0;
};

}  // namespace tagline::storage
