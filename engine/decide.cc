#include "engine/decide.h"

#include "engine/below.h"
#include "engine/lookalike.h"
#include "engine/run.h"
#include "engine/sample.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace tagline::engine {
namespace {

// Calls visit for every user, in order, page by page.
template <class Visit>
void each_user(const Bitmap& users, Visit visit) {
  constexpr std::size_t kPage = 4096;
  std::array<std::uint32_t, kPage> page{};
  std::uint64_t from = 0;
  while (from <= std::numeric_limits<std::uint32_t>::max()) {
    const std::size_t size = users.page(static_cast<std::uint32_t>(from), page);
    if (size == 0) {
      return;
    }
    std::for_each(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(size), visit);
    from = std::uint64_t{page[size - 1]} + 1;
  }
}

// The n users with the smallest hashes, in two passes: how many fall into each of 2^16 buckets by
// their first bits, then all of the buckets below the one where n is reached, and the smallest of
// that one. Only that bucket's hashes are held.
Bitmap smallest_hashes(const Bitmap& among, std::uint64_t n, std::uint64_t seed) {
  constexpr unsigned kBucketBits = 16;
  const auto bucket_of = [](std::uint64_t hash) { return hash >> (64U - kBucketBits); };
  std::vector<std::uint64_t> users_in(std::size_t{1} << kBucketBits);
  each_user(among, [&](std::uint32_t user) { ++users_in[bucket_of(sample_hash(user, seed))]; });
  std::size_t bucket = 0;
  std::uint64_t below = 0;
  while (bucket < users_in.size() && below + users_in[bucket] <= n) {
    below += users_in[bucket];
    ++bucket;
  }
  std::vector<UserIndex> chosen;
  std::vector<std::pair<std::uint64_t, UserIndex>> last;
  each_user(among, [&](std::uint32_t user) {
    const std::uint64_t hash = sample_hash(user, seed);
    if (bucket_of(hash) < bucket) {
      chosen.push_back(user);
    } else if (bucket_of(hash) == bucket) {
      last.emplace_back(hash, user);
    }
  });
  std::sort(last.begin(), last.end());
  last.resize(std::min<std::uint64_t>(last.size(), n - below));
  std::transform(last.begin(), last.end(), std::back_inserter(chosen),
                 [](const auto& entry) { return entry.second; });
  std::sort(chosen.begin(), chosen.end());
  return Bitmap::of(chosen);
}

Result<Bitmap> top(const Node& node, const Bitmap& among, const Measured& how) {
  ComputedRows scratch;
  scratch.put(kScratchSet, among);
  const ComputedSource source(how.source, scratch);
  TAGLINE_ASSIGN_OR_RETURN(
      const Measure measure,
      number_measure({source, how.options, how.stats}, {kComputedField, kScratchSet},
                     node.row.field, node.op == Op::Top ? 1 : -1));
  return largest(static_cast<std::uint64_t>(node.low), measure);
}

Result<Bitmap> find(Plan& plan, const Node& node, const Measured& how) {
  if (node.low <= 0) {
    return Bitmap();
  }
  const NodeId operand = node.operands.front();
  if (node.op == Op::Lookalike) {
    return lookalike(plan, node, how.source, how.options, how.stats);
  }
  TAGLINE_ASSIGN_OR_RETURN(Bitmap among,
                           run_select(plan, operand, how.source, how.options, kNoLimit, how.stats));
  const auto n = static_cast<std::uint64_t>(node.low);
  if (node.op != Op::SampleSize) {
    return top(node, among, how);
  }
  return n >= among.cardinality() ? std::move(among) : smallest_hashes(among, n, node.seed);
}

// Rebuilds the plan with such nodes as rows; `found(id, node)` is called for each of them, its
// operands rebuilt.
template <class Found>
Result<NodeId> rebuild(Plan& plan, NodeId root, Found found) {
  // Of every kind of them none: most plans.
  if (!plan.has(Op::Top) && !plan.has(Op::Bottom) && !plan.has(Op::SampleSize) &&
      !plan.has(Op::Lookalike)) {
    return root;
  }
  const Below below(plan, root);
  const bool any = std::any_of(below.ids().begin(), below.ids().end(),
                               [&](NodeId id) { return over_all_users(plan.at(id).op); });
  if (!any) {
    return root;
  }
  std::vector<NodeId> now(below.ids().size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    const NodeId id = below.ids()[i];
    Node node = plan.at(id);
    for (NodeId& operand : node.operands) {
      operand = now[below.index(operand)];
    }
    if (over_all_users(node.op)) {
      TAGLINE_RETURN_IF_ERROR(found(id, node));
      now[i] = plan.row({kComputedField, id});
    } else {
      now[i] = plan.add(std::move(node));
    }
  }
  return now.back();
}

}  // namespace

Result<NodeId> decide(Plan& plan, NodeId root, const Source& source, const ExecuteOptions& options,
                      ComputedRows& rows, ExecuteStats* stats) {
  const ComputedSource layered(source, rows);
  return rebuild(plan, root, [&](NodeId id, const Node& node) -> Status {
    if (!rows.has(id)) {
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap users, find(plan, node, {layered, options, stats}));
      rows.put(id, users);
    }
    return {};
  });
}

NodeId with_sets_as_rows(Plan& plan, NodeId root) {
  return rebuild(plan, root, [](NodeId, const Node&) { return Status(); }).value_or(root);
}

Result<Measure> number_measure(const Measured& how, RowKey among, FieldId field,
                               std::int64_t sign) {
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, how.source.value_bits(field));
  const auto most =
      static_cast<std::int64_t>((std::uint64_t{1} << std::min(bits, kValueBitsMax)) - 1);
  const auto within = [among, field, sign](Plan& plan, std::int64_t low, std::int64_t high) {
    const NodeId range = sign > 0 ? plan.range(field, low, high) : plan.range(field, -high, -low);
    return plan.all_of(std::array{plan.row(among), range});
  };
  const auto run = [how](auto call) {
    ExecuteOptions options = how.options;
    options.rewrite = false;  // a row and a range, in the right order
    return call(options);
  };
  Measure measure;
  measure.low = -most;
  measure.high = most;
  measure.count = [how, within, run](std::int64_t low, std::int64_t high) {
    Plan plan;
    const NodeId root = within(plan, low, high);
    return run([&](const ExecuteOptions& options) {
      return run_count(plan, root, how.source, options, how.stats);
    });
  };
  measure.select = [how, within, run](std::int64_t low, std::int64_t high, std::uint64_t limit) {
    Plan plan;
    const NodeId root = within(plan, low, high);
    return run([&](const ExecuteOptions& options) {
      return run_select(plan, root, how.source, options, limit, how.stats);
    });
  };
  return measure;
}

}  // namespace tagline::engine
