// UserIndex: from the ids of a load to the dense indexes of users, known or new.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "ingest/identity.h"
#include "ingest/text_table.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// An identity of a known type ("phone:138 0013 8000") is the user it leads to, or a new one whose
/// id it is, as it is stored. New ids get the indexes after the snapshot's last, in order of
/// arrival. One thread. Lives within the snapshot's scope, except for new_ids(). Memory: about 20
/// bytes and the id itself for each user the load mentions.
class UserIndex {
 public:
  explicit UserIndex(const storage::Snapshot& snapshot);

  /// TooLarge when there would be more than 2^32 - 1 users.
  [[nodiscard]] Result<engine::UserIndex> find_or_add(std::string_view id);
  /// The same for many ids, in order; adds their indexes to `users`. Faster than one by one: the
  /// look-ups wait for memory together.
  [[nodiscard]] Status find_or_add(std::span<const std::string_view> ids,
                                   std::vector<engine::UserIndex>& users);
  /// The same for an id that no earlier call had: saves the table. Not to be mixed with
  /// find_or_add().
  [[nodiscard]] Result<engine::UserIndex> add_distinct(std::string_view id);

  [[nodiscard]] std::uint64_t users_known() const { return known_; }
  [[nodiscard]] std::uint64_t users_new() const { return next_ - first_new_; }
  [[nodiscard]] std::uint32_t first_new() const { return first_new_; }
  /// In order of their indexes. The views live as long as this.
  [[nodiscard]] std::vector<std::string_view> new_ids() const;

 private:
  [[nodiscard]] Result<engine::UserIndex> look_up(std::string_view id);
  [[nodiscard]] Result<engine::UserIndex> find_or_add(std::string_view id, std::uint64_t hash);

  const storage::Snapshot& snapshot_;
  StoredIds<storage::Snapshot> stored_ids_;
  TextTable ids_;
  std::vector<engine::UserIndex> indexes_;  ///< of each of ids_
  std::vector<std::uint64_t> hashes_;       ///< of the ids being looked up
  std::uint32_t first_new_;
  std::uint64_t next_;
  std::uint64_t known_ = 0;
};

}  // namespace tagline::ingest
