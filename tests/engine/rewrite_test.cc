// Each pass does what its law says, seen by plan equality (equal nodes have equal ids). That no
// pass ever changes the meaning is property_test.cc's.
#include "engine/rewrite.h"

#include "engine/memory_source.h"
#include "engine/rewrite_passes.h"

#include <array>
#include <initializer_list>
#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

class Rewrite : public testing::Test {
 protected:
  using Ids = std::initializer_list<NodeId>;
  NodeId all(Ids ids) { return plan.all_of(std::vector<NodeId>(ids)); }
  NodeId any(Ids ids) { return plan.any_of(std::vector<NodeId>(ids)); }
  NodeId without(NodeId from, Ids ids) { return plan.difference(from, std::vector<NodeId>(ids)); }
  NodeId least(std::int64_t k, Ids ids) { return plan.at_least(k, std::vector<NodeId>(ids)); }
  NodeId negated(NodeId id) { return plan.negate(id); }

  NodeId by(Pass pass, NodeId root, const Source* source = nullptr) {
    RewriteOptions only;
    only.enabled.fill(false);
    only.enabled[static_cast<std::size_t>(pass)] = true;
    return rewrite(plan, root, source, only).root;
  }
  void same(NodeId got, NodeId expected) {
    EXPECT_EQ(got, expected) << "got:\n"
                             << print(plan, got) << "expected:\n"
                             << print(plan, expected);
  }

  Plan plan;
  NodeId a = plan.row({1, 1});
  NodeId b = plan.row({1, 2});
  NodeId c = plan.row({1, 3});
  NodeId d = plan.row({1, 4});
  NodeId none = plan.nothing();
  NodeId every = plan.everyone();
};

// rewrite() leaves these passes out of such plans.
TEST_F(Rewrite, OnlyTheOrderOfDifferentRowsCanChange) {
  const NodeId population = plan.row(kPopulationRow);
  for (const NodeId root : {all({a, b}), any({a, b}), all({d, b, c, a}), any({d, b, c, a}),
                            all({population, a}), any({a, population})}) {
    for (NodeId (*pass)(Plan&, NodeId, const Budget*) :
         {flatten, fold, absorb, merge_ranges, factor, push_not}) {
      same(pass(plan, root, nullptr), root);
    }
  }
  const std::size_t size = plan.size();
  EXPECT_EQ(rewrite(plan, any({a, b, c, d}), nullptr).runs.size(), 2U);
  EXPECT_EQ(plan.size(), size + 1);
  same(rewrite(plan, all({a, b, a}), nullptr).root, all({a, b}));
  same(rewrite(plan, any({a, none, b}), nullptr).root, any({a, b}));
}

TEST_F(Rewrite, WhatIsTakenAwayNeedNotBeThere) {
  same(by(Pass::Absorb, without(any({a, b, c}), {b, d})), without(any({a, c}), {b, d}));
  same(by(Pass::Absorb, without(all({any({a, b}), c}), {b})), without(all({a, c}), {b}));
  const auto did = [this](Day first, Day last, FieldId series = 7) {
    Node node;
    node.op = Op::Did;
    node.steps = {{series}};
    node.window = {first, last};
    return plan.add(std::move(node));
  };
  same(by(Pass::Absorb, without(did(1, 30), {did(24, 30)})), without(did(1, 23), {did(24, 30)}));
  same(by(Pass::Absorb, without(did(1, 30), {did(-5, 3)})), without(did(4, 30), {did(-5, 3)}));
  same(by(Pass::Absorb, without(all({a, did(1, 30)}), {did(30, 40)})),
       without(all({a, did(1, 29)}), {did(30, 40)}));
  // Days in the middle, and another event's.
  for (const NodeId other : {did(5, 9), did(24, 30, 8), did(31, 40)}) {
    same(by(Pass::Absorb, without(did(1, 30), {other})), without(did(1, 30), {other}));
  }
  same(by(Pass::Absorb, without(did(5, 9), {did(1, 30)})), without(none, {did(1, 30)}));
}

TEST_F(Rewrite, MostValuesOfACategoryAreTheKnownWithoutTheRest) {
  MemorySource source(100);
  source.promise_apart(1, 12);
  std::vector<NodeId> values;
  for (RowId row = 1; row <= 12; ++row) {
    values.push_back(plan.row({1, row}));
  }
  const NodeId known = plan.row({1, kExistsRow});
  const auto or_of = [&](std::size_t first, std::size_t size) {
    return plan.any_of(
        std::vector<NodeId>(values.begin() + static_cast<std::ptrdiff_t>(first),
                            values.begin() + static_cast<std::ptrdiff_t>(first + size)));
  };
  const auto complemented = [&](NodeId root) { return by(Pass::Complement, root, &source); };
  same(complemented(or_of(0, 12)), known);
  same(complemented(or_of(2, 10)), plan.difference(known, std::array{values[0], values[1]}));
  same(complemented(or_of(0, 6)), or_of(0, 6));
  const NodeId other = plan.row({2, 1});
  std::vector<NodeId> mixed(values.begin(), values.begin() + 11);
  mixed.push_back(other);
  same(complemented(plan.any_of(mixed)),
       plan.any_of(std::array{other, plan.difference(known, std::array{values[11]})}));
  same(by(Pass::Complement, or_of(0, 12)), or_of(0, 12));  // no source
  MemorySource unknown(100);
  same(by(Pass::Complement, or_of(0, 12), &unknown), or_of(0, 12));
}

TEST_F(Rewrite, Flatten) {
  same(by(Pass::Flatten, all({a, all({b, all({c, d})})})), all({a, b, c, d}));
  same(by(Pass::Flatten, any({any({a, b}), any({c, d})})), any({a, b, c, d}));
  same(by(Pass::Flatten, all({a, any({b, all({c, d})})})), all({a, any({b, all({c, d})})}));
  same(by(Pass::Flatten, negated(negated(a))), a);
  same(by(Pass::Flatten, all({a, negated(negated(all({b, c})))})), all({a, b, c}));
  same(by(Pass::Flatten, without(without(a, {b}), {c, d})), without(a, {b, c, d}));
}

TEST_F(Rewrite, FoldAndOrNot) {
  same(by(Pass::Fold, all({a, none})), none);
  same(by(Pass::Fold, all({a, every})), a);
  same(by(Pass::Fold, all({every, every})), every);
  same(by(Pass::Fold, any({a, every})), every);
  same(by(Pass::Fold, any({a, none})), a);
  same(by(Pass::Fold, negated(none)), every);
  same(by(Pass::Fold, negated(every)), none);
  same(by(Pass::Fold, all({a, negated(any({none, none}))})), a);
}

TEST_F(Rewrite, FoldDifferenceAndThreshold) {
  same(by(Pass::Fold, without(a, {none})), a);
  same(by(Pass::Fold, without(a, {b, every})), none);
  same(by(Pass::Fold, without(none, {a})), none);
  same(by(Pass::Fold, least(0, {a})), every);
  same(by(Pass::Fold, least(-3, {a})), every);
  same(by(Pass::Fold, least(kMin, {a, every})), every);
  same(by(Pass::Fold, least(4, {a, b, c})), none);
  same(by(Pass::Fold, least(kMax, {a, b, c})), none);
  same(by(Pass::Fold, least(1, {a, b})), any({a, b}));
  same(by(Pass::Fold, least(2, {a, b})), all({a, b}));
  same(by(Pass::Fold, least(2, {a, every, b, c})), any({a, b, c}));
  same(by(Pass::Fold, least(2, {a, none, b, c})), least(2, {a, b, c}));
}

TEST_F(Rewrite, FoldRange) {
  same(by(Pass::Fold, plan.range(5, 3, 2)), none);
  same(by(Pass::Fold, plan.range(5, kMin, kMax)), plan.row({5, kExistsRow}));
  same(by(Pass::Fold, plan.range(5, kMin + 1, kMax)), plan.row({5, kExistsRow}));
  same(by(Pass::Fold, plan.range(5, kMin, kMax - 1)), plan.range(5, kMin, kMax - 1));
}

TEST_F(Rewrite, Absorb) {
  same(by(Pass::Absorb, all({a, b, a})), all({a, b}));
  same(by(Pass::Absorb, any({a, a})), a);
  same(by(Pass::Absorb, all({a, negated(a)})), none);
  same(by(Pass::Absorb, any({a, negated(a)})), every);
  same(by(Pass::Absorb, all({a, any({a, b})})), a);
  same(by(Pass::Absorb, any({a, all({a, b})})), a);
  same(by(Pass::Absorb, any({a, without(a, {b})})), a);
  same(by(Pass::Absorb, all({a, without(b, {a})})), none);
  same(by(Pass::Absorb, without(a, {a, b})), none);
  same(by(Pass::Absorb, without(all({a, b}), {b})), none);
  same(by(Pass::Absorb, without(a, {b, b})), without(a, {b}));
}

TEST_F(Rewrite, MergeRanges) {
  const auto range = [&](std::int64_t low, std::int64_t high) { return plan.range(5, low, high); };
  const NodeId has = plan.row({5, kExistsRow});
  same(by(Pass::MergeRanges, all({range(1, 9), a, range(5, 20)})), all({range(5, 9), a}));
  same(by(Pass::MergeRanges, all({range(1, 4), range(5, 20)})), none);
  same(by(Pass::MergeRanges, any({range(1, 4), range(5, 20)})), range(1, 20));
  same(by(Pass::MergeRanges, any({range(1, 4), range(6, 20), a})),
       any({range(1, 4), range(6, 20), a}));
  same(by(Pass::MergeRanges, any({range(6, kMax), range(kMin, 5)})), range(kMin, kMax));
  same(by(Pass::MergeRanges, any({range(7, kMax), range(9, kMax)})), range(7, kMax));
  same(by(Pass::MergeRanges, any({range(4, 1), range(2, 3)})), range(2, 3));
  same(by(Pass::MergeRanges, all({range(1, 9), has})), range(1, 9));
  same(by(Pass::MergeRanges, any({range(1, 9), has})), has);
  same(by(Pass::MergeRanges, all({range(1, 9), plan.range(6, 1, 2)})),
       all({range(1, 9), plan.range(6, 1, 2)}));
  // Row 0 of a field that has no range here may be a flag.
  same(by(Pass::MergeRanges, all({range(1, 9), plan.row({7, 0})})),
       all({range(1, 9), plan.row({7, 0})}));
  // Who has no number is in neither a range nor what is beside it.
  same(by(Pass::MergeRanges, all({range(1, 9), negated(range(5, 20))})),
       all({range(1, 9), negated(range(5, 20))}));
}

TEST_F(Rewrite, Factor) {
  same(by(Pass::Factor, any({all({a, b}), all({a, c})})), all({a, any({b, c})}));
  same(by(Pass::Factor, any({all({a, b}), d, all({c, a})})), any({d, all({a, any({b, c})})}));
  same(by(Pass::Factor, any({all({a, b, c}), all({c, b, d})})), all({b, c, any({a, d})}));
  same(by(Pass::Factor, any({all({a, b}), all({c, d})})), any({all({a, b}), all({c, d})}));
}

TEST_F(Rewrite, PushNot) {
  same(by(Pass::PushNot, all({a, negated(b)})), without(a, {b}));
  same(by(Pass::PushNot, all({a, negated(any({b, c}))})), without(a, {b, c}));
  same(by(Pass::PushNot, all({negated(a), negated(b)})), negated(any({a, b})));
  same(by(Pass::PushNot, all({a, without(b, {c})})), without(all({a, b}), {c}));
  same(by(Pass::PushNot, without(a, {negated(b)})), all({a, b}));
  same(by(Pass::PushNot, without(a, {any({b, c})})), without(a, {b, c}));
  same(by(Pass::PushNot, without(every, {a, b})), negated(any({a, b})));
  same(by(Pass::PushNot, any({negated(a), negated(b)})), negated(all({a, b})));
}

TEST_F(Rewrite, OrderPutsFewestFirst) {
  MemorySource source(100);
  source.set_row({1, 1}, Bitmap::range(0, 50));
  source.set_row({1, 2}, Bitmap::range(0, 5));
  source.set_row({1, 3}, Bitmap::range(0, 20));
  same(by(Pass::Order, all({a, b, c}), &source), all({b, c, a}));
  same(by(Pass::Order, all({any({a, c}), b}), &source), all({b, any({a, c})}));
  same(by(Pass::Order, all({negated(b), a}), &source), all({a, negated(b)}));
  same(by(Pass::Order, any({a, b}), &source), any({a, b}));
  same(by(Pass::Order, all({a, b, c}), nullptr), all({a, b, c}));
}

TEST_F(Rewrite, PassesWorkTogether) {
  // (a AND b) OR (a AND NOT NOT c), without what is in a or d: nobody.
  const NodeId root =
      all({any({all({a, b}), all({a, negated(negated(c))})}), negated(any({a, d}))});
  const Rewritten result = rewrite(plan, root, nullptr);
  same(result.root, none);
  EXPECT_GE(result.runs.size(), kPassCount);
  EXPECT_EQ(result.runs.front().pass, Pass::Flatten);
  EXPECT_TRUE(result.runs.front().changed);
}

TEST_F(Rewrite, EveryPassHasAName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kPassCount; ++i) {
    names.insert(name_of(static_cast<Pass>(i)));
  }
  EXPECT_EQ(names.size(), kPassCount);
  EXPECT_FALSE(names.contains(""));
}

TEST_F(Rewrite, ABudgetThatRunsOutLeavesThePlanAsFarAsItCame) {
  const NodeId root = all({a, all({b, negated(negated(c))})});
  Budget budget;
  EXPECT_NE(rewrite(plan, root, nullptr, {}, &budget).root, root);
  budget.cancelled = true;
  const Rewritten stopped = rewrite(plan, root, nullptr, {}, &budget);
  EXPECT_EQ(stopped.root, root);
  EXPECT_TRUE(stopped.runs.empty());
}

// What people and programs may send: neither the stack nor the time may run away.
TEST_F(Rewrite, DeepAndWidePlans) {
  NodeId deep = a;
  for (RowId i = 0; i < 20'000; ++i) {
    const NodeId row = plan.row({2, i});
    deep = i % 2 == 0 ? all({deep, row}) : any({deep, row});
  }
  EXPECT_GT(rewrite(plan, deep, nullptr).root, 0U);
  NodeId chain = a;
  std::vector<NodeId> rows{a};
  for (RowId i = 0; i < 20'000; ++i) {
    rows.push_back(plan.row({3, i}));
    chain = all({chain, rows.back()});
  }
  same(by(Pass::Flatten, chain), plan.all_of(rows));
}

}  // namespace
}  // namespace tagline::engine
