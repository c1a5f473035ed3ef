#include "server/api/chosen_people.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace tagline::server {
namespace {

using dsl::BoundKind;

constexpr std::array kChoosing = {BoundKind::Top, BoundKind::Bottom, BoundKind::SampleShare,
                                  BoundKind::SampleSize, BoundKind::Lookalike};

bool chooses(const dsl::Bound& bound, std::unordered_set<const dsl::Bound*>& seen) {
  if (std::find(kChoosing.begin(), kChoosing.end(), bound.kind) != kChoosing.end()) {
    return true;
  }
  if (bound.rule != nullptr && seen.insert(bound.rule.get()).second && chooses(*bound.rule, seen)) {
    return true;
  }
  return std::any_of(bound.operands.begin(), bound.operands.end(),
                     [&seen](const dsl::Bound& operand) { return chooses(operand, seen); });
}

}  // namespace

bool chooses_people(const dsl::Bound& bound) {
  std::unordered_set<const dsl::Bound*> seen;
  return chooses(bound, seen);
}

}  // namespace tagline::server
