// verify: reads everything and says what is damaged.
#pragma once

#include "engine/error.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tagline::storage {

struct VerifyReport {
  std::uint64_t fragments = 0;
  std::uint64_t fragment_bytes = 0;
  std::uint64_t tags = 0;
  std::uint64_t events = 0;
  std::uint64_t values = 0;  ///< and keys of events
  std::uint64_t segments = 0;
  std::uint64_t rules = 0;      ///< that segments have had
  std::uint64_t origins = 0;    ///< of static lists
  std::uint64_t histories = 0;  ///< of segments
  std::uint64_t loads = 0;
  std::uint64_t changes = 0;  ///< records of changes that are not in the fragments yet
  std::uint64_t users = 0;
  std::uint64_t identities = 0;
  std::uint64_t merges = 0;    ///< and those that were undone
  std::vector<Text> problems;  ///< the first 100
  std::uint64_t problem_count = 0;
  [[nodiscard]] bool clean() const { return problem_count == 0; }
};

/// Checks every fragment (key, header, checksum, sizes, roaring_bitmap_internal_validate, header
/// cardinality, members within the population), every tag's rows against its kind (values disjoint
/// for a category; existence row = union of the values; bits and sign only where a number exists),
/// every event's rows by day (parts an event can have; counts and amounts only of users who were
/// there; no amount both above and below zero; a key's users among the event's), every dictionary
/// (both directions, unique names), segments, their rules, origins and histories, loads, and
/// changes beside the fragments, positions, that every field has one owner, the ids and identities
/// in both directions, and merges. `progress(done, total)` in fragments, may be empty, must not use
/// the snapshot (which serves nobody else meanwhile). Fails only when it cannot read at all. Damage
/// inside LMDB's own tree pages is LMDB's to notice, and it does not always (FORMAT.md, Damage).
/// Cost: every byte once, and who did an event on a day once more for each of its keys; about 0.6 s
/// a million users for the ids.
[[nodiscard]] Result<VerifyReport> verify(
    const Snapshot& snapshot,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace tagline::storage
