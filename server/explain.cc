#include "server/explain.h"

#include "dsl/lower.h"
#include "dsl/sentence.h"
#include "engine/computed_rows.h"
#include "engine/plan.h"
#include "engine/rewrite.h"
#include "server/day_text.h"
#include "server/text_slice.h"
#include "server/verdict.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

namespace tagline::server {
namespace {

/// Segments of segments may unfold without end; beyond this they are shown closed.
constexpr std::size_t kNodesMax = 2'000;

using dsl::Bound;
using dsl::BoundKind;
using engine::NodeId;

std::string day(std::int64_t days) {
  return day_text(std::chrono::sys_days(std::chrono::days(days)));
}

/// Dates a node's words came to mean: "2024-05-17..2024-06-15".
std::string days_text(std::int64_t first, std::int64_t last) {
  if (first == last) {
    return day(first);
  }
  return (first > engine::kFirstDay ? day(first) : std::string()) + ".." +
         (last < engine::kLastDay ? day(last) : std::string());
}

/// Walks a bound tree and counts every node of one plan, so that equal nodes are computed once.
class NodeCounter {
 public:
  NodeCounter(const Explained& query, const storage::Snapshot& snapshot,
              const engine::ExecuteOptions& options, std::vector<NodeCount>& nodes)
      : catalogue_(query.catalogue), snapshot_(snapshot), options_(options), nodes_(nodes) {
    options_.computed = &computed_;  // one plan, one snapshot: a top is ranked once for all nodes
  }

  /// `entering`: the people this node is asked about. Recursion is bounded: a bound tree is no
  /// deeper than dsl::Limits allows brackets and segments to nest.
  Status walk(const Bound& bound, std::string_view text, NodeId entering, unsigned depth) {
    const NodeId node = dsl::lower(bound, plan_);
    const std::size_t at = nodes_.size();
    nodes_.emplace_back();
    NodeCount counted;
    counted.text = slice(text, bound.span);
    counted.depth = depth;
    counted.dates = dates_of(bound);
    TAGLINE_ASSIGN_OR_RETURN(counted.count, people(node));
    TAGLINE_ASSIGN_OR_RETURN(counted.entered, people(entering));
    TAGLINE_ASSIGN_OR_RETURN(counted.kept, people(plan_.all_of(std::array{entering, node})));
    nodes_[at] = std::move(counted);
    return walk_operands(bound, text, entering, depth);
  }

  [[nodiscard]] NodeId everyone() { return plan_.everyone(); }

 private:
  Status walk_operands(const Bound& bound, std::string_view text, NodeId entering, unsigned depth) {
    if (bound.kind == BoundKind::Segment) {
      return nodes_.size() > kNodesMax
                 ? Status()
                 : walk(*bound.rule, rule_of(bound.text), entering, depth + 1);
    }
    // A set of the top, a sample or a likeness is taken of everybody its condition selects.
    const bool of_everyone = bound.kind == BoundKind::Top || bound.kind == BoundKind::Bottom ||
                             bound.kind == BoundKind::SampleSize ||
                             bound.kind == BoundKind::Lookalike;
    NodeId running = of_everyone ? plan_.everyone() : entering;
    for (const Bound& operand : bound.operands) {
      if (is_unwritten(operand)) {
        continue;  // it would be a line without words
      }
      TAGLINE_RETURN_IF_ERROR(walk(operand, text, running, depth + 1));
      if (bound.kind == BoundKind::And) {
        running = plan_.all_of(std::array{running, dsl::lower(operand, plan_)});
      }
    }
    return {};
  }

  Result<std::uint64_t> people(NodeId node) {
    if (const auto known = counts_.find(node); known != counts_.end()) {
      return known->second;
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t count,
                             engine::count(plan_, node, snapshot_, options_));
    counts_.emplace(node, count);
    return count;
  }

  [[nodiscard]] std::string_view rule_of(const std::string& name) const {
    for (const dsl::Segment& segment : catalogue_.segments) {
      if (segment.name == name && segment.expression.has_value()) {
        return *segment.expression;
      }
    }
    return {};
  }

  [[nodiscard]] std::string dates_of(const Bound& bound) const {
    if (bound.kind == BoundKind::Did || bound.kind == BoundKind::Sequence) {
      return bound.windowed ? days_text(bound.window.first, bound.window.last) : std::string();
    }
    std::string text;
    if (bound.kind == BoundKind::Numbers) {
      for (const dsl::Tag& tag : catalogue_.tags) {
        if (tag.field == bound.field && tag.kind == engine::TagKind::Date) {
          for (const dsl::Interval& interval : bound.intervals) {
            text += (text.empty() ? "" : ", ") +
                    days_text(std::max<std::int64_t>(interval.low, engine::kFirstDay),
                              std::min<std::int64_t>(interval.high, engine::kLastDay));
          }
        }
      }
    }
    return text;
  }

  const dsl::Catalogue& catalogue_;
  const storage::Snapshot& snapshot_;
  engine::ComputedRows computed_;
  engine::ExecuteOptions options_;
  std::vector<NodeCount>& nodes_;
  engine::Plan plan_;
  std::unordered_map<NodeId, std::uint64_t> counts_;
};

}  // namespace

Result<Explanation> explain(const Explained& query, const storage::Snapshot& snapshot,
                            const engine::ExecuteOptions& options,
                            const engine::ExecuteStats& stats) {
  Explanation explanation;
  explanation.stats = stats;
  explanation.sentence = dsl::sentence(query.checked.bound, query.catalogue);
  NodeCounter counter(query, snapshot, options, explanation.nodes);
  TAGLINE_RETURN_IF_ERROR(counter.walk(query.checked.bound, query.text, counter.everyone(), 0));

  engine::Plan plan;
  const auto root = dsl::lower(query.checked.bound, plan);
  const auto names = row_names(query.catalogue);
  explanation.plan_written = engine::print(plan, root, names);
  const auto rewritten = engine::rewrite(plan, root, &snapshot, options.passes);
  explanation.plan_rewritten = engine::print(plan, rewritten.root, names);
  for (const engine::PassRun& run : rewritten.runs) {
    if (run.changed) {
      explanation.passes.emplace_back(std::string(engine::name_of(run.pass)), run.time);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(explanation.program,
                           engine::program_text(plan, rewritten.root, snapshot, names));
  return explanation;
}

}  // namespace tagline::server
