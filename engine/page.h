// Page: the users of an answer, ascending, a stretch at a time.
#pragma once

#include "engine/layout.h"
#include "engine/sweep.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace tagline::engine {

struct Page {
  std::vector<UserIndex> users;
  std::optional<UserIndex> next;  ///< where the next page begins; nothing: there are no more users
  std::uint64_t remaining = 0;    ///< users from `next` on; 0 unless they were to be counted
};
/// The first `limit` users of the sweep's first answer whose index is `from` or more. Runs on the
/// caller's thread from the shard of `from` on, and stops at the limit unless the rest is counted.
[[nodiscard]] Result<Page> page(const Sweep& over, UserIndex from, std::uint64_t limit,
                                bool count_remaining, ExecuteStats* stats = nullptr);

/// Some users, ascending, at most a block's; false: no more are wanted.
using VisitUsers = std::function<Result<bool>(std::span<const UserIndex>)>;

/// The same page a block at a time, so that it may be as long as the population: memory, a block's
/// users. Gives where the next page begins; nothing: there are no more users, or no more were
/// wanted.
[[nodiscard]] Result<std::optional<UserIndex>> each_of_page(const Sweep& over, UserIndex from,
                                                            std::uint64_t limit,
                                                            const VisitUsers& visit,
                                                            ExecuteStats* stats = nullptr);

/// Calls visit with all users of the first answer. About 0.1 ns a user of the population with
/// AVX-512.
[[nodiscard]] Status each_page(const Sweep& over, const VisitUsers& visit,
                               ExecuteStats* stats = nullptr);

/// Which of `users` the expression selects. They are read as a row, so blocks without any of them
/// cost nothing, and in others the expression is asked about them alone.
[[nodiscard]] Result<Bitmap> members_among(Plan& plan, NodeId root,
                                           std::span<const UserIndex> users, const Source& source,
                                           const ExecuteOptions& options,
                                           ExecuteStats* stats = nullptr);

}  // namespace tagline::engine
