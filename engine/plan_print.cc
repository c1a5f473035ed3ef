#include "engine/plan.h"

#include <unordered_map>
#include <utility>

namespace tagline::engine {
namespace {

std::string default_name(RowKey key) {
  return std::to_string(key.field) + "/" + std::to_string(key.row);
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
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
    case Op::SampleShare:
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike:
      return "event";
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
