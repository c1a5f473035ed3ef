#include "engine/page.h"

#include "engine/decide.h"
#include "engine/kernels.h"

#include <algorithm>
#include <array>
#include <limits>

namespace tagline::engine {
namespace {

/// The users of an answer in `out`, which keeps its room from block to block.
std::span<const UserIndex> list(BlockAnswers& answers, const Register& answer,
                                std::vector<UserIndex>& out) {
  out.resize(std::size_t{kBlockUsers} + kDecodeSlack);
  std::size_t size = 0;
  if (answer.state == Register::State::Sparse) {
    for (const std::uint16_t member : answer.list()) {
      out[size++] = answers.first_user() + member;
    }
  } else if (answer.state != Register::State::Empty) {
    size = kernels().list(out.data(), answers.words(answer), answers.first_user());
  }
  return std::span(out).first(size);
}

// All shards from one on, in order, on this thread.
Status run_from(const Sweep& over, ShardId first, ExecuteStats* stats,
                const ShardRunner::Visit& visit) {
  ShardRunner runner(over.program(), over.source(), over.budget());
  bool stopped = false;
  for (ShardId shard = first; shard < over.source().shard_count() && !stopped; ++shard) {
    TAGLINE_RETURN_IF_ERROR(runner.run(shard, [&](BlockAnswers& answers) -> Result<bool> {
      Result<bool> go_on = visit(answers);
      stopped = go_on.has_value() && !*go_on;
      return go_on;
    }));
  }
  if (stats != nullptr) {
    *stats += runner.stats();
  }
  return {};
}

struct Rest {
  std::optional<UserIndex> next;
  std::uint64_t remaining = 0;
};

// What the page is cut from: up to `limit` users from `from` on go to `visit`, a block at a time.
Result<Rest> cut(const Sweep& over, UserIndex from, std::uint64_t limit, bool count_remaining,
                 const VisitUsers& visit, ExecuteStats* stats) {
  Rest rest;
  std::vector<UserIndex> room;
  const auto block = [&](BlockAnswers& answers) -> Result<bool> {
    if (answers.first_user() + (kBlockUsers - 1) < from) {
      return true;
    }
    if (rest.next.has_value()) {
      rest.remaining += answers.count(0);
      return true;
    }
    std::span<const UserIndex> users = list(answers, answers.answer(0), room);
    users = users.subspan(static_cast<std::size_t>(
        std::lower_bound(users.begin(), users.end(), from) - users.begin()));
    const std::size_t taken = std::min<std::uint64_t>(users.size(), limit);
    limit -= taken;
    if (taken > 0) {
      TAGLINE_ASSIGN_OR_RETURN(const bool go_on, visit(users.first(taken)));
      if (!go_on) {
        return false;
      }
    }
    if (taken < users.size()) {
      rest.next = users[taken];
      rest.remaining = count_remaining ? users.size() - taken : 0;
      return count_remaining;
    }
    return true;
  };
  TAGLINE_RETURN_IF_ERROR(run_from(over, shard_of(from), stats, block));
  return rest;
}

}  // namespace

Result<Page> page(const Sweep& over, UserIndex from, std::uint64_t limit, bool count_remaining,
                  ExecuteStats* stats) {
  Page found;
  const auto keep = [&found](std::span<const UserIndex> users) -> Result<bool> {
    found.users.insert(found.users.end(), users.begin(), users.end());
    return true;
  };
  TAGLINE_ASSIGN_OR_RETURN(const Rest rest, cut(over, from, limit, count_remaining, keep, stats));
  found.next = rest.next;
  found.remaining = rest.remaining;
  return found;
}

Result<std::optional<UserIndex>> each_of_page(const Sweep& over, UserIndex from,
                                              std::uint64_t limit, const VisitUsers& visit,
                                              ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const Rest rest, cut(over, from, limit, false, visit, stats));
  return rest.next;
}

Status each_page(const Sweep& over, const VisitUsers& visit, ExecuteStats* stats) {
  return cut(over, 0, std::numeric_limits<std::uint64_t>::max(), false, visit, stats)
      .map([](const Rest&) {});
}

Result<Bitmap> members_among(Plan& plan, NodeId root, std::span<const UserIndex> users,
                             const Source& source, const ExecuteOptions& options,
                             ExecuteStats* stats) {
  ComputedRows rows;
  rows.put(kAskedSet, Bitmap::of(users));
  const NodeId asked = plan.row({kComputedField, kAskedSet});
  // Also of the population: an index nobody has is in no row, and NOT would take it for a user.
  const NodeId both = plan.all_of(std::array{root, asked, plan.row(kPopulationRow)});
  return select(plan, both, ComputedSource(source, rows), options,
                std::numeric_limits<std::uint64_t>::max(), stats);
}

}  // namespace tagline::engine
