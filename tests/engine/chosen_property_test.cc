// Laws of sets chosen from all users (top, bottom, samples), alone, nested and inside plans of any
// shape: optimised = unoptimised = naive.
#include "engine/computed_rows.h"
#include "engine/execute.h"
#include "tests/engine/scenario.h"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace tagline::engine::test {
namespace {

NodeId random_chosen(Random& random, Plan& plan, std::uint32_t users, int depth) {
  Node node;
  node.seed = pick(random, 0, 2);
  switch (pick(random, 0, 3)) {
    case 0:
      node.op = Op::SampleShare;
      node.share = std::array<std::uint64_t, 4>{0, random(), random() >> 8U,
                                                ~std::uint64_t{0}}[pick(random, 0, 3)];
      return plan.add(node);
    case 1:
      node.op = Op::SampleSize;
      break;
    default:
      node.op = pick(random, 0, 1) == 0 ? Op::Top : Op::Bottom;
      node.row.field = static_cast<FieldId>(kFirstNumber + pick(random, 0, kNumbers));
  }
  node.low = static_cast<std::int64_t>(pick(random, 0, 3) == 0 ? pick(random, 0, users + 1)
                                                               : pick(random, 0, 40));
  node.operands = {random_plan(random, plan, depth, [&](Random& again, Plan& into) {
    return depth > 0 ? random_chosen(again, into, users, depth - 1) : into.everyone();
  })};
  return plan.add(node);
}

class Chosen : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Chosen, AgreesWithTheOracle) {
  SCOPED_TRACE(seed_hint());
  const std::uint32_t users = GetParam();
  Random random(seed() + users);
  const int worlds = users < 1000 ? 40 : 3;
  for (int i = 0; i < worlds && !HasFailure(); ++i) {
    World world = random_world(random, users);
    world.all_named = true;
    const MemorySource source = source_of(world);
    const Oracle oracle(world);
    for (int j = 0; j < 15 && !HasFailure(); ++j) {
      Plan plan;
      const auto leaf = [&](Random& again, Plan& into) {
        return random_chosen(again, into, users, 1);
      };
      const NodeId root =
          pick(random, 0, 1) == 0 ? leaf(random, plan) : random_plan(random, plan, 3, leaf);
      SCOPED_TRACE("world " + std::to_string(i) + ", plan " + std::to_string(j) + ":\n" +
                   print(plan, root));
      const auto expected = oracle.select(plan, root);
      ComputedRows computed;
      for (const bool rewrites : {false, true}) {
        ExecuteOptions options;
        options.rewrite = rewrites;
        options.threads = 1;
        const Result<Bitmap> selected = select(plan, root, source, options);
        ASSERT_TRUE(selected.has_value()) << selected.error().message().en;
        ASSERT_EQ(selected->to_vector(), expected) << "rewrites " << rewrites;
        options.computed = &computed;
        ASSERT_EQ(count(plan, root, source, options).value(), expected.size());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Chosen, testing::Values(1U, 300U, 65'535U, 65'536U, 65'537U),
                         [](const auto& size) { return std::to_string(size.param); });

}  // namespace
}  // namespace tagline::engine::test
