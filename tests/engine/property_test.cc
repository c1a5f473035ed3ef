// Laws over random worlds: optimised = unoptimised = oracle, whatever the population's size and the
// rows' shapes.
#include "engine/execute.h"
#include "engine/sweep.h"
#include "tests/engine/scenario.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine::test {
namespace {

std::vector<std::uint32_t> selected(Plan& plan, NodeId root, const Source& source,
                                    const ExecuteOptions& options) {
  const Result<Bitmap> users = select(plan, root, source, options);
  EXPECT_TRUE(users.has_value());
  return users.has_value() ? users->to_vector() : std::vector<std::uint32_t>{};
}

std::uint64_t counted(Plan& plan, NodeId root, const Source& source,
                      const ExecuteOptions& options) {
  const Result<std::uint64_t> users = count(plan, root, source, options);
  EXPECT_TRUE(users.has_value());
  return users.value_or(0);
}

struct Size {
  std::uint32_t users;
  int worlds;
};

class Populations : public testing::TestWithParam<Size> {
 protected:
  // Calls check(source, oracle, plan, root) for plans over random worlds of the size.
  template <class Check>
  void for_plans(int plans_a_world, Check check) {
    SCOPED_TRACE(seed_hint());
    Random random(seed() + GetParam().users);
    for (int i = 0; i < GetParam().worlds; ++i) {
      const World world = random_world(random, GetParam().users);
      const MemorySource source = source_of(world);
      const Oracle oracle(world);
      for (int j = 0; j < plans_a_world && !HasFailure(); ++j) {
        Plan plan;
        const NodeId root = random_plan(random, plan, 4);
        SCOPED_TRACE("world " + std::to_string(i) + ", plan " + std::to_string(j) + ":\n" +
                     print(plan, root));
        check(random, source, oracle, plan, root);
      }
    }
  }
};

TEST_P(Populations, OptimisedAndUnoptimisedAgreeWithTheOracle) {
  for_plans(30, [](Random&, const Source& source, const Oracle& oracle, Plan& plan, NodeId root) {
    const auto expected = oracle.select(plan, root);
    for (const bool rewrites : {false, true}) {
      SCOPED_TRACE(rewrites ? "rewritten:\n" + print(plan, rewrite(plan, root, &source).root)
                            : "as written");
      ExecuteOptions options;
      options.rewrite = rewrites;
      options.threads = 1;
      ASSERT_EQ(selected(plan, root, source, options), expected);
      ASSERT_EQ(counted(plan, root, source, options), expected.size());
    }
  });
}

TEST_P(Populations, EveryPassAloneAndInRandomOrderKeepsTheMeaning) {
  for_plans(
      10, [](Random& random, const Source& source, const Oracle& oracle, Plan& plan, NodeId root) {
        const auto expected = oracle.select(plan, root);
        std::array<std::size_t, kPassCount> passes{};
        for (std::size_t i = 0; i < kPassCount; ++i) {
          passes[i] = i;
        }
        std::shuffle(passes.begin(), passes.end(), random);
        NodeId in_order = root;
        for (const std::size_t pass : passes) {
          SCOPED_TRACE(std::string(name_of(static_cast<Pass>(pass))));
          RewriteOptions only;
          only.enabled.fill(false);
          only.enabled[pass] = true;
          const NodeId alone = rewrite(plan, root, &source, only).root;
          ASSERT_EQ(oracle.select(plan, alone), expected) << print(plan, alone);
          in_order = rewrite(plan, in_order, &source, only).root;
          ASSERT_EQ(oracle.select(plan, in_order), expected) << print(plan, in_order);
        }
      });
}

TEST_P(Populations, ALimitGivesTheFirstUsers) {
  for_plans(
      8, [](Random& random, const Source& source, const Oracle& oracle, Plan& plan, NodeId root) {
        auto expected = oracle.select(plan, root);
        const std::uint64_t limit = pick(random, 0, expected.size() + 2);
        const Result<Bitmap> first = select(plan, root, source, {}, limit);
        ASSERT_TRUE(first.has_value());
        expected.resize(std::min<std::size_t>(expected.size(), limit));
        ASSERT_EQ(first->to_vector(), expected) << "limit " << limit;
      });
}

TEST_P(Populations, ThreadsChangeNothing) {
  for_plans(5, [](Random&, const Source& source, const Oracle&, Plan& plan, NodeId root) {
    ExecuteOptions one;
    one.threads = 1;
    ExecuteOptions two;
    two.threads = 2;
    ASSERT_EQ(selected(plan, root, source, one), selected(plan, root, source, two));
    ASSERT_EQ(counted(plan, root, source, one), counted(plan, root, source, two));
  });
}

// Takes every answer of every block as words, so that an answer spoilt by a later one shows.
class Taker final : public AnswerReader {
 public:
  explicit Taker(std::size_t answers) : users_(answers) {}

  Status block(BlockAnswers& answers) override {
    std::vector<const Register*> all;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      all.push_back(&answers.answer(i));
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      take(answers, *all[i], users_[i]);
    }
    return {};
  }
  static void take(BlockAnswers& answers, const Register& answer,
                   std::vector<std::uint32_t>& users) {
    if (answer.state == Register::State::Sparse) {
      for (const std::uint16_t member : answer.list()) {
        users.push_back(answers.first_user() + member);
      }
    } else if (answers.users(answer) != 0) {
      std::vector<std::uint16_t> members(kBlockUsers);
      members.resize(extract(answers.words(answer), members.data(), members.size()));
      for (const std::uint16_t member : members) {
        users.push_back(answers.first_user() + member);
      }
    }
  }
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& users() const { return users_; }

 private:
  std::vector<std::vector<std::uint32_t>> users_;
};

class CountInTurn final : public AnswerReader {
 public:
  explicit CountInTurn(std::size_t answers) : counts_(answers) {}
  Status block(BlockAnswers& answers) override {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      counts_[i] += answers.count(i);
    }
    return {};
  }
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }

 private:
  std::vector<std::uint64_t> counts_;
};

TEST_P(Populations, ManyAnswersOfOneSweepAreThoseOfEachAlone) {
  for_plans(3, [](Random& random, const Source& source, const Oracle& oracle, Plan& plan,
                  NodeId root) {
    // Also parts of one another, and one twice.
    std::vector<NodeId> roots = {root, random_plan(random, plan, 3), root};
    roots.insert(roots.end(), plan.at(root).operands.begin(), plan.at(root).operands.end());
    roots.push_back(plan.negate(root));
    std::shuffle(roots.begin(), roots.end(), random);
    ExecuteOptions options;
    options.rewrite = pick(random, 0, 1) == 1;
    options.threads = static_cast<unsigned>(pick(random, 1, 2));
    const auto together = Sweep::prepare(plan, roots, source, options, Answers::Together);
    ASSERT_TRUE(together.has_value());
    const auto takers = together->run<Taker>([&] { return std::make_unique<Taker>(roots.size()); });
    ASSERT_TRUE(takers.has_value());
    const auto in_turn = Sweep::prepare(plan, roots, source, options, Answers::InTurn);
    ASSERT_TRUE(in_turn.has_value());
    const auto counters =
        in_turn->run<CountInTurn>([&] { return std::make_unique<CountInTurn>(roots.size()); });
    ASSERT_TRUE(counters.has_value());
    for (std::size_t i = 0; i < roots.size(); ++i) {
      const auto expected = oracle.select(plan, roots[i]);
      std::vector<std::uint32_t> users;
      std::uint64_t count = 0;
      for (const auto& taker : *takers) {
        users.insert(users.end(), taker->users()[i].begin(), taker->users()[i].end());
      }
      for (const auto& counter : *counters) {
        count += counter->counts()[i];
      }
      std::sort(users.begin(), users.end());
      ASSERT_EQ(users, expected) << i;
      ASSERT_EQ(count, expected.size()) << i;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Sizes, Populations,
                         testing::Values(Size{0, 2}, Size{1, 10}, Size{1000, 10}, Size{65535, 3},
                                         Size{65536, 3}, Size{65537, 3}, Size{(1U << 20U) - 1, 2},
                                         Size{1U << 20U, 2}, Size{(1U << 20U) + 1, 2},
                                         Size{3'000'000, 2}),
                         [](const auto& size) { return std::to_string(size.param.users); });

// An oracle that could not disagree would prove nothing: with one user moved in the source, it
// must.
TEST(OracleCanDisagree, AfterAPlantedBug) {
  SCOPED_TRACE(seed_hint());
  Random random(seed());
  World world = random_world(random, 65537);
  world.rows[{kRowField, 1}] = {1, 2, 3, 65536};
  const MemorySource source = source_of(world);
  world.rows[{kRowField, 1}].erase(65536);
  Plan plan;
  const NodeId root = plan.any_of(std::array{plan.row({kRowField, 1}), plan.nothing()});
  EXPECT_NE(selected(plan, root, source, {}), Oracle(world).select(plan, root));
}

// And so must it with a rewrite that breaks its law.
TEST(OracleCanDisagree, AfterAWrongRewrite) {
  World world;
  world.users = 4;
  world.rows[{1, 1}] = {0, 1};
  world.rows[{1, 2}] = {1, 2};
  Plan plan;
  const std::array operands{plan.row({1, 1}), plan.row({1, 2})};
  const Oracle oracle(world);
  EXPECT_NE(oracle.select(plan, plan.all_of(operands)), oracle.select(plan, plan.any_of(operands)));
}

}  // namespace
}  // namespace tagline::engine::test
