// Which leaves decide: a true AND rests on all its operands, a false one on any single false one;
// OR the other way round; k of n on k true ones, or on n - k + 1 false ones. Taking the operands
// that rest on the fewest leaves gives the shortest explanation bottom up.
//
// Recursion is bounded: a bound tree is no deeper than the brackets of its text, and segments nest
// as deep as dsl::Limits says.
#include "server/verdict.h"

#include "dsl/lower.h"
#include "dsl/print.h"
#include "server/one_user.h"
#include "server/text_slice.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace tagline::server {
namespace {

using dsl::Bound;
using dsl::BoundKind;

constexpr std::size_t kNodesMax = 5'000;

class Judge {
 public:
  Judge(const dsl::Catalogue& catalogue, const OneUser& source,
        const engine::ExecuteOptions& options)
      : catalogue_(catalogue), source_(source), options_(options) {}

  [[nodiscard]] Result<Verdict> node(const Bound& bound, std::string_view text) {
    Verdict verdict;
    ++nodes_;
    verdict.bound = &bound;
    verdict.text = slice(text, bound.span);
    switch (bound.kind) {
      case BoundKind::And:
        return group(std::move(verdict), Logic::All, text);
      case BoundKind::Or:
        return group(std::move(verdict), Logic::Any, text);
      case BoundKind::Not:
        return group(std::move(verdict), Logic::Not, text);
      case BoundKind::AtLeast:
        verdict.threshold = bound.threshold;
        return group(std::move(verdict), Logic::AtLeast, text);
      case BoundKind::Segment:
        if (nodes_ > kNodesMax) {
          break;  // segments of segments may unfold without end: from here on the name stands alone
        }
        return rule(std::move(verdict));
      case BoundKind::SampleShare:
        if (is_unwritten(bound.operands.front())) {
          verdict.of_sample = true;
          break;
        }
        return sample(std::move(verdict), text);
      case BoundKind::Nothing:
      case BoundKind::Everyone:
      case BoundKind::Rows:
      case BoundKind::Numbers:
      case BoundKind::Did:
      case BoundKind::Sequence:
      case BoundKind::Top:
      case BoundKind::Bottom:
      case BoundKind::SampleSize:
      case BoundKind::Lookalike:
      case BoundKind::List:
      case BoundKind::Foreign:
        break;
    }
    return leaf(std::move(verdict), bound);
  }

 private:
  [[nodiscard]] std::string_view rule_of(const std::string& name) const {
    const auto found =
        std::find_if(catalogue_.segments.begin(), catalogue_.segments.end(),
                     [&](const dsl::Segment& segment) { return segment.name == name; });
    return found != catalogue_.segments.end() && found->expression.has_value()
               ? std::string_view(*found->expression)
               : std::string_view();
  }

  [[nodiscard]] Result<Verdict> rule(Verdict verdict) {
    verdict.logic = Logic::All;
    TAGLINE_ASSIGN_OR_RETURN(Verdict inside,
                             node(*verdict.bound->rule, rule_of(verdict.bound->text)));
    verdict.holds = inside.holds;
    verdict.operands.push_back(std::move(inside));
    return verdict;
  }

  [[nodiscard]] Result<Verdict> group(Verdict verdict, Logic logic, std::string_view text) {
    verdict.logic = logic;
    for (const Bound& operand : verdict.bound->operands) {
      TAGLINE_ASSIGN_OR_RETURN(Verdict part, node(operand, text));
      verdict.operands.push_back(std::move(part));
    }
    const auto held = std::count_if(verdict.operands.begin(), verdict.operands.end(),
                                    [](const Verdict& part) { return part.holds; });
    const auto all = static_cast<std::ptrdiff_t>(verdict.operands.size());
    verdict.holds = (logic == Logic::All && held == all) || (logic == Logic::Any && held > 0) ||
                    (logic == Logic::Not && held == 0) ||
                    (logic == Logic::AtLeast && held >= verdict.threshold);
    return verdict;
  }

  /// sample(share, S) is S AND the sample of everybody.
  [[nodiscard]] Result<Verdict> sample(Verdict verdict, std::string_view text) {
    Bound everybody = *verdict.bound;
    for (Bound& operand : everybody.operands) {
      operand = Bound{};
      operand.kind = BoundKind::Everyone;
    }
    Verdict share;
    share.bound = verdict.bound;
    share.text = "sample(" + everybody.share_text +
                 (everybody.seed.empty() ? "" : ", seed:" + dsl::write_value(everybody.seed)) + ")";
    share.of_sample = true;
    TAGLINE_ASSIGN_OR_RETURN(share, leaf(std::move(share), everybody));
    TAGLINE_ASSIGN_OR_RETURN(verdict, group(std::move(verdict), Logic::All, text));
    verdict.holds = verdict.holds && share.holds;
    verdict.operands.push_back(std::move(share));
    return verdict;
  }

  [[nodiscard]] Result<Verdict> leaf(Verdict verdict, const Bound& bound) {
    engine::Plan plan;
    const std::array operands{plan.row(OneUser::kRow), dsl::lower(bound, plan)};
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users,
                             engine::count(plan, plan.all_of(operands), source_, options_));
    verdict.holds = users != 0;
    verdict.leaf = leaves_++;
    return verdict;
  }

  const dsl::Catalogue& catalogue_;
  const OneUser& source_;
  const engine::ExecuteOptions& options_;
  std::size_t leaves_ = 0;
  std::size_t nodes_ = 0;
};

/// The operands an outcome rests on: which of them, and how many leaves they rest on together.
struct Rest {
  std::vector<std::size_t> operands;
  std::size_t leaves = 0;
};

[[nodiscard]] std::size_t leaves_decided_by(const Verdict& verdict);

[[nodiscard]] Rest rest_of(const Verdict& verdict) {
  Rest rest;
  std::vector<std::pair<std::size_t, std::size_t>> same;  // leaves, operand
  for (std::size_t i = 0; i < verdict.operands.size(); ++i) {
    const bool wanted = verdict.logic == Logic::Not || verdict.operands[i].holds == verdict.holds;
    if (wanted) {
      same.emplace_back(leaves_decided_by(verdict.operands[i]), i);
    }
  }
  std::size_t needed = same.size();
  if ((verdict.logic == Logic::All && !verdict.holds) ||
      (verdict.logic == Logic::Any && verdict.holds)) {
    needed = 1;
  } else if (verdict.logic == Logic::AtLeast) {
    const auto k = static_cast<std::size_t>(verdict.threshold);
    needed = verdict.holds ? k : verdict.operands.size() - k + 1;
  }
  std::stable_sort(same.begin(), same.end());
  same.resize(std::min(needed, same.size()));
  for (const auto& [leaves, operand] : same) {
    rest.leaves += leaves;
    rest.operands.push_back(operand);
  }
  return rest;
}

std::size_t leaves_decided_by(const Verdict& verdict) {
  return verdict.logic == Logic::Leaf ? 1 : rest_of(verdict).leaves;
}

void mark(Verdict& verdict) {
  verdict.decides = true;
  if (verdict.logic != Logic::Leaf) {
    for (const std::size_t operand : rest_of(verdict).operands) {
      mark(verdict.operands[operand]);
    }
  }
}

void collect(const Verdict& verdict, std::vector<const Verdict*>& leaves) {
  if (verdict.logic == Logic::Leaf) {
    leaves.push_back(&verdict);
  }
  for (const Verdict& operand : verdict.operands) {
    collect(operand, leaves);
  }
}

}  // namespace

Result<Verdict> judge(const Bound& bound, std::string_view text, const dsl::Catalogue& catalogue,
                      const storage::Snapshot& snapshot, engine::UserIndex user,
                      const engine::ExecuteOptions& options) {
  const OneUser source(snapshot, user);
  Judge judge(catalogue, source, options);
  TAGLINE_ASSIGN_OR_RETURN(Verdict verdict, judge.node(bound, text));
  mark(verdict);
  return verdict;
}

bool outcome(const Verdict& verdict, const std::vector<bool>& leaves) {
  const auto holds = [&](const Verdict& operand) { return outcome(operand, leaves); };
  const auto& operands = verdict.operands;
  switch (verdict.logic) {
    case Logic::Leaf:
      return leaves[verdict.leaf];
    case Logic::All:
      return std::all_of(operands.begin(), operands.end(), holds);
    case Logic::Any:
      return std::any_of(operands.begin(), operands.end(), holds);
    case Logic::Not:
      return !holds(operands.front());
    case Logic::AtLeast:
      return std::count_if(operands.begin(), operands.end(), holds) >= verdict.threshold;
  }
  return false;
}

std::vector<const Verdict*> leaves_of(const Verdict& verdict) {
  std::vector<const Verdict*> leaves;
  collect(verdict, leaves);
  std::sort(leaves.begin(), leaves.end(),
            [](const Verdict* a, const Verdict* b) { return a->leaf < b->leaf; });
  return leaves;
}

}  // namespace tagline::server
