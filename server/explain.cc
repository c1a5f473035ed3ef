#include "server/explain.h"

#include "dsl/lower.h"
#include "dsl/sentence.h"
#include "engine/computed_rows.h"
#include "engine/counts.h"
#include "engine/plan.h"
#include "engine/rewrite.h"
#include "server/day_text.h"
#include "server/text_slice.h"
#include "server/verdict.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

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

/// The outermost AND, also that of a segment that is all there is; null when there is none.
const Bound* outermost_and(const Bound& root) {
  const Bound* bound = &root;
  while (bound->kind == BoundKind::Segment) {
    bound = bound->rule.get();
  }
  return bound->kind == BoundKind::And ? bound : nullptr;
}

/// Walks a bound tree and notes what to count of each node as nodes of one plan, so that equal ones
/// are one; then counts them all together.
class NodeCounter {
 public:
  NodeCounter(const Explained& query, const storage::Snapshot& snapshot,
              const engine::ExecuteOptions& options, std::vector<NodeCount>& nodes)
      : catalogue_(query.catalogue),
        snapshot_(snapshot),
        options_(options),
        nodes_(nodes),
        outermost_(outermost_and(query.checked.bound)) {
    options_.computed = &computed_;  // one plan, one snapshot: a top is ranked once for all nodes
    // What enters a clause is what entered the one before, and that one. So it stands in the plan,
    // and is computed once a block. Rewritten one by one, each would be a conjunction of its own.
    options_.rewrite = false;
  }

  Status count(std::string_view text, const Bound& root) {
    walk(root, text, plan_.everyone(), 0);
    note_without();
    const auto counts = engine::counts_of_nodes(plan_, wanted_, snapshot_, options_);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users, counts[i]);
      NodeCount& node = nodes_[goals_[i].line];
      switch (goals_[i].field) {
        case Field::Count:
          node.count = users;
          break;
        case Field::Entered:
          node.entered = users;
          break;
        case Field::Kept:
          node.kept = users;
          break;
        case Field::Without:
          node.without = users;
          break;
      }
    }
    return {};
  }

 private:
  enum class Field : std::uint8_t { Count, Entered, Kept, Without };
  /// Where a count goes.
  struct Goal {
    std::size_t line;
    Field field;
  };
  /// A clause of the outermost AND: its line, itself, and the clauses before it together.
  struct Clause {
    std::size_t line;
    NodeId node;
    NodeId before;
  };

  void want(NodeId node, std::size_t line, Field field) {
    wanted_.push_back(node);
    goals_.push_back({line, field});
  }

  NodeId both(NodeId a, NodeId b) {
    return a == plan_.everyone() ? b : plan_.all_of(std::array{a, b});
  }

  /// `entering`: the people this node is asked about. Recursion is bounded: a bound tree is no
  /// deeper than dsl::Limits allows brackets and segments to nest.
  void walk(const Bound& bound, std::string_view text, NodeId entering, unsigned depth) {
    const NodeId node = dsl::lower(bound, plan_);
    const std::size_t line = nodes_.size();
    NodeCount& noted = nodes_.emplace_back();
    noted.text = slice(text, bound.span);
    noted.depth = depth;
    noted.dates = dates_of(bound);
    want(node, line, Field::Count);
    want(entering, line, Field::Entered);
    want(both(entering, node), line, Field::Kept);
    walk_operands(bound, text, entering, depth);
  }

  void walk_operands(const Bound& bound, std::string_view text, NodeId entering, unsigned depth) {
    if (bound.kind == BoundKind::Segment) {
      if (nodes_.size() <= kNodesMax) {
        walk(*bound.rule, rule_of(bound.text), entering, depth + 1);
      }
      return;
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
      const std::size_t line = nodes_.size();
      walk(operand, text, running, depth + 1);
      if (bound.kind == BoundKind::And) {
        const NodeId node = dsl::lower(operand, plan_);
        if (&bound == outermost_) {
          clauses_.push_back({line, node, running});
        }
        running = both(running, node);
      }
    }
  }

  /// In every clause but one: in those before it, and in those behind it.
  void note_without() {
    NodeId behind = plan_.everyone();
    for (auto clause = clauses_.rbegin(); clause != clauses_.rend(); ++clause) {
      const bool last = behind == plan_.everyone();
      want(last ? clause->before : both(clause->before, behind), clause->line, Field::Without);
      behind = last ? clause->node : both(clause->node, behind);
    }
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
  const Bound* const outermost_;
  engine::Plan plan_;
  std::vector<Clause> clauses_;
  std::vector<NodeId> wanted_;
  std::vector<Goal> goals_;
};

}  // namespace

Result<Explanation> explain(const Explained& query, const storage::Snapshot& snapshot,
                            const engine::ExecuteOptions& options,
                            const engine::ExecuteStats& stats) {
  Explanation explanation;
  explanation.stats = stats;
  explanation.sentence = dsl::sentence(query.checked.bound, query.catalogue);
  NodeCounter counter(query, snapshot, options, explanation.nodes);
  TAGLINE_RETURN_IF_ERROR(counter.count(query.text, query.checked.bound));

  engine::Plan plan;
  const auto root = dsl::lower(query.checked.bound, plan);
  const auto names = row_names(query.catalogue);
  explanation.plan_written = engine::print(plan, root, names);
  const auto rewritten = engine::rewrite(plan, root, &snapshot, options.passes, options.budget);
  if (options.budget != nullptr) {
    TAGLINE_RETURN_IF_ERROR(options.budget->check());
  }
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
