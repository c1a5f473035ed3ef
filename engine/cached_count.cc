#include "engine/cached_count.h"

#include "engine/below.h"
#include "engine/counts.h"
#include "engine/decide.h"
#include "engine/run.h"
#include "engine/sweep.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tagline::engine {
namespace {

/// An or of fewer rows is not worth 8 KB a block.
constexpr std::size_t kWideOr = 16;

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  seed ^= value + 0x9E3779B97F4A7C15ULL + (seed << 6U) + (seed >> 2U);
  seed *= 0xBF58476D1CE4E5B9ULL;
  return seed ^ seed >> 31U;
}

/// Whether computing it costs far more than reading its outcome.
bool costly(const Node& node) {
  switch (node.op) {
    case Op::Did:
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
    case Op::AtLeast:
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike:
      return true;
    case Op::Or:
      return node.operands.size() >= kWideOr;
    case Op::Nothing:
    case Op::Everyone:
    case Op::Row:
    case Op::Range:
    case Op::And:
    case Op::Not:
    case Op::Difference:
    case Op::SampleShare:
      return false;
  }
  return false;
}

/// Of every shard it sees, its users; of a set, all of them as well.
class ByShard final : public AnswerReader {
 public:
  explicit ByShard(bool sets) : sets_(sets) {}

  Status enter(ShardId shard, const Source& /*source*/) override {
    counts_.emplace_back(shard, 0);
    return {};
  }
  Status block(BlockAnswers& answers) override {
    counts_.back().second += sets_ ? add_block(users_, answers, kBlockUsers) : answers.count(0);
    return {};
  }

  [[nodiscard]] const std::vector<std::pair<ShardId, std::uint64_t>>& counts() const {
    return counts_;
  }
  [[nodiscard]] Bitmap users() { return users_.build(); }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return 3 * users_.held_bytes();  // what is collected, then the bitmap that is made of a copy
  }

 private:
  const bool sets_;
  std::vector<std::pair<ShardId, std::uint64_t>> counts_;
  BitmapBuilder users_;
};

class CountedAnswer {
 public:
  CountedAnswer(AnswerCache& cache, std::uint64_t version, Plan& plan, const Source& source,
                const ExecuteOptions& options, ExecuteStats* stats)
      : cache_(cache),
        version_(version),
        plan_(plan),
        source_(source),
        options_(options),
        stats_(stats) {}

  Result<CachedCount> run(NodeId root);

 private:
  using Kept = std::shared_ptr<const CachedAnswer>;

  Result<NodeId> with_parts(NodeId root);
  Result<std::shared_ptr<const ComputedRow>> part(NodeId id);
  Result<CachedAnswer> by_shard(NodeId root, const Source& source, const Kept& before, bool sets);
  Result<std::optional<std::vector<std::uint64_t>>> stamps_of(const Program& program,
                                                              const Source& source) const;
  Result<CachedAnswer> whole_set(NodeId id);

  AnswerCache& cache_;
  const std::uint64_t version_;
  Plan& plan_;
  const Source& source_;
  const ExecuteOptions& options_;
  ExecuteStats* const stats_;
  ComputedRows rows_;
  CacheUse use_;
};

// Everything a shard's outcome depends on: which rows the program reads, and what they are there.
// Nothing where the source does not tell.
Result<std::optional<std::vector<std::uint64_t>>> CountedAnswer::stamps_of(
    const Program& program, const Source& source) const {
  std::vector<std::uint64_t> stamps(source.shard_count());
  for (ShardId shard = 0; shard < stamps.size(); ++shard) {
    if (options_.budget != nullptr) {
      TAGLINE_RETURN_IF_ERROR(options_.budget->check());
    }
    std::uint64_t sum = 0;
    const auto add = [&](RowKey row) -> Result<bool> {
      TAGLINE_ASSIGN_OR_RETURN(const auto stamp, source.stamp(row, shard));
      // Rows decided for this run have ids of this plan only; their stamps say what they are.
      const RowKey named = row.field == kComputedField ? RowKey{kComputedField, 0} : row;
      sum = mix(mix(sum, std::uint64_t{named.field} << 32U | named.row), stamp.value_or(0));
      return stamp.has_value();
    };
    TAGLINE_ASSIGN_OR_RETURN(bool told, add(kPopulationRow));
    for (std::size_t i = 0; told && i < program.leaves.size(); ++i) {
      TAGLINE_ASSIGN_OR_RETURN(told, add(program.leaves[i]));
    }
    if (!told) {
      return std::nullopt;
    }
    stamps[shard] = sum;
  }
  return stamps;
}

// Runs the shards that are not known already. REQUIRES: nothing below `root` is still to be
// decided.
Result<CachedAnswer> CountedAnswer::by_shard(NodeId root, const Source& source, const Kept& before,
                                             bool sets) {
  const NodeId ready = options_.rewrite
                           ? rewrite(plan_, root, &source, options_.passes, options_.budget).root
                           : root;
  TAGLINE_ASSIGN_OR_RETURN(const Program program,
                           compile_for(plan_, {&ready, 1}, source, options_.budget));
  TAGLINE_ASSIGN_OR_RETURN(const auto stamps, stamps_of(program, source));
  CachedAnswer answer;
  answer.version = version_;
  answer.shards.resize(source.shard_count());
  auto set = std::make_shared<ComputedRow>();
  set->shards.resize(answer.shards.size());
  std::vector<ShardId> to_run;
  for (ShardId shard = 0; shard < answer.shards.size(); ++shard) {
    const bool known = before != nullptr && stamps.has_value() && shard < before->shards.size() &&
                       before->shards[shard].stamp == (*stamps)[shard] &&
                       (!sets || before->set != nullptr);
    if (!known) {
      to_run.push_back(shard);
      continue;
    }
    answer.shards[shard] = before->shards[shard];
    if (sets) {
      set->shards[shard] = before->set->shards[shard];
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto readers,
                           sweep_shards(
                               program, source, options_, to_run,
                               [sets] { return std::make_unique<ByShard>(sets); }, stats_));
  for (const auto& reader : readers) {
    auto& found = static_cast<ByShard&>(*reader);
    const ComputedRow part = computed_row(found.users());
    for (const auto& [shard, users] : found.counts()) {
      answer.shards[shard].users = users;
      if (sets && shard < part.shards.size()) {
        set->shards[shard] = part.shards[shard];
      }
    }
  }
  for (ShardId shard = 0; shard < answer.shards.size(); ++shard) {
    answer.users += answer.shards[shard].users;
    if (stamps.has_value()) {
      answer.shards[shard].stamp = (*stamps)[shard];
    }
  }
  if (sets) {
    set->users = answer.users;
    if (stamps.has_value()) {
      set->stamps = *stamps;
    }
    answer.set = std::move(set);
  }
  use_.shards_kept += answer.shards.size() - to_run.size();
  use_.shards_run += to_run.size();
  if (!stamps.has_value()) {
    answer.shards.clear();
  }
  return answer;
}

// Of a part that is decided over all users at once. Its stamp is the version: there is no telling
// which users a change concerns.
Result<CachedAnswer> CountedAnswer::whole_set(NodeId id) {
  TAGLINE_ASSIGN_OR_RETURN(
      const Bitmap users,
      select(plan_, id, source_, options_, std::numeric_limits<std::uint64_t>::max(), stats_));
  auto set = std::make_shared<ComputedRow>(computed_row(users));
  set->shards.resize(source_.shard_count());
  set->stamps.assign(source_.shard_count(), mix(PlanKey(plan_, id).hash(), version_));
  CachedAnswer answer;
  answer.version = version_;
  answer.users = set->users;
  answer.set = std::move(set);
  return answer;
}

bool decides_below(const Plan& plan, NodeId root) {
  const Below below(plan, root);
  return std::any_of(below.ids().begin(), below.ids().end(),
                     [&](NodeId id) { return over_all_users(plan.at(id).op); });
}

/// The set of a part; null: it is not kept.
Result<std::shared_ptr<const ComputedRow>> CountedAnswer::part(NodeId id) {
  const PlanKey key(plan_, id);
  const Kept before = cache_.find(key);
  if (before != nullptr && before->set != nullptr && before->version == version_) {
    ++use_.parts_kept;
    return before->set;
  }
  const bool had = before != nullptr && before->set != nullptr;
  if (!had && !cache_.comes_again(key)) {
    return std::shared_ptr<const ComputedRow>();
  }
  Result<CachedAnswer> answer =
      decides_below(plan_, id) ? whole_set(id) : by_shard(id, source_, before, true);
  if (!answer.has_value()) {
    return tl::unexpected(answer.error());
  }
  ++use_.parts_run;
  const std::shared_ptr<const ComputedRow> set = answer->set;
  cache_.put(key, *std::move(answer));
  return set;
}

// The expression with the parts that are kept as rows; the outermost ones, from the root down.
Result<NodeId> CountedAnswer::with_parts(NodeId root) {
  const Below below(plan_, root);
  const std::vector<NodeId>& ids = below.ids();
  std::vector<bool> wanted(ids.size());
  std::vector<bool> kept(ids.size());
  wanted.back() = true;
  for (std::size_t i = ids.size(); i-- > 0;) {
    if (!wanted[i]) {
      continue;
    }
    if (ids[i] != root && costly(plan_.at(ids[i]))) {
      TAGLINE_ASSIGN_OR_RETURN(auto set, part(ids[i]));
      if (set != nullptr) {
        rows_.put(ids[i], std::move(set));
        kept[i] = true;
        continue;
      }
    }
    for (const NodeId operand : plan_.at(ids[i]).operands) {
      wanted[below.index(operand)] = true;
    }
  }
  if (std::find(kept.begin(), kept.end(), true) == kept.end()) {
    return root;
  }
  std::vector<NodeId> now(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (kept[i]) {
      now[i] = plan_.row({kComputedField, ids[i]});
    } else if (wanted[i]) {
      Node node = plan_.at(ids[i]);
      for (NodeId& operand : node.operands) {
        operand = now[below.index(operand)];
      }
      now[i] = plan_.add(std::move(node));
    }
  }
  return now.back();
}

Result<CachedCount> CountedAnswer::run(NodeId root) {
  const PlanKey key(plan_, root);
  const Kept before = cache_.find(key);
  if (before != nullptr && before->version == version_) {
    use_.whole = true;
    return CachedCount{before->users, use_};
  }
  TAGLINE_ASSIGN_OR_RETURN(const NodeId left, with_parts(root));
  const ComputedSource source(source_, rows_);
  CachedAnswer answer;
  if (decides_below(plan_, left)) {
    TAGLINE_ASSIGN_OR_RETURN(answer.users, count(plan_, left, source, options_, stats_));
    answer.version = version_;
    use_.shards_run += source.shard_count();
  } else {
    // A part that is kept as a set may be asked for by itself: its set stays.
    const bool set = before != nullptr && before->set != nullptr;
    TAGLINE_ASSIGN_OR_RETURN(answer, by_shard(left, source, before, set));
  }
  const std::uint64_t users = answer.users;
  cache_.put(key, std::move(answer));
  return CachedCount{users, use_};
}

}  // namespace

Result<CachedCount> cached_count(AnswerCache& cache, std::uint64_t version, Plan& plan, NodeId root,
                                 const Source& source, const ExecuteOptions& options,
                                 ExecuteStats* stats) {
  return CountedAnswer(cache, version, plan, source, options, stats).run(root);
}

CachedCounts cached_counts(AnswerCache& cache, std::uint64_t version, Plan& plan,
                           std::span<const NodeId> nodes, const Source& source,
                           const ExecuteOptions& options, ExecuteStats* stats) {
  CachedCounts found;
  found.users.resize(nodes.size());
  std::vector<NodeId> swept;
  std::vector<std::size_t> places;  // of `swept` among the nodes
  std::vector<PlanKey> keys;        // theirs, as below
  std::vector<std::shared_ptr<const CachedAnswer>> known;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    PlanKey key(plan, nodes[i]);
    const auto before = cache.find(key);
    if (before != nullptr && before->version == version) {
      found.users[i] = before->users;
      ++found.whole;
      continue;
    }
    ++found.run;
    if (before != nullptr && before->set != nullptr) {
      // Sets decided for these nodes belong to the plan as it is; cached_count() lays its own over.
      ExecuteOptions alone = options;
      alone.computed = nullptr;
      found.users[i] = cached_count(cache, version, plan, nodes[i], source, alone, stats)
                           .map([](const CachedCount& counted) { return counted.users; });
      continue;
    }
    swept.push_back(nodes[i]);
    places.push_back(i);
    keys.push_back(std::move(key));
    known.push_back(before);
  }
  const auto users = counts_of_nodes(plan, swept, source, options, stats);
  for (std::size_t i = 0; i < swept.size(); ++i) {
    found.users[places[i]] = users[i];
    if (users[i].has_value()) {
      CachedAnswer answer;
      answer.version = version;
      answer.users = *users[i];
      if (known[i] != nullptr) {
        answer.shards = known[i]->shards;  // each says by its stamp what it is of
      }
      cache.put(keys[i], std::move(answer));
    }
  }
  return found;
}

}  // namespace tagline::engine
