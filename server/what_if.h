// What if: the smallest sets of changes to one user that would turn the outcome of an expression.
#pragma once

#include "dsl/catalogue.h"
#include "engine/result.h"
#include "server/verdict.h"
#include "storage/snapshot.h"

#include <string>
#include <vector>

namespace tagline::server {

/// One fact about the user, now and as it would have to be: "city: tier3 -> tier1". For what a tag
/// does not hold (events, ranks, lists) `name` is the clause and the states are yes and no. Names
/// and values are those that readers of each language expect (dsl/display.h).
struct Change {
  Text name;
  Text from;
  Text to;
};

struct WaysOut {
  std::vector<std::vector<Change>> ways;  ///< each is enough; all are of one size, the smallest
  /// False: the search was cut short. A smaller set may exist, and the way is enough only if its
  /// conditions can be changed independently of each other.
  bool smallest = true;
};

/// Facts are changed one by one: a category to another value or to unknown, a number to the nearest
/// value that tells, one value of a set at a time, a flag on or off. So a way out never asks for
/// two cities at once. All sets of one change are tried, then all of two, and so on, as long as the
/// work is bounded (some tenths of a second); beyond that one way is given that follows the tree.
/// `ways` is empty when nothing about this user could turn the outcome.
[[nodiscard]] Result<WaysOut> ways_to_turn(const Verdict& verdict, const dsl::Catalogue& catalogue,
                                           const storage::Snapshot& snapshot,
                                           engine::UserIndex user);

}  // namespace tagline::server
