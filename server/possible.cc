// What a did(...) measures is one number of a user: of these series, in this window. Each literal
// leaves that number some values. Numbers of wider windows and more keys are no smaller, and
// streak <= days <= count; so a number whose smallest value is above the largest of one that is
// never smaller cannot be.
#include "server/possible.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace tagline::server {
namespace {

using dsl::Bound;
using dsl::BoundKind;
using dsl::Interval;
using dsl::Measure;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

using Values = std::vector<Interval>;  // ascending, none touches the next

struct Quantity {
  dsl::BoundEvent event;
  engine::DayWindow window;
  Measure measure = Measure::Count;
  Values values;  ///< that it may have
};

[[nodiscard]] Values meet(const Values& a, const Values& b) {
  Values met;
  for (const Interval& one : a) {
    for (const Interval& other : b) {
      const Interval both{std::max(one.low, other.low), std::min(one.high, other.high)};
      if (both.low <= both.high) {
        met.push_back(both);
      }
    }
  }
  return met;
}

[[nodiscard]] Values rest(const Values& values) {
  Values outside;
  std::int64_t next = kLeast;
  for (const Interval& taken : values) {
    if (taken.low > next) {
      outside.push_back({next, taken.low - 1});
    }
    if (taken.high == kMost) {
      return outside;
    }
    next = taken.high + 1;
  }
  outside.push_back({next, kMost});
  return outside;
}

/// How large measures are among themselves; sums are beside them.
[[nodiscard]] int rank(Measure measure) {
  switch (measure) {
    case Measure::Streak:
      return 0;
    case Measure::Days:
      return 1;
    case Measure::Count:
    case Measure::Sum:
      break;
  }
  return 2;
}

[[nodiscard]] bool is_within(const engine::DayWindow& inner, const engine::DayWindow& outer) {
  return outer.first <= inner.first && inner.last <= outer.last;
}

[[nodiscard]] bool is_within(const dsl::BoundEvent& inner, const dsl::BoundEvent& outer) {
  return inner.event == outer.event && (outer.series == engine::SeriesSet{outer.event} ||
                                        std::includes(outer.series.begin(), outer.series.end(),
                                                      inner.series.begin(), inner.series.end()));
}

class Histories {
 public:
  void add(const Literal& literal) {
    const Bound& clause = *literal.clause;
    if (clause.kind == BoundKind::Sequence) {
      add_sequence(literal);
      return;
    }
    if (clause.kind != BoundKind::Did) {
      return;
    }
    const dsl::BoundEvent& event = clause.steps.front();
    if (literal.holds) {
      narrow(event, clause.window, Measure::Count, {{1, kMost}});
      for (const dsl::MeasureTest& test : clause.measures) {
        narrow(event, clause.window, test.measure, test.intervals);
      }
    } else if (clause.measures.empty()) {
      narrow(event, clause.window, Measure::Count, {{0, 0}});
    } else if (clause.measures.size() == 1 && clause.measures.front().measure != Measure::Sum) {
      // Nobody who did nothing passes, so nothing done is among what is left.
      const Values passing = meet(clause.measures.front().intervals, {{1, kMost}});
      narrow(event, clause.window, clause.measures.front().measure, rest(passing));
    } else if (clause.measures.size() == 1) {
      failed_sums_.push_back(&clause);
    }
  }

  [[nodiscard]] bool can_be() {
    for (const Bound* clause : failed_sums_) {
      // A sum fails by its value where something was done for certain.
      const dsl::BoundEvent& event = clause->steps.front();
      const Values& times = of(event, clause->window, Measure::Count).values;
      if (!times.empty() && times.front().low > 0) {
        narrow(event, clause->window, Measure::Sum, rest(clause->measures.front().intervals));
      }
    }
    const auto is_empty = [](const Quantity& one) { return one.values.empty(); };
    if (std::any_of(all_.begin(), all_.end(), is_empty)) {
      return false;
    }
    for (const Quantity& small : all_) {
      for (const Quantity& large : all_) {
        if (contradict(small, large)) {
          return false;
        }
      }
    }
    return true;
  }

 private:
  /// A sequence of n equal steps takes n events.
  void add_sequence(const Literal& literal) {
    if (!literal.holds) {
      return;
    }
    const Bound& clause = *literal.clause;
    for (const dsl::BoundEvent& step : clause.steps) {
      const auto times = std::count(clause.steps.begin(), clause.steps.end(), step);
      narrow(step, clause.window, Measure::Count, {{times, kMost}});
    }
  }

  [[nodiscard]] Quantity& of(const dsl::BoundEvent& event, const engine::DayWindow& window,
                             Measure measure) {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Quantity& one) {
      return one.event == event && one.window == window && one.measure == measure;
    });
    if (found != all_.end()) {
      return *found;
    }
    const std::int64_t least = measure == Measure::Sum ? kLeast : 0;
    return all_.emplace_back(Quantity{event, window, measure, {{least, kMost}}});
  }

  void narrow(const dsl::BoundEvent& event, const engine::DayWindow& window, Measure measure,
              const Values& values) {
    Quantity& quantity = of(event, window, measure);
    quantity.values = meet(quantity.values, values);
  }

  /// REQUIRES: both have values.
  [[nodiscard]] static bool contradict(const Quantity& small, const Quantity& large) {
    const bool of_sums = small.measure == Measure::Sum || large.measure == Measure::Sum;
    if (of_sums || !is_within(small.window, large.window) || !is_within(small.event, large.event)) {
      return false;
    }
    const std::int64_t least = small.values.front().low;
    const std::int64_t most = large.values.back().high;
    // Whatever is measured, there is some of it exactly when something was done.
    return (rank(small.measure) <= rank(large.measure) && least > most) || (least > 0 && most == 0);
  }

  std::vector<Quantity> all_;
  std::vector<const Bound*> failed_sums_;
};

/// Everybody who is in the one is in the other, as far as the two show.
[[nodiscard]] bool leads_to(const Bound& a, const Bound& b) {
  const bool ranked = a.kind == BoundKind::Top || a.kind == BoundKind::Bottom;
  if (ranked && a.kind == b.kind && a.field == b.field && a.amount <= b.amount) {
    return std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                      dsl::same_condition);
  }
  return dsl::implies(a, b);
}

}  // namespace

bool possible(const std::vector<Literal>& literals) {
  Histories histories;
  for (const Literal& literal : literals) {
    histories.add(literal);
  }
  if (!histories.can_be()) {
    return false;
  }
  return std::none_of(literals.begin(), literals.end(), [&](const Literal& one) {
    return one.holds && std::any_of(literals.begin(), literals.end(), [&](const Literal& other) {
             return !other.holds && leads_to(*one.clause, *other.clause);
           });
  });
}

}  // namespace tagline::server
