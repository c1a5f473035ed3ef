// The oracle: what a plan means, written as plainly as it can be, over std::set and std::map. It
// shares nothing with the engine but the Plan itself: no bitmaps, no blocks, no rewriting.
#pragma once

#include "engine/plan.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace tagline::engine::test {

struct World {
  std::uint32_t users = 0;
  std::set<std::uint32_t> erased;  ///< indexes that are no known user
  std::map<RowKey, std::set<std::uint32_t>> rows;
  std::map<FieldId, std::map<std::uint32_t, std::int64_t>> numbers;
};

// Plain loops over columns of one byte a user: the oracle runs in debug builds. Users named nowhere
// are all alike, so one of them, the last place of each column, stands for them.
class Oracle {
 public:
  explicit Oracle(const World& world) : world_(world) {
    std::set<std::uint32_t> named = world.erased;
    for (const auto& [key, members] : world.rows) {
      named.insert(members.begin(), members.end());
    }
    for (const auto& [field, values] : world.numbers) {
      for (const auto& [user, value] : values) {
        named.insert(user);
      }
    }
    named_.assign(named.begin(), named.end());
    everyone_.assign(named_.size() + 1, 1);
    for (const std::uint32_t user : world.erased) {
      everyone_[place(user)] = 0;
    }
  }

  /// Every selected user, ascending.
  [[nodiscard]] std::vector<std::uint32_t> select(const Plan& plan, NodeId root) const {
    std::map<NodeId, Column> columns;
    std::set<NodeId> wanted{root};
    for (auto at = wanted.rbegin(); at != wanted.rend(); ++at) {
      wanted.insert(plan.at(*at).operands.begin(), plan.at(*at).operands.end());
    }
    for (const NodeId id : wanted) {
      columns[id] = column(plan.at(id), columns);
    }
    const Column& selected = columns.at(root);
    std::vector<std::uint32_t> users;
    std::size_t at = 0;
    for (std::uint32_t user = 0; user < world_.users; ++user) {
      const bool is_named = at < named_.size() && named_[at] == user;
      if (selected[is_named ? at : named_.size()] != 0) {
        users.push_back(user);
      }
      at += is_named ? 1U : 0U;
    }
    return users;
  }

 private:
  using Column = std::vector<unsigned char>;

  [[nodiscard]] std::size_t place(std::uint32_t user) const {
    return static_cast<std::size_t>(std::lower_bound(named_.begin(), named_.end(), user) -
                                    named_.begin());
  }

  [[nodiscard]] Column column(const Node& node, const std::map<NodeId, Column>& columns) const {
    if (node.op == Op::Row) {
      return row(node.row);
    }
    if (node.op == Op::Range) {
      return range(node);
    }
    // How many of the operands each user is in; all but Difference follow from that.
    std::vector<std::int64_t> hits(everyone_.size());
    for (const NodeId id : node.operands) {
      const Column& operand = columns.at(id);
      for (std::size_t i = 0; i < hits.size(); ++i) {
        hits[i] += operand[i];
      }
    }
    const auto all = static_cast<std::int64_t>(node.operands.size());
    Column users(everyone_.size());
    for (std::size_t i = 0; i < users.size(); ++i) {
      bool in = false;
      switch (node.op) {
        case Op::Everyone:
          in = true;
          break;
        case Op::And:
          in = hits[i] == all;
          break;
        case Op::Or:
          in = hits[i] > 0;
          break;
        case Op::Not:
          in = hits[i] == 0;
          break;
        case Op::Difference:
          in = hits[i] == 1 && columns.at(node.operands.front())[i] != 0;
          break;
        case Op::AtLeast:
          in = hits[i] >= node.low;
          break;
        case Op::Nothing:
        case Op::Row:
        case Op::Range:
          break;
      }
      users[i] = in && everyone_[i] != 0 ? 1 : 0;
    }
    return users;
  }

  [[nodiscard]] Column range(const Node& node) const {
    Column users(everyone_.size());
    if (const auto field = world_.numbers.find(node.row.field); field != world_.numbers.end()) {
      for (const auto& [user, value] : field->second) {
        users[place(user)] = node.low <= value && value <= node.high ? 1 : 0;
      }
    }
    return users;
  }

  [[nodiscard]] Column row(RowKey key) const {
    Column users(everyone_.size());
    if (const auto found = world_.rows.find(key); found != world_.rows.end()) {
      for (const std::uint32_t user : found->second) {
        users[place(user)] = 1;
      }
    }
    // Row 0 of a number: who has one.
    const auto field = world_.numbers.find(key.field);
    if (key.row == kExistsRow && field != world_.numbers.end()) {
      for (const auto& [user, value] : field->second) {
        users[place(user)] = 1;
      }
    }
    return users;
  }

  const World& world_;
  std::vector<std::uint32_t> named_;
  Column everyone_;
};

}  // namespace tagline::engine::test
