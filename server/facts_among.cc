// Among whom: a top, a bottom or a sample is taken from those who meet its condition, and people
// like a set are outside it. So a state of the clause that its condition contradicts is none.
#include "server/facts.h"
#include "server/possible.h"

#include <algorithm>

namespace tagline::server {
namespace {

using dsl::Bound;
using dsl::BoundKind;

/// Conditions of an operand looked at; of larger ones nothing is said.
constexpr std::size_t kAmongMax = 200;

[[nodiscard]] bool is_chosen(const Bound& bound) {
  return bound.kind == BoundKind::Top || bound.kind == BoundKind::Bottom ||
         bound.kind == BoundKind::SampleSize || bound.kind == BoundKind::Lookalike;
}

/// Collects the conditions that are no groups. False: too many. Recursion is bounded as that of
/// judge().
[[nodiscard]] bool collect(const Bound& bound, std::vector<const Bound*>& conditions) {
  if (bound.kind == BoundKind::Segment) {
    return collect(*bound.rule, conditions);
  }
  const bool group = bound.kind == BoundKind::And || bound.kind == BoundKind::Or ||
                     bound.kind == BoundKind::Not || bound.kind == BoundKind::AtLeast;
  if (!group) {
    conditions.push_back(&bound);
  }
  return conditions.size() <= kAmongMax &&
         (!group || std::all_of(bound.operands.begin(), bound.operands.end(),
                                [&](const Bound& part) { return collect(part, conditions); }));
}

}  // namespace

/// Leaves that depend on facts by their operand are told of them.
void Facts::watch_operands() {
  among_.assign(leaves_.size(), false);
  for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
    const Bound& bound = *leaves_[leaf]->bound;
    std::vector<const Bound*> conditions{&bound};  // itself for the field it ranks by
    if (!is_chosen(bound) || leaves_[leaf]->of_sample ||
        !collect(bound.operands.front(), conditions)) {
      continue;
    }
    among_[leaf] = true;
    conditions_among_ += conditions.size();
    for (std::size_t fact = 0; fact < facts_.size(); ++fact) {
      const bool asked =
          std::any_of(conditions.begin(), conditions.end(), [&](const Bound* condition) {
            return facts_[fact].tag != nullptr
                       ? facts_[fact].tag->field == condition->field
                       : dsl::same_condition(*leaves_[dependents_[fact].front()]->bound,
                                             *condition);
          });
      auto& dependents = dependents_[fact];
      if (asked && std::find(dependents.begin(), dependents.end(), leaf) == dependents.end()) {
        dependents.push_back(leaf);
      }
    }
  }
}

bool Facts::is_outside(const Bound& clause, const std::vector<std::int64_t>& states) const {
  const bool ranked = clause.kind == BoundKind::Top || clause.kind == BoundKind::Bottom;
  for (std::size_t fact = 0; ranked && fact < facts_.size(); ++fact) {
    if (facts_[fact].kind == Fact::Kind::Number && facts_[fact].tag->field == clause.field &&
        states[fact] == Fact::kUnknown) {
      return true;  // without a number nobody is ranked
    }
  }
  const std::optional<bool> among = truth(clause.operands.front(), states);
  return among == (clause.kind == BoundKind::Lookalike);
}

std::optional<bool> Facts::truth_of_tag(const Bound& condition,
                                        const std::vector<std::int64_t>& states) const {
  bool known = false;
  bool matches = false;
  bool is_set = false;
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    const Fact& fact = facts_[i];
    if (fact.tag == nullptr || fact.tag->field != condition.field) {
      continue;
    }
    if (fact.kind != Fact::Kind::SetValue) {
      return fact.kind == Fact::Kind::Category && states[i] == Fact::kOther
                 ? std::nullopt
                 : std::optional<bool>(holds_of(condition, fact, states[i]));
    }
    is_set = true;
    known = known || states[i] != 0;
    matches =
        matches || (states[i] != 0 && fact.row != engine::kExistsRow &&
                    std::binary_search(condition.rows.begin(), condition.rows.end(), fact.row));
  }
  if (!is_set || (known && !matches)) {
    return std::nullopt;  // values no leaf names are one fact together
  }
  return passes(condition, known, matches);
}

// Recursion is bounded as that of collect().
std::optional<bool> Facts::truth(const Bound& condition,
                                 const std::vector<std::int64_t>& states) const {
  const auto& parts = condition.operands;
  const auto count = [&](bool wanted) {
    return std::count_if(parts.begin(), parts.end(), [&](const Bound& part) {
      return truth(part, states) == std::optional<bool>(wanted);
    });
  };
  const auto all = static_cast<std::ptrdiff_t>(parts.size());
  std::ptrdiff_t needed = 0;
  switch (condition.kind) {
    case BoundKind::Everyone:
      return true;
    case BoundKind::Nothing:
      return false;
    case BoundKind::Segment:
      return truth(*condition.rule, states);
    case BoundKind::Not: {
      const auto inner = truth(parts.front(), states);
      return inner.has_value() ? std::optional<bool>(!*inner) : std::nullopt;
    }
    case BoundKind::And:
      needed = all;
      break;
    case BoundKind::Or:
      needed = 1;
      break;
    case BoundKind::AtLeast:
      needed = condition.threshold;
      break;
    case BoundKind::Rows:
    case BoundKind::Numbers:
      return truth_of_tag(condition, states);
    case BoundKind::Did:
    case BoundKind::Sequence:
    case BoundKind::Top:
    case BoundKind::Bottom:
    case BoundKind::SampleShare:
    case BoundKind::SampleSize:
    case BoundKind::Lookalike:
    case BoundKind::List:
    case BoundKind::Foreign:
      for (std::size_t i = 0; i < facts_.size(); ++i) {
        const Verdict& asked = *leaves_[dependents_[i].front()];
        if (facts_[i].kind == Fact::Kind::Clause && !asked.of_sample &&
            dsl::same_condition(*asked.bound, condition)) {
          return states[i] != 0;
        }
      }
      return std::nullopt;
  }
  if (count(true) >= needed) {
    return true;
  }
  return all - count(false) < needed ? std::optional<bool>(false) : std::nullopt;
}

bool Facts::can_be(const std::vector<std::int64_t>& states) const {
  std::vector<Literal> literals;
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    const Verdict& asked = *leaves_[dependents_[i].front()];
    if (facts_[i].kind == Fact::Kind::Clause && !asked.of_sample) {
      literals.push_back({asked.bound, states[i] != 0});
    }
  }
  return possible(literals);
}

}  // namespace tagline::server
