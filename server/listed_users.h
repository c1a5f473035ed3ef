// ListedUsers: the users of a list of ids, however long it is.
#pragma once

#include "engine/bitmap.h"
#include "engine/budget.h"
#include "engine/result.h"
#include "server/id_list.h"
#include "storage/store.h"

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace tagline::server {

struct ListedUsers {
  engine::Bitmap users;
  std::uint64_t lines = 0;  ///< ids, known or not
  std::uint64_t unknown = 0;
  std::uint64_t repeated = 0;
  std::vector<std::string> first_unknown;  ///< at most kUnknownShown
};

/// Looks ids up as they come, some thousands with one snapshot: what it holds are these, and a
/// bitmap. Ids never change their user, so that it does not matter which states they are looked up
/// in. One thread.
class UserFinder {
 public:
  /// Borrows the store, and the budget, which may be null.
  UserFinder(storage::Store& store, const engine::Budget* budget)
      : store_(store), budget_(budget) {}

  /// The budget's errors, Corrupt.
  [[nodiscard]] Status add(std::string id);
  /// What was found of all that was added. REQUIRES: it is called once, at the end.
  [[nodiscard]] Result<ListedUsers> found();

 private:
  [[nodiscard]] Status look_up();

  storage::Store& store_;
  const engine::Budget* budget_;
  std::vector<std::string> waiting_;
  std::unordered_set<std::string> unknown_shown_;
  ListedUsers found_;
};

}  // namespace tagline::server
