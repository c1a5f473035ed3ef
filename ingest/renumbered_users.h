// renumbered_users: new users of a load under the numbers that are free when it is committed:
// others may have added some while its files were read.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/write_txn.h"

#include <span>
#include <string_view>
#include <vector>

namespace tagline::ingest {

struct RenumberedUsers {
  std::vector<engine::UserIndex> to;  ///< of each id that was new: its user, known or to be added
  std::vector<std::string_view> new_ids;  ///< those still to be added, in order
};

/// TooLarge. Cost: a look-up an id.
[[nodiscard]] Result<RenumberedUsers> renumbered_users(const storage::WriteTxn& txn,
                                                       std::span<const std::string_view> ids);

}  // namespace tagline::ingest
