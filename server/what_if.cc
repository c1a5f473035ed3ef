// Sets of changes in order of size: every way to pick k facts and a new state for each, k = 1, 2,
// ... until some set turns the outcome. The number of sets grows fast, so the work is counted
// (states tried times leaves of the expression) and bounded; what is beyond is answered from the
// tree, where a false AND needs all its false operands turned, a false OR the cheapest of them, and
// k of n the cheapest that are missing.
#include "server/what_if.h"

#include "server/facts.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::size_t kWaysMax = 5;
constexpr std::uint64_t kWorkMax = 20'000'000;
/// Larger sets are no help to anybody.
constexpr std::size_t kChangesMax = 6;

using Picks = std::vector<std::pair<std::size_t, std::int64_t>>;  // fact, new state

class Search {
 public:
  Search(const Verdict& verdict, const Facts& facts, std::size_t leaves)
      : verdict_(verdict), facts_(facts), step_cost_(leaves + facts.conditions_among() + 1) {
    for (const Fact& fact : facts.all()) {
      states_.push_back(fact.now);
    }
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
      outcomes_.push_back(facts.holds(leaf, states_));
    }
  }

  /// All sets of this size that turn the outcome, at most kWaysMax. False: out of work.
  [[nodiscard]] bool try_size(std::size_t size) {
    extend(0, size);
    return work_ <= kWorkMax;
  }
  [[nodiscard]] const std::vector<Picks>& found() const { return found_; }

 private:
  // Recursion is at most kChangesMax deep.
  void extend(std::size_t from, std::size_t left) {
    for (std::size_t fact = from; fact < facts_.all().size(); ++fact) {
      for (const std::int64_t state : facts_.all()[fact].others) {
        if (work_ > kWorkMax || found_.size() >= kWaysMax) {
          return;
        }
        set(fact, state);
        picks_.emplace_back(fact, state);
        if (left == 1) {
          work_ += step_cost_;
          if (outcome(verdict_, outcomes_) != verdict_.holds && facts_.can_be(states_)) {
            found_.push_back(picks_);
          }
        } else {
          extend(fact + 1, left - 1);
        }
        picks_.pop_back();
        // The nearest state of a fact that works is the one to show.
        const bool done = left == 1 && !found_.empty() &&
                          found_.back().size() == picks_.size() + 1 &&
                          found_.back().back() == std::pair(fact, state);
        set(fact, facts_.all()[fact].now);
        if (done) {
          break;
        }
      }
    }
  }

  void set(std::size_t fact, std::int64_t state) {
    states_[fact] = state;
    for (const std::size_t leaf : facts_.leaves_of(fact)) {
      outcomes_[leaf] = facts_.holds(leaf, states_);
    }
  }

  const Verdict& verdict_;
  const Facts& facts_;
  const std::uint64_t step_cost_;
  std::vector<std::int64_t> states_;
  std::vector<bool> outcomes_;
  Picks picks_;
  std::vector<Picks> found_;
  std::uint64_t work_ = 0;
};

/// The leaves to turn so that `verdict` turns, as the tree says.
std::vector<const Verdict*> turned_by_tree(const Verdict& verdict) {
  if (verdict.logic == Logic::Leaf) {
    return {&verdict};
  }
  if (verdict.logic == Logic::Not) {
    return turned_by_tree(verdict.operands.front());
  }
  std::vector<std::vector<const Verdict*>> sides;
  std::size_t held = 0;
  for (const Verdict& operand : verdict.operands) {
    held += operand.holds ? 1U : 0U;
    if (operand.holds == verdict.holds) {
      sides.push_back(turned_by_tree(operand));
    }
  }
  std::size_t needed = 1;
  if ((verdict.logic == Logic::All && !verdict.holds) ||
      (verdict.logic == Logic::Any && verdict.holds)) {
    needed = sides.size();
  } else if (verdict.logic == Logic::AtLeast) {
    const auto k = static_cast<std::size_t>(verdict.threshold);
    needed = verdict.holds ? held - k + 1 : k - held;
  }
  std::stable_sort(sides.begin(), sides.end(),
                   [](const auto& a, const auto& b) { return a.size() < b.size(); });
  sides.resize(std::min(sides.size(), needed));
  std::vector<const Verdict*> leaves;
  for (const auto& side : sides) {
    leaves.insert(leaves.end(), side.begin(), side.end());
  }
  return leaves;
}

std::vector<Change> way_of_tree(const Verdict& verdict) {
  std::vector<Change> way;
  const Text yes{"yes", "是"};
  const Text no{"no", "否"};
  for (const Verdict* leaf : turned_by_tree(verdict)) {
    way.push_back({Text{leaf->text, leaf->text}, leaf->holds ? yes : no, leaf->holds ? no : yes});
  }
  return way;
}

}  // namespace

Result<WaysOut> ways_to_turn(const Verdict& verdict, const dsl::Catalogue& catalogue,
                             const storage::Snapshot& snapshot, engine::UserIndex user) {
  const std::vector<const Verdict*> leaves = leaves_of(verdict);
  TAGLINE_ASSIGN_OR_RETURN(const Facts facts, Facts::of(leaves, catalogue, snapshot, user));
  Search search(verdict, facts, leaves.size());
  WaysOut out;
  const std::size_t largest = std::min(kChangesMax, facts.all().size());
  bool searched = true;
  for (std::size_t size = 1; size <= largest && searched && search.found().empty(); ++size) {
    searched = search.try_size(size);
  }
  for (const Picks& picks : search.found()) {
    std::vector<Change>& way = out.ways.emplace_back();
    for (const auto& [fact, state] : picks) {
      way.push_back(facts.change(fact, state));
    }
  }
  if (out.ways.empty() && (!searched || facts.all().size() > kChangesMax)) {
    out.ways.push_back(way_of_tree(verdict));
    out.smallest = false;  // and nobody asked whether its changes go together
  }
  return out;
}

}  // namespace tagline::server
