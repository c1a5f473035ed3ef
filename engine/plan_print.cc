#include "engine/lookalike.h"
#include "engine/plan.h"

#include <limits>
#include <unordered_map>
#include <utility>

namespace tagline::engine {
namespace {

std::string default_name(RowKey key) {
  return std::to_string(key.field) + "/" + std::to_string(key.row);
}

// A series is called what its first day's row of present users would be: names tell fields apart.
std::string series_text(const SeriesSet& series, const RowName& name) {
  std::string text;
  for (const FieldId field : series) {
    text += (text.empty() ? "" : ", ") + name({field, kPresentPart});
  }
  return series.size() == 1 ? text : "(" + text + ")";
}

std::string window_text(DayWindow window) {
  return " " + iso_date(window.first) + ".." + iso_date(window.last);
}

std::string bound(std::int64_t value) {
  if (value == std::numeric_limits<std::int64_t>::min()) {
    return "min";
  }
  return value == std::numeric_limits<std::int64_t>::max() ? "max" : std::to_string(value);
}

std::string bounds(const Node& node) {
  std::string text;
  for (const Interval& interval : node.intervals) {
    text += (text.empty() ? " in [" : " or [") + bound(interval.low) + ", " + bound(interval.high) +
            "]";
  }
  return text.empty() ? " in nothing" : text;
}

std::string gap_text(DayGap gap) {
  const std::string in_months = std::to_string(gap.months) + "mo";
  const std::string in_days = std::to_string(gap.days) + "d";
  if (gap.months == 0) {
    return in_days;
  }
  return gap.days == 0 ? in_months : in_months + "+" + in_days;
}

std::string sequence_text(const Node& node, const RowName& name) {
  std::string text;
  for (const SeriesSet& step : node.steps) {
    text += (text.empty() ? "sequence " : " then ") + series_text(step, name);
  }
  if (node.gap_max.has_value() || node.gap_min != DayGap{}) {
    text += " within " + gap_text(node.gap_min) + ".." +
            (node.gap_max.has_value() ? gap_text(*node.gap_max) : "any");
  }
  return text + window_text(node.window);
}

std::string headline(const Node& node, const RowName& name) {
  switch (node.op) {
    case Op::Nothing:
      return "nothing";
    case Op::Everyone:
      return "everyone";
    case Op::Row:
      return "row " + name(node.row);
    case Op::Range:
      return "range " + name(node.row) + " [" + std::to_string(node.low) + ", " +
             std::to_string(node.high) + "]";
    case Op::And:
      return "and";
    case Op::Or:
      return "or";
    case Op::Not:
      return "not";
    case Op::Difference:
      return "difference";
    case Op::AtLeast:
      return "at_least " + std::to_string(node.low);
    case Op::Did:
      return "did " + series_text(node.steps.front(), name) + window_text(node.window);
    case Op::EventDays:
      return "did " + series_text(node.steps.front(), name) + " days" + bounds(node) +
             window_text(node.window);
    case Op::EventCount:
      return "did " + series_text(node.steps.front(), name) + " count" + bounds(node) +
             window_text(node.window);
    case Op::EventSum:
      return "did " + series_text(node.steps.front(), name) + " sum" + bounds(node) +
             window_text(node.window);
    case Op::Streak:
      return "did " + series_text(node.steps.front(), name) +
             " streak >= " + std::to_string(node.low) + window_text(node.window);
    case Op::Sequence:
      return sequence_text(node, name);
    case Op::SampleShare:
      return "sample hash < " + std::to_string(node.share) + " of 2^64, seed " +
             std::to_string(node.seed);
    case Op::Top:
      return "top " + std::to_string(node.low) + " by " + name(node.row);
    case Op::Bottom:
      return "bottom " + std::to_string(node.low) + " by " + name(node.row);
    case Op::SampleSize:
      return "sample " + std::to_string(node.low) + ", seed " + std::to_string(node.seed);
    case Op::Lookalike:
      return "lookalike " + std::to_string(node.low) + " by " + std::string(kLookalikeMethod) +
             " of " + std::to_string(node.features.size()) + " features";
  }
  return {};
}

// How often each node below `root` is an operand. Every node is visited once, however often it is
// shared.
std::unordered_map<NodeId, std::size_t> uses_below(const Plan& plan, NodeId root) {
  std::unordered_map<NodeId, std::size_t> uses{{root, 1}};
  std::vector<NodeId> open{root};
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    for (const NodeId operand : plan.at(id).operands) {
      if (++uses[operand] == 1) {
        open.push_back(operand);
      }
    }
  }
  return uses;
}

}  // namespace

// A node with operands that is used twice is printed once as "and #1" and then referred to as "same
// as #1": printed out in full, a plan of shared nodes could be exponentially long.
std::string print(const Plan& plan, NodeId root, const RowName& name) {
  const RowName name_or_default = name ? name : RowName(default_name);
  const auto uses = uses_below(plan, root);
  std::unordered_map<NodeId, std::size_t> labels;
  std::string text;
  std::vector<std::pair<NodeId, std::size_t>> open{{root, 0}};
  while (!open.empty()) {
    const auto [id, depth] = open.back();
    open.pop_back();
    const Node& node = plan.at(id);
    text.append(depth * 2, ' ');
    if (const auto label = labels.find(id); label != labels.end()) {
      text += "same as #" + std::to_string(label->second) + "\n";
      continue;
    }
    text += headline(node, name_or_default);
    if (!node.operands.empty() && uses.at(id) > 1) {
      const std::size_t label = labels.size() + 1;
      labels.emplace(id, label);
      text += " #" + std::to_string(label);
    }
    text += "\n";
    for (auto operand = node.operands.rbegin(); operand != node.operands.rend(); ++operand) {
      open.emplace_back(*operand, depth + 1);
    }
  }
  return text;
}

}  // namespace tagline::engine
