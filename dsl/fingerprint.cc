// A Merkle tree: the digest of a node is that of its own parts and the digests of its operands,
// sorted where their order does not matter. The walk keeps its own stack.
#include "dsl/fingerprint.h"

#include "dsl/fingerprint_hash.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tagline::dsl {
namespace {

/// How a node joins its operands; what And and Or also are written as is one of them.
[[nodiscard]] BoundKind joint_of(const Bound& bound) {
  if (bound.kind == BoundKind::AtLeast && bound.threshold == 1) {
    return BoundKind::Or;
  }
  if (bound.kind == BoundKind::AtLeast &&
      bound.threshold == static_cast<std::int64_t>(bound.operands.size())) {
    return BoundKind::And;
  }
  return bound.kind;
}

/// What a node stands for, without the wrappers that do not change it: @name, and two NOTs.
[[nodiscard]] const Bound& meaning(const Bound& bound) {
  const Bound* at = &bound;
  const auto past_segments = [](const Bound* node) {
    while (node->kind == BoundKind::Segment && node->rule != nullptr) {
      node = node->rule.get();
    }
    return node;
  };
  for (;;) {
    at = past_segments(at);
    if (at->kind != BoundKind::Not || at->operands.size() != 1) {
      return *at;
    }
    const Bound* inner = past_segments(&at->operands.front());
    if (inner->kind != BoundKind::Not || inner->operands.size() != 1) {
      return *at;
    }
    at = &inner->operands.front();
  }
}

/// The operands of a node; those of And in And and of Or in Or stand beside each other. Segments
/// share their rules, and a rule that names another twice would double at every step: in a group
/// that joins, what has been seen adds nothing.
[[nodiscard]] std::vector<const Bound*> operands_of(const Bound& bound) {
  const BoundKind joint = joint_of(bound);
  const bool is_flat = joint == BoundKind::And || joint == BoundKind::Or;
  std::vector<const Bound*> found;
  std::vector<const Bound*> pending;
  std::unordered_set<const Bound*> seen;
  const auto push = [&pending](const Bound& group) {
    for (auto operand = group.operands.rbegin(); operand != group.operands.rend(); ++operand) {
      pending.push_back(&meaning(*operand));
    }
  };
  push(bound);
  while (!pending.empty()) {
    const Bound* next = pending.back();
    pending.pop_back();
    if (is_flat && !seen.insert(next).second) {
      continue;
    }
    if (is_flat && joint_of(*next) == joint) {
      push(*next);
    } else {
      found.push_back(next);
    }
  }
  return found;
}

void add_intervals(FingerprintHash& hash, const std::vector<Interval>& intervals) {
  hash.number(std::uint64_t{intervals.size()});
  for (const Interval& interval : intervals) {
    hash.number(interval.low);
    hash.number(interval.high);
  }
}

void add_rows(FingerprintHash& hash, engine::FieldId field,
              const std::vector<engine::RowId>& rows) {
  hash.number(std::uint64_t{field});
  hash.number(std::uint64_t{rows.size()});
  for (const engine::RowId row : rows) {
    hash.number(std::uint64_t{row});
  }
}

void add_steps(FingerprintHash& hash, const Bound& bound) {
  hash.number(std::uint64_t{bound.steps.size()});
  for (const BoundEvent& step : bound.steps) {
    add_rows(hash, step.event, step.series);
  }
  // Without `in:` the window is all days, which may also be written.
  hash.number(std::int64_t{bound.window.first});
  hash.number(std::int64_t{bound.window.last});
}

void add_gap(FingerprintHash& hash, const engine::DayGap& gap) {
  hash.number(std::int64_t{gap.months});
  hash.number(std::int64_t{gap.days});
}

/// `count >= 1` holds for everybody who did it at all.
[[nodiscard]] bool is_idle(const MeasureTest& test) {
  return test.measure != Measure::Sum && test.intervals.size() == 1 &&
         test.intervals.front().low <= 1 && test.intervals.front().high == kNumberMax;
}

void add_measures(FingerprintHash& hash, std::vector<MeasureTest> measures) {
  measures.erase(std::remove_if(measures.begin(), measures.end(), is_idle), measures.end());
  std::stable_sort(
      measures.begin(), measures.end(),
      [](const MeasureTest& a, const MeasureTest& b) { return a.measure < b.measure; });
  hash.number(std::uint64_t{measures.size()});
  for (const MeasureTest& test : measures) {
    hash.number(std::uint64_t{static_cast<std::uint8_t>(test.measure)});
    add_intervals(hash, test.intervals);
  }
}

/// A number that may be anything, and one that is none of nothing: people who have a value.
[[nodiscard]] bool is_existence(const Bound& bound) {
  if (bound.kind != BoundKind::Numbers) {
    return false;
  }
  return bound.differs ? bound.intervals.empty()
                       : bound.intervals == std::vector{Interval{kNumberMin, kNumberMax}};
}

/// Everything a node says besides its operands.
void add_own(FingerprintHash& hash, const Bound& bound) {
  const bool exists = is_existence(bound);
  const BoundKind kind = exists ? BoundKind::Rows : joint_of(bound);
  hash.number(std::uint64_t{static_cast<std::uint8_t>(kind)});
  switch (kind) {
    case BoundKind::Nothing:
    case BoundKind::Everyone:
    case BoundKind::And:
    case BoundKind::Or:
    case BoundKind::Not:
      return;
    case BoundKind::Rows:
      hash.number(std::uint64_t{!exists && bound.differs});
      add_rows(hash, bound.field, exists ? std::vector{engine::kExistsRow} : bound.rows);
      return;
    case BoundKind::Numbers:
      hash.number(std::uint64_t{bound.differs});
      hash.number(std::uint64_t{bound.field});
      add_intervals(hash, bound.intervals);
      return;
    case BoundKind::AtLeast:
      hash.number(bound.threshold);
      return;
    case BoundKind::Did:
      add_steps(hash, bound);
      add_measures(hash, bound.measures);
      return;
    case BoundKind::Sequence:
      add_steps(hash, bound);
      add_gap(hash, bound.gap_min);
      hash.number(std::uint64_t{bound.gap_max.has_value()});
      add_gap(hash, bound.gap_max.value_or(engine::DayGap{}));
      return;
    case BoundKind::Top:
    case BoundKind::Bottom:
      hash.number(std::uint64_t{bound.field});
      hash.number(bound.amount);
      return;
    case BoundKind::SampleShare:
      hash.number(bound.share);
      hash.text(bound.seed);
      return;
    case BoundKind::SampleSize:
      hash.number(bound.amount);
      hash.text(bound.seed);
      return;
    case BoundKind::Lookalike:
      hash.number(bound.amount);
      hash.number(std::uint64_t{bound.features.size()});
      for (const engine::RowKey& feature : bound.features) {
        hash.number(std::uint64_t{feature.field});
        hash.number(std::uint64_t{feature.row});
      }
      return;
    case BoundKind::List:
      hash.number(std::uint64_t{bound.field});
      return;
    case BoundKind::Segment:  // seen through, unless nothing was bound to it
    case BoundKind::Foreign:
      hash.text(bound.text);
      return;
  }
}

[[nodiscard]] Digest digest_of(const Bound& bound, std::vector<Digest> operands) {
  const BoundKind joint = joint_of(bound);
  const bool is_group = joint == BoundKind::And || joint == BoundKind::Or;
  if (is_group || joint == BoundKind::AtLeast) {
    std::sort(operands.begin(), operands.end());
  }
  if (is_group) {
    operands.erase(std::unique(operands.begin(), operands.end()), operands.end());
    if (operands.size() == 1) {
      return operands.front();
    }
  }
  FingerprintHash hash;
  hash.number(std::uint64_t{kFingerprintVersion});
  add_own(hash, bound);
  hash.number(std::uint64_t{operands.size()});
  for (const Digest& operand : operands) {
    hash.digest(operand);
  }
  return std::move(hash).finish();
}

struct Frame {
  const Bound* bound;
  std::vector<const Bound*> operands;
  std::vector<Digest> digests{};
};

[[nodiscard]] Digest digest(const Bound& root) {
  std::unordered_map<const Bound*, Digest> known;  // rules of segments are reached many times
  std::vector<Frame> stack;
  stack.push_back({&meaning(root), operands_of(meaning(root))});
  for (;;) {
    Frame& top = stack.back();
    if (top.digests.size() < top.operands.size()) {
      const Bound* next = top.operands[top.digests.size()];
      if (const auto found = known.find(next); found != known.end()) {
        top.digests.push_back(found->second);
      } else {
        stack.push_back({next, operands_of(*next)});
      }
      continue;
    }
    const Digest done = digest_of(*top.bound, std::move(top.digests));
    known.emplace(top.bound, done);
    stack.pop_back();
    if (stack.empty()) {
      return done;
    }
    stack.back().digests.push_back(done);
  }
}

}  // namespace

std::string fingerprint(const Bound& bound) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kBytes = 16;
  const Digest whole = digest(bound);
  std::string text;
  for (std::size_t i = 0; i < kBytes; ++i) {
    text.push_back(kHex[whole.at(i) >> 4U]);
    text.push_back(kHex[whole.at(i) & 15U]);
  }
  return text;
}

}  // namespace tagline::dsl
