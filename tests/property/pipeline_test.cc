// Random expressions as text through the whole pipeline, over a database and over memory, optimised
// and not, against the naive truth. TAGLINE_SEED overrides the seed, which every failure prints.
#include "dsl/check.h"
#include "dsl/lower.h"
#include "engine/execute.h"
#include "engine/memory_source.h"
#include "server/vocabulary.h"
#include "storage/verify.h"
#include "tests/property/database.h"
#include "tests/property/people.h"
#include "tests/property/question.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

struct Size {
  std::size_t users;
  int questions;
};

class Pipeline : public ::testing::TestWithParam<Size> {};

/// Runs one plan in every way there is; all must give `expected`.
void expect_everywhere(const dsl::Bound& bound, const engine::Source& source,
                       const std::vector<std::uint32_t>& expected) {
  for (const bool rewrite : {true, false}) {
    for (const unsigned threads : {1U, 2U}) {
      engine::Plan plan;
      const auto root = dsl::lower(bound, plan);
      engine::ExecuteOptions options;
      options.rewrite = rewrite;
      options.threads = threads;
      const auto count = engine::count(plan, root, source, options);
      ASSERT_TRUE(count.has_value());
      ASSERT_EQ(*count, expected.size()) << "rewrite " << rewrite << ", threads " << threads << "\n"
                                         << engine::print(plan, root);
      const auto members = engine::select(plan, root, source, options);
      ASSERT_TRUE(members.has_value());
      ASSERT_EQ(members->to_vector(), expected);
    }
  }
}

TEST_P(Pipeline, AgreesWithTheNaiveTruth) {
  const std::size_t users = GetParam().users;
  const int questions = GetParam().questions;
  SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()));
  std::mt19937_64 random(seed() + users);
  const People people = random_people(users, random);

  const PeopleDatabase database(people);
  engine::MemorySource memory(static_cast<std::uint32_t>(users));
  for (const auto& [key, members] : rows_of(people)) {
    memory.set_row(key, engine::Bitmap::of(members));
  }

  const Status run = database.store().read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto report, storage::verify(snapshot));
    EXPECT_TRUE(report.clean()) << report.problems.front().en;
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, server::vocabulary_of(snapshot));
    dsl::CheckOptions options;
    options.as_of = std::chrono::sys_days(std::chrono::days(kAsOfDay));
    for (int i = 0; i < questions; ++i) {
      const Question question = random_question(1 + static_cast<unsigned>(random() % 3), random);
      SCOPED_TRACE(question.text());
      const dsl::Checked checked = dsl::check(question.text(), catalogue, options);
      EXPECT_TRUE(checked.ok) << (checked.errors.empty() ? "" : checked.errors.front().message.en);
      const dsl::Checked again = dsl::check(checked.canonical, catalogue, options);
      EXPECT_EQ(again.canonical, checked.canonical);
      std::vector<std::uint32_t> expected;
      for (std::size_t user = 0; user < people.size(); ++user) {
        if (question.matches(people[user])) {
          expected.push_back(static_cast<std::uint32_t>(user));
        }
      }
      if (users <= 2000) {  // the second oracle is slow
        const auto by_sets = question.members(people);
        EXPECT_EQ(std::vector<std::uint32_t>(by_sets.begin(), by_sets.end()), expected);
      }
      if (checked.ok) {
        expect_everywhere(checked.bound, snapshot, expected);
        expect_everywhere(again.bound, memory, expected);
      }
      if (::testing::Test::HasFailure()) {
        break;
      }
    }
    return {};
  });
  EXPECT_TRUE(run.has_value()) << run.error().message().en;
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, Pipeline,
    ::testing::Values(Size{0, 300}, Size{1, 500}, Size{2, 500}, Size{1000, 1500}, Size{65'535, 120},
                      Size{65'536, 120}, Size{65'537, 120}, Size{(1U << 20U) - 1, 20},
                      Size{1U << 20U, 20}, Size{(1U << 20U) + 1, 20}, Size{3'000'000, 8}),
    [](const auto& size) { return "Users" + std::to_string(size.param.users); });

TEST(NaiveTruth, CanDisagree) {
  std::mt19937_64 random(1);
  People people(100);
  people[7].vip = true;
  Question question = random_question(0, random);
  question.op = Question::Op::Leaf;
  question.holds = [](const Person& person) { return person.vip; };
  EXPECT_EQ(question.members(people), (std::set<std::uint32_t>{7}));
  people[8].vip = true;
  EXPECT_NE(question.members(people), (std::set<std::uint32_t>{7}));
}

}  // namespace
}  // namespace tagline::tests
