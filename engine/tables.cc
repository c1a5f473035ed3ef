#include "engine/tables.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kFree = std::numeric_limits<std::uint32_t>::max();

std::uint32_t size_of(const auto& list) {
  return static_cast<std::uint32_t>(list.size());
}

// Counts and days are of users who did it, so of one or more.
std::vector<Interval> intervals_of(const Node& node) {
  std::vector<Interval> intervals;
  for (Interval interval : node.intervals) {
    if (node.op != Op::EventSum) {
      interval.low = std::max<std::int64_t>(interval.low, 1);
    }
    if (interval.low <= interval.high) {
      intervals.push_back(interval);
    }
  }
  return intervals;
}

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b
             ? std::numeric_limits<std::uint64_t>::max()
             : a + b;
}

}  // namespace

bool Tables::too_large() const {
  return program_.leaves.size() > kLeavesMax || program_.code.size() > kInstructionsMax ||
         program_.operands.size() > kOperandsMax || program_.weighted.size() > kOperandsMax ||
         program_.days.size() > kOperandsMax;
}

// Where the leaf is, or would be. REQUIRES: some place is free.
std::size_t Tables::place_of(RowKey key) const {
  const std::size_t mask = places_.size() - 1;
  std::size_t at = (std::hash<RowKey>{}(key) >> 32U) & mask;
  while (places_[at] != kFree && program_.leaves[places_[at]] != key) {
    at = (at + 1) & mask;
  }
  return at;
}

void Tables::grow() {
  constexpr std::size_t kFirst = 32;
  places_.assign(std::max(2 * places_.size(), kFirst), kFree);
  for (std::uint32_t id = 0; id < program_.leaves.size(); ++id) {
    places_[place_of(program_.leaves[id])] = id;
  }
}

std::optional<std::uint32_t> Tables::find(RowKey key) const {
  const std::uint32_t id = places_.empty() ? kFree : places_[place_of(key)];
  return id == kFree ? std::nullopt : std::optional(id);
}

std::uint32_t Tables::leaf(RowKey key) {
  if (places_.size() < 2 * (program_.leaves.size() + 1)) {
    grow();
  }
  std::uint32_t& id = places_[place_of(key)];
  if (id == kFree) {
    id = size_of(program_.leaves);
    program_.leaves.push_back(key);
    program_.leaf_is_day.push_back(false);
  }
  return id;
}

std::uint32_t Tables::day_leaf(FieldId series, Day day, std::uint32_t part) {
  const std::uint32_t id = leaf({series, day_row(day, part)});
  program_.leaf_is_day[id] = true;
  return id;
}

Slice Tables::list(const std::vector<std::uint32_t>& leaves) {
  Slice slice;
  slice.begin = size_of(program_.operands);
  program_.operands.insert(program_.operands.end(), leaves.begin(), leaves.end());
  slice.end = size_of(program_.operands);
  return slice;
}

Slice Tables::number_slices(FieldId field) {
  const auto [at, fresh] = number_slices_.try_emplace(field);
  if (fresh) {
    std::vector<std::uint32_t> rows;
    const unsigned bits = std::min(shape_.value_bits(field), kValueBitsMax);
    for (unsigned bit = 0; bit < bits; ++bit) {
      rows.push_back(leaf({field, kFirstBitRow + bit}));
    }
    at->second = list(rows);
    program_.slices_max = std::max(program_.slices_max, at->second.size());
  }
  return at->second;
}

const std::vector<DayRows>& Tables::event_days(FieldId series, DayWindow window) {
  const auto [at, fresh] =
      event_days_.try_emplace({series, {window.first, window.last}}, std::vector<DayRows>());
  if (fresh && window.first <= window.last) {
    at->second = shape_.event_days(series, window);
  }
  return at->second;
}

// A source answers from stored bytes: days and widths are taken only as far as they can be.
Tables::Days Tables::days_of(const SeriesSet& series, DayWindow window) {
  window.first = std::max(window.first, kFirstDay);
  window.last = std::min(window.last, kLastDay);
  Days days;
  for (const FieldId field : series) {
    for (DayRows rows : event_days(field, window)) {
      if (window.first <= rows.day && rows.day <= window.last) {
        rows.extra_bits = std::min(rows.extra_bits, kExtraBitsMax);
        rows.plus_bits = std::min(rows.plus_bits, kAmountBitsMax);
        rows.minus_bits = std::min(rows.minus_bits, kAmountBitsMax);
        days[rows.day].push_back({field, rows});
      }
    }
  }
  return days;
}

Slice Tables::present(Day day, const std::vector<SeriesDay>& all) {
  std::vector<std::uint32_t> leaves;
  for (const SeriesDay& one : all) {
    leaves.push_back(day_leaf(one.series, day, kPresentPart));
  }
  return list(leaves);
}

Slice Tables::did(const Node& node) {
  std::vector<std::uint32_t> leaves;
  for (const auto& [day, all] : days_of(node.steps.front(), node.window)) {
    for (const SeriesDay& one : all) {
      if (too_large()) {
        return {};
      }
      leaves.push_back(day_leaf(one.series, day, kPresentPart));
    }
  }
  return list(leaves);
}

void Tables::add_bits(FieldId series, Day day, std::uint32_t part, unsigned bits, bool negative) {
  for (unsigned bit = 0; bit < bits; ++bit) {
    program_.weighted.push_back(
        {day_leaf(series, day, part + bit), static_cast<std::uint8_t>(bit), negative});
  }
}

// count = present + extra
void Tables::add_counts(const SeriesDay& one) {
  add_bits(one.series, one.rows.day, kPresentPart, 1, false);
  add_bits(one.series, one.rows.day, kExtraPart, one.rows.extra_bits, false);
}

Slice Tables::add_days(const Days& days, bool counted) {
  Slice slice;
  slice.begin = size_of(program_.days);
  for (const auto& [day, all] : days) {
    if (too_large()) {
      break;
    }
    DayGroup group;
    group.day = day;
    group.present = present(day, all);
    group.counted.begin = size_of(program_.weighted);
    if (counted) {
      std::for_each(all.begin(), all.end(), [&](const SeriesDay& one) { add_counts(one); });
    }
    group.counted.end = size_of(program_.weighted);
    program_.days.push_back(group);
  }
  slice.end = size_of(program_.days);
  return slice;
}

// days: a day of one series is its row; one of several counts once. sum = plus - minus.
void Tables::add_terms(const Node& node, const Days& days, TotalTest& test) {
  test.rows.begin = size_of(program_.weighted);
  Days together;
  for (const auto& [day, all] : days) {
    if (too_large()) {
      break;
    }
    if (node.op == Op::EventDays && all.size() > 1) {
      together.emplace(day, all);
      continue;
    }
    for (const SeriesDay& one : all) {
      if (node.op == Op::EventDays) {
        add_bits(one.series, day, kPresentPart, 1, false);
      } else if (node.op == Op::EventCount) {
        add_counts(one);
      } else {
        add_bits(one.series, day, kPlusPart, one.rows.plus_bits, false);
        add_bits(one.series, day, kMinusPart, one.rows.minus_bits, true);
      }
    }
  }
  test.rows.end = size_of(program_.weighted);
  test.days = add_days(together, false);
}

void Tables::check_total(const TotalTest& test) {
  std::uint64_t plus = test.days.size();
  std::uint64_t minus = 0;
  for (std::uint32_t i = test.rows.begin; i < test.rows.end; ++i) {
    const WeightedRow& row = program_.weighted[i];
    std::uint64_t& side = row.negative ? minus : plus;
    side = saturating_sum(side, std::uint64_t{1} << row.bit);
  }
  if (std::max(plus, minus) > kTotalMax) {
    problem_ = Error(ErrorCode::TooLarge,
                     {"the totals of these events could pass 2^63 (in units of the last decimal)",
                      "这些事件的合计可能超过 2^63（以最末一位小数为单位）"},
                     {"ask for fewer days", "请缩短时间范围"});
  }
}

std::optional<Tables::Total> Tables::total(const Node& node) {
  TotalTest test;
  test.intervals = intervals_of(node);
  const Days days = days_of(node.steps.front(), node.window);
  if (test.intervals.empty() || days.empty()) {
    return std::nullopt;
  }
  add_terms(node, days, test);
  check_total(test);
  Total total;
  total.test = size_of(program_.totals);
  total.zero = std::any_of(test.intervals.begin(), test.intervals.end(),
                           [](const Interval& at) { return at.low <= 0 && 0 <= at.high; });
  program_.totals.push_back(std::move(test));
  return total;
}

std::optional<std::uint32_t> Tables::streak(const Node& node) {
  const Days days = days_of(node.steps.front(), node.window);
  StreakTest test;
  test.low = static_cast<std::uint64_t>(node.low);
  if (test.low > days.size()) {
    return std::nullopt;
  }
  test.days = add_days(days, false);
  program_.streaks.push_back(test);
  return size_of(program_.streaks) - 1;
}

void Tables::fill_days(const Node& node, const std::vector<Days>& terms, SequenceTest& test) {
  std::vector<Slice> groups;
  std::set<Day> calendar;
  for (std::size_t term = 0; term < terms.size(); ++term) {
    const auto uses = std::count(test.terms.begin(), test.terms.end(), term);
    groups.push_back(add_days(terms[term], uses > 1));
    test.repeats |= uses > 1;
    for (std::uint32_t i = groups[term].begin; i < groups[term].end; ++i) {
      calendar.insert(program_.days[i].day);
    }
  }
  std::vector<std::uint32_t> next;
  std::transform(groups.begin(), groups.end(), std::back_inserter(next),
                 [](const Slice& slice) { return slice.begin; });
  for (const Day day : calendar) {
    SequenceTest::On on;
    on.day = day;
    on.last_from = std::max(day, after(day, node.gap_min));
    on.last_to = node.gap_max.has_value() ? std::min(node.window.last, after(day, *node.gap_max))
                                          : node.window.last;
    test.gap_min |= on.last_from > day;
    test.gap_max |= node.gap_max.has_value() && on.last_to < *calendar.rbegin();
    test.days.push_back(on);
    for (std::size_t term = 0; term < terms.size(); ++term) {
      const bool has = next[term] < groups[term].end && program_.days[next[term]].day == day;
      test.groups.push_back(has ? next[term]++ : kNoGroup);
    }
  }
}

std::optional<std::uint32_t> Tables::sequence(const Node& node) {
  if (node.steps.empty()) {
    return std::nullopt;
  }
  if (node.steps.size() > kStepsMax) {
    problem_ = Error(ErrorCode::TooLarge,
                     {"a sequence has more than " + std::to_string(kStepsMax) + " steps",
                      "序列超过 " + std::to_string(kStepsMax) + " 步"});
    return std::nullopt;
  }
  SequenceTest test;
  std::vector<SeriesSet> distinct;
  for (const SeriesSet& step : node.steps) {
    const auto found = std::find(distinct.begin(), distinct.end(), step);
    test.terms.push_back(static_cast<std::uint32_t>(found - distinct.begin()));
    if (found == distinct.end()) {
      distinct.push_back(step);
    }
  }
  test.term_count = size_of(distinct);
  std::vector<Days> terms;
  for (const SeriesSet& series : distinct) {
    terms.push_back(days_of(series, node.window));
    if (terms.back().empty()) {
      return std::nullopt;
    }
  }
  fill_days(node, terms, test);
  program_.sequences.push_back(std::move(test));
  return size_of(program_.sequences) - 1;
}

}  // namespace tagline::engine
