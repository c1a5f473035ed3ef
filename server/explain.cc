#include "server/explain.h"

#include "dsl/lower.h"
#include "engine/plan.h"
#include "engine/rewrite.h"
#include "server/vocabulary.h"

#include <string>
#include <utility>

namespace tagline::server {
namespace {

/// The part of a UTF-8 text between two code points.
std::string slice(std::string_view text, dsl::Span span) {
  std::uint32_t point = 0;
  std::size_t begin = text.size();
  std::size_t end = text.size();
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    if ((static_cast<unsigned char>(text[byte]) & 0xC0U) == 0x80U) {
      continue;
    }
    if (point == span.begin) {
      begin = byte;
    }
    if (point == span.end) {
      end = byte;
      break;
    }
    ++point;
  }
  return begin < end ? std::string(text.substr(begin, end - begin)) : std::string();
}

struct Walk {
  std::string_view text;
  const storage::Snapshot& snapshot;
  const engine::ExecuteOptions& options;
  std::vector<NodeCount>& nodes;
};

// Recursion is bounded: a bound tree is no deeper than dsl::Limits allows brackets to be.
Status count_nodes(const Walk& walk, const dsl::Bound& bound, unsigned depth) {
  engine::Plan plan;
  const auto root = dsl::lower(bound, plan);
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t people,
                           engine::count(plan, root, walk.snapshot, walk.options));
  walk.nodes.push_back({slice(walk.text, bound.span), depth, people});
  for (const dsl::Bound& operand : bound.operands) {
    TAGLINE_RETURN_IF_ERROR(count_nodes(walk, operand, depth + 1));
  }
  return {};
}

}  // namespace

Result<Explanation> explain(const Explained& query, const storage::Snapshot& snapshot,
                            const engine::ExecuteOptions& options,
                            const engine::ExecuteStats& stats) {
  Explanation explanation;
  explanation.stats = stats;
  TAGLINE_RETURN_IF_ERROR(
      count_nodes({query.text, snapshot, options, explanation.nodes}, query.checked.bound, 0));

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
