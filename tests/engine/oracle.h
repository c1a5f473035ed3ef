// The oracle: what a plan means, written as plainly as it can be, over std::set and std::map. It
// shares nothing with the engine but the Plan itself: no bitmaps, no blocks, no rewriting.
#pragma once

#include "engine/plan.h"
#include "engine/sample.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace tagline::engine::test {

/// What users do on one day of one series, and all their days. Many users share one history, so
/// that a naive answer for large worlds takes no longer than for small ones.
struct Done {
  std::int64_t count = 0;
  std::int64_t amount = 0;
};
using History = std::map<FieldId, std::map<Day, Done>>;

struct World {
  std::uint32_t users = 0;
  std::set<std::uint32_t> erased;  ///< indexes that are no known user
  std::map<RowKey, std::set<std::uint32_t>> rows;
  std::map<FieldId, std::map<std::uint32_t, std::int64_t>> numbers;
  std::vector<History> histories;
  std::map<std::uint32_t, std::size_t> history_of;  ///< of users who did anything
  bool all_named = false;  ///< no two users are taken to be alike: samples tell them apart
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
    for (const auto& [user, history] : world.history_of) {
      named.insert(user);
    }
    for (std::uint32_t user = 0; world.all_named && user < world.users; ++user) {
      named.insert(named.end(), user);
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
    if (node.op >= Op::Did && node.op <= Op::Sequence) {
      return events(node);
    }
    if (node.op >= Op::SampleShare) {
      return chosen(node, node.operands.empty() ? everyone_ : columns.at(node.operands.front()));
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
          break;
      }
      users[i] = in && everyone_[i] != 0 ? 1 : 0;
    }
    return users;
  }

  [[nodiscard]] Column events(const Node& node) const {
    std::vector<bool> holds;
    for (const History& history : world_.histories) {
      holds.push_back(holds_for(node, history));
    }
    Column users(everyone_.size());
    for (const auto& [user, history] : world_.history_of) {
      users[place(user)] = holds[history] ? 1 : 0;
    }
    return users;
  }

  // Samples, and the first by number or hash. (tests/engine/lookalike_test.cc has its own oracle.)
  [[nodiscard]] Column chosen(const Node& node, const Column& among) const {
    Column users(everyone_.size());
    std::vector<std::pair<std::uint64_t, std::size_t>> ranked;
    const auto field = world_.numbers.find(node.row.field);
    for (std::size_t i = 0; i < named_.size(); ++i) {
      const std::uint64_t hash = sample_hash(named_[i], node.seed);
      if (among[i] == 0) {
        continue;
      }
      if (node.op == Op::SampleShare) {
        users[i] = hash < node.share || node.share == ~std::uint64_t{0} ? 1 : 0;
      } else if (node.op == Op::SampleSize) {
        ranked.emplace_back(hash, i);
      } else if (field != world_.numbers.end() && field->second.contains(named_[i])) {
        // Order-preserving: the sign bit flipped; for the largest first, all others too.
        const auto bits = static_cast<std::uint64_t>(field->second.at(named_[i]));
        const std::uint64_t key = bits ^ (std::uint64_t{1} << 63U);
        ranked.emplace_back(node.op == Op::Top ? ~key : key, i);
      }
    }
    std::sort(ranked.begin(), ranked.end());
    for (std::size_t i = 0; i < ranked.size() && std::cmp_less(i, node.low); ++i) {
      users[ranked[i].second] = 1;
    }
    return users;
  }

  // The days within the window on which something of a term was done, its series added up.
  static std::map<Day, Done> days_of(const SeriesSet& term, DayWindow window,
                                     const History& history) {
    std::map<Day, Done> days;
    for (const FieldId series : term) {
      const auto found = history.find(series);
      if (found == history.end()) {
        continue;
      }
      for (const auto& [day, done] : found->second) {
        if (window.first <= day && day <= window.last) {
          days[day].count += done.count;
          days[day].amount += done.amount;
        }
      }
    }
    return days;
  }

  static bool holds_for(const Node& node, const History& history) {
    const std::map<Day, Done> days = days_of(node.steps.front(), node.window, history);
    if (days.empty()) {
      return false;
    }
    std::int64_t count = 0;
    std::int64_t sum = 0;
    std::int64_t run = 0;
    std::int64_t longest = 0;
    Day before = 0;
    for (const auto& [day, done] : days) {
      count += done.count;
      sum += done.amount;
      run = run > 0 && day == before + 1 ? run + 1 : 1;
      longest = std::max(longest, run);
      before = day;
    }
    const auto in = [&](std::int64_t value) {
      return std::any_of(node.intervals.begin(), node.intervals.end(),
                         [&](const Interval& at) { return at.low <= value && value <= at.high; });
    };
    if (node.op == Op::EventDays) {
      return in(static_cast<std::int64_t>(days.size()));
    }
    if (node.op == Op::EventCount || node.op == Op::EventSum) {
      return in(node.op == Op::EventCount ? count : sum);
    }
    if (node.op == Op::Sequence) {
      return Sequences(node, history).any();
    }
    return node.op == Op::Did || longest >= node.low;
  }

  // Tries every way to give the steps days.
  class Sequences {
   public:
    Sequences(const Node& node, const History& history) : node_(node) {
      for (const SeriesSet& step : node.steps) {
        left_[step] = days_of(step, node.window, history);
      }
    }
    bool any() { return place(0, node_.window.first, 0); }

   private:
    bool place(std::size_t step, Day from, Day first) {
      if (step == node_.steps.size()) {
        // `from` is the last step's day.
        return from >= after(first, node_.gap_min) &&
               (!node_.gap_max.has_value() || from <= after(first, *node_.gap_max));
      }
      std::map<Day, Done>& days = left_.at(node_.steps[step]);
      for (auto at = days.lower_bound(from); at != days.end(); ++at) {
        if (at->second.count == 0) {
          continue;
        }
        --at->second.count;
        const bool found = place(step + 1, at->first, step == 0 ? at->first : first);
        ++at->second.count;
        if (found) {
          return true;
        }
      }
      return false;
    }

    const Node& node_;
    std::map<SeriesSet, std::map<Day, Done>> left_;
  };

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
