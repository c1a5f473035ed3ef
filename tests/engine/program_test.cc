#include "engine/program.h"

#include "engine/execute.h"
#include "engine/memory_source.h"

#include <array>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

const Shape kSevenBits{[](FieldId) { return 7U; },
                       [](FieldId, DayWindow) { return std::vector<DayRows>(); }};

std::string text(const Plan& plan, NodeId root) {
  return print(compile(plan, root, kSevenBits).value());
}

TEST(Program, AConjunctionOfRowsIsOneInstruction) {
  Plan plan;
  const NodeId a = plan.row({1, 1});
  const NodeId b = plan.row({1, 2});
  const NodeId c = plan.row({1, 3});
  EXPECT_EQ(text(plan, plan.difference(plan.all_of(std::array{a, b}), std::array{c})),
            "0  all_of r0 {1/1, 1/2} without {1/3}\n");
  EXPECT_EQ(text(plan, plan.all_of(std::array{a, plan.negate(b)})),
            "0  all_of r0 {1/1} without {1/2}\n");
  EXPECT_EQ(text(plan, plan.negate(plan.any_of(std::array{a, b}))),
            "0  any_of r0 {1/1, 1/2}\n"
            "1  complement r0 r0\n");
}

TEST(Program, NestedPartsRunForThoseStillInQuestion) {
  Plan plan;
  const NodeId a = plan.row({1, 1});
  const std::array either{plan.row({1, 2}), plan.row({1, 3})};
  EXPECT_EQ(text(plan, plan.all_of(std::array{a, plan.range(2, 25, 34), plan.any_of(either)})),
            "0  all_of r0 {1/1}\n"
            "1  skip_if_empty r0 to 6\n"
            "2  range r0 and 2/0 [25, 34]\n"
            "3  skip_if_empty r0 to 6\n"
            "4  any_of r1 {1/2, 1/3} for r0\n"
            "5  intersect r0 r1\n");
}

TEST(Program, ASharedNodeIsComputedOnce) {
  Plan plan;
  const NodeId shared = plan.any_of(std::array{plan.row({1, 1}), plan.row({1, 2})});
  const NodeId root =
      plan.any_of(std::array{plan.all_of(std::array{plan.row({1, 3}), shared}),
                             plan.difference(plan.row({1, 4}), std::array{shared})});
  const Program program = compile(plan, root, kSevenBits).value();
  EXPECT_EQ(program.sections.size(), 2U);
  int computed = 0;
  int runs = 0;
  for (const Instruction& instruction : program.code) {
    computed += instruction.code == Code::AnyOf ? 1 : 0;
    runs += instruction.code == Code::Once ? 1 : 0;
  }
  EXPECT_EQ(computed, 1);
  EXPECT_EQ(runs, 2);
}

TEST(Program, RequiredRowsAndWhatHappensWithout) {
  Plan plan;
  const NodeId a = plan.row({1, 1});
  const NodeId b = plan.row({1, 2});
  const Program both =
      compile(plan, plan.all_of(std::array{a, plan.range(2, 0, 1), plan.negate(b)}), kSevenBits)
          .value();
  EXPECT_EQ(both.required.size(), 2U);
  EXPECT_EQ(both.leaves[both.required[1]], (RowKey{2, kExistsRow}));
  EXPECT_FALSE(both.answers.front().on_nothing);
  EXPECT_FALSE(both.needs_population);
  const Program neither =
      compile(plan, plan.negate(plan.any_of(std::array{a, b})), kSevenBits).value();
  EXPECT_TRUE(neither.required.empty());
  EXPECT_TRUE(neither.answers.front().on_nothing);
  EXPECT_TRUE(neither.needs_population);
}

class Large : public testing::Test {
 protected:
  Large() : source_(200'000) {
    for (RowId row = 0; row < 40; ++row) {
      Bitmap members;
      for (std::uint32_t user = row; user < 200'000; user += 40 + row * 37) {
        members.add(user);
      }
      source_.set_row({1, row}, members);
    }
  }
  NodeId row(RowId row) { return plan_.row({1, row % 40}); }
  std::uint64_t counted(NodeId root, bool rewrite) {
    ExecuteOptions options;
    options.rewrite = rewrite;
    const Result<std::uint64_t> users = count(plan_, root, source_, options);
    EXPECT_TRUE(users.has_value());
    return users.value_or(0);
  }

  Plan plan_;
  MemorySource source_;
};

TEST_F(Large, ThousandTerms) {
  std::vector<NodeId> any;
  for (RowId i = 0; i < 1000; ++i) {
    any.push_back(plan_.difference(row(i), std::array{row(i * 7 + 1), plan_.row({9, i})}));
  }
  const NodeId root = plan_.any_of(any);
  EXPECT_EQ(counted(root, true), counted(root, false));
  const NodeId most = plan_.at_least(100, any);
  EXPECT_EQ(counted(most, true), counted(most, false));
}

TEST_F(Large, TwentyThousandRows) {
  std::vector<NodeId> rows;
  for (RowId i = 0; i < 20'000; ++i) {
    rows.push_back(plan_.row({1, i}));
  }
  Bitmap all;
  for (RowId i = 0; i < 40; ++i) {
    all.unite(source_.row({1, i}));
  }
  EXPECT_EQ(counted(plan_.any_of(rows), true), all.cardinality());
}

TEST_F(Large, DeepNesting) {
  NodeId node = row(0);
  for (RowId i = 1; i < 3000; ++i) {
    node = i % 2 == 0 ? plan_.any_of(std::array{row(i), node})
                      : plan_.all_of(std::array{plan_.negate(row(i)), node});
  }
  EXPECT_EQ(counted(node, false), counted(node, true));
}

// Unshared, this would be 3^200 instructions.
TEST_F(Large, DeepSharing) {
  NodeId node = row(0);
  for (RowId i = 1; i < 200; ++i) {
    const NodeId other = plan_.all_of(std::array{node, row(i)});
    node = plan_.any_of(std::array{plan_.negate(node), other,
                                   plan_.at_least(2, std::array{node, row(i + 1), row(i + 2)})});
  }
  EXPECT_LT(compile(plan_, node, kSevenBits).value().code.size(), 100'000U);
  EXPECT_EQ(counted(node, false), counted(node, true));
}

TEST_F(Large, ThresholdsNestInThresholds) {
  NodeId node = row(0);
  for (RowId i = 1; i < 30; ++i) {
    node = plan_.at_least(
        2, std::array{row(i), row(i + 1), plan_.at_least(1, std::array{node, row(i + 3)})});
  }
  EXPECT_EQ(counted(node, false), counted(node, true));
}

TEST_F(Large, BeyondTheLimitIsAnError) {
  std::vector<NodeId> rows;
  for (RowId i = 0; i <= kLeavesMax; ++i) {
    rows.push_back(plan_.row({1, i}));
  }
  const Result<std::uint64_t> users = count(plan_, plan_.any_of(rows), source_);
  ASSERT_FALSE(users.has_value());
  EXPECT_EQ(users.error().code(), ErrorCode::TooLarge);
  EXPECT_NE(users.error().hint().en.find("wildcards"), std::string::npos);
}

// Four thousand days of amounts of 40 bits: 41 rows a day. What helps is another thing than above.
TEST_F(Large, DaysOfLargeAmountsSayThatFewerDaysHelp) {
  Shape shape = kSevenBits;
  shape.event_days = [](FieldId, DayWindow window) {
    std::vector<DayRows> days;
    for (Day day = window.first; day <= window.last; ++day) {
      days.push_back({day, 0, 40, 0});
    }
    return days;
  };
  Node sum;
  sum.op = Op::EventSum;
  sum.steps = {{7}};
  sum.intervals = {{1, 100}};
  sum.window = {1, 3000};
  EXPECT_TRUE(compile(plan_, plan_.add(sum), shape).has_value());
  sum.window = {1, 4000};
  const auto program = compile(plan_, plan_.add(sum), shape);
  ASSERT_FALSE(program.has_value());
  EXPECT_EQ(program.error().code(), ErrorCode::TooLarge);
  EXPECT_NE(program.error().message().en.find("days of events"), std::string::npos);
  EXPECT_NE(program.error().hint().en.find("fewer days, such as in:last 90d"), std::string::npos);
  EXPECT_NE(program.error().hint().zh.find("缩短时间范围"), std::string::npos);
}

}  // namespace
}  // namespace tagline::engine
