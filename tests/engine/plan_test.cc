#include "engine/plan.h"

#include <array>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

TEST(Plan, EqualNodesAreOneNode) {
  Plan plan;
  const NodeId a = plan.row({1, 1});
  const NodeId b = plan.row({1, 2});
  EXPECT_EQ(plan.row({1, 1}), a);
  EXPECT_NE(a, b);
  EXPECT_EQ(plan.all_of(std::array{a, b}), plan.all_of(std::array{a, b}));
  EXPECT_NE(plan.all_of(std::array{a, b}), plan.all_of(std::array{b, a}));
  EXPECT_NE(plan.all_of(std::array{a, b}), plan.any_of(std::array{a, b}));
  EXPECT_NE(plan.at_least(1, std::array{a, b}), plan.at_least(2, std::array{a, b}));
  EXPECT_NE(plan.range(3, 1, 2), plan.range(3, 1, 3));
  EXPECT_EQ(plan.negate(a), plan.negate(a));
}

TEST(Plan, OfNoneAndOfOne) {
  Plan plan;
  const NodeId a = plan.row({1, 1});
  EXPECT_EQ(plan.all_of({}), plan.everyone());
  EXPECT_EQ(plan.any_of({}), plan.nothing());
  EXPECT_EQ(plan.all_of(std::array{a}), a);
  EXPECT_EQ(plan.any_of(std::array{a}), a);
}

TEST(Plan, OperandsComeBeforeTheirNode) {
  Plan plan;
  const NodeId a = plan.row({1, 1});
  const NodeId root = plan.difference(a, std::array{plan.negate(a), plan.range(2, 0, 9)});
  for (const NodeId operand : plan.at(root).operands) {
    EXPECT_LT(operand, root);
  }
}

TEST(Plan, PrintsOneNodeALine) {
  Plan plan;
  const NodeId a = plan.row({1, 1});
  const NodeId age = plan.range(2, 25, 34);
  const NodeId root = plan.difference(plan.all_of(std::array{a, age}), std::array{plan.negate(a)});
  EXPECT_EQ(print(plan, root),
            "difference\n"
            "  and\n"
            "    row 1/1\n"
            "    range 2/0 [25, 34]\n"
            "  not\n"
            "    row 1/1\n");
  EXPECT_EQ(print(plan, age, [](RowKey) { return "age"; }), "range age [25, 34]\n");
  EXPECT_EQ(print(plan, plan.at_least(2, std::array{a, plan.everyone(), plan.nothing()})),
            "at_least 2\n  row 1/1\n  everyone\n  nothing\n");
}

// Written out in full, forty doublings would be 2^40 lines.
TEST(Plan, PrintsSharedNodesOnce) {
  Plan plan;
  NodeId node = plan.row({1, 1});
  for (int i = 0; i < 40; ++i) {
    node = plan.any_of(std::array{plan.negate(node), plan.all_of(std::array{node, node})});
  }
  EXPECT_LT(print(plan, node).size(), 20'000U);
  const NodeId shared = plan.negate(plan.row({1, 1}));
  EXPECT_EQ(print(plan, plan.any_of(std::array{shared, shared})),
            "or\n  not #1\n    row 1/1\n  same as #1\n");
}

}  // namespace
}  // namespace tagline::engine
