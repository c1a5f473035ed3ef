// Pages, members, batches and the counts of an expression's parts, over a database of random people
// and against the naive truth.
#include "server/batch.h"
#include "server/id_page.h"
#include "server/members.h"
#include "server/service.h"
#include "tests/property/database.h"
#include "tests/property/people.h"
#include "tests/property/question.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

std::vector<std::string> ids_of(const Question& question, const People& people) {
  std::vector<std::string> ids;
  for (std::size_t user = 0; user < people.size(); ++user) {
    if (question.matches(people[user])) {
      ids.push_back("u" + std::to_string(user));
    }
  }
  return ids;
}

server::QueryRequest asking(const std::string& expression) {
  server::QueryRequest request;
  request.expression = expression;
  request.as_of = std::chrono::sys_days(std::chrono::days(kAsOfDay));
  return request;
}

template <class T>
std::string fault_of(const server::Outcome<T>& outcome) {
  if (outcome.has_value()) {
    return {};
  }
  const server::Refusal& refusal = outcome.error();
  return refusal.error.has_value()     ? refusal.error->message().en
         : refusal.diagnostics.empty() ? "refused"
                                       : refusal.diagnostics.front().message.en;
}

class Parts : public ::testing::TestWithParam<std::size_t> {
 protected:
  Parts()
      : random_(seed() + GetParam()),
        people_(random_people(GetParam(), random_)),
        database_(people_) {}

  template <class Fn>
  auto read(Fn fn) {
    return database_.store().read(fn);
  }
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  /// The naive truth is slow for many people.
  [[nodiscard]] int questions() const { return people_.size() > 1000 ? 12 : 60; }

  std::mt19937_64 random_;
  const People people_;
  const PeopleDatabase database_;
};

TEST_P(Parts, PagesPutTogetherAreAllIds) {
  SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()));
  for (int i = 0; i < questions() && !HasFailure(); ++i) {
    const Question question = random_question(2, random_);
    SCOPED_TRACE(question.text());
    const auto expected = ids_of(question, people_);
    const auto request = asking(question.text());

    std::vector<std::string> all;
    const auto answer = read([&](const storage::Snapshot& snapshot) {
      return server::all_ids(snapshot, request, [&](std::string_view id) { all.emplace_back(id); });
    });
    ASSERT_TRUE(answer.has_value()) << fault_of(answer);
    EXPECT_EQ(answer->count, expected.size());
    EXPECT_EQ(all, expected);

    std::vector<std::string> paged;
    server::IdPageRequest place;
    while (true) {
      place.limit = 1 + pick(expected.size() / 2 + 2);
      const auto page = read([&](const storage::Snapshot& snapshot) {
        return server::id_page(snapshot, request, place,
                               [&](std::string_view id) { paged.emplace_back(id); });
      });
      ASSERT_TRUE(page.has_value()) << fault_of(page);
      EXPECT_EQ(page->answer.count, expected.size());
      ASSERT_EQ(page->remaining, expected.size() - paged.size());
      ASSERT_EQ(page->next.has_value(), page->remaining > 0);
      if (!page->next.has_value()) {
        break;
      }
      ASSERT_EQ(page->returned, place.limit);
      place.after = page->next;
    }
    EXPECT_EQ(paged, expected);
  }
}

TEST_P(Parts, MembersAreThoseAmongTheIds) {
  SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()));
  for (int i = 0; i < questions() && !HasFailure(); ++i) {
    const Question question = random_question(2, random_);
    SCOPED_TRACE(question.text());
    std::vector<std::string> ids;
    std::vector<server::Membership> expected;
    for (std::uint64_t j = 0; j < 50; ++j) {
      const std::uint64_t user = pick(people_.size() + people_.size() / 4 + 1);
      ids.push_back("u" + std::to_string(user));
      expected.push_back(user >= people_.size()            ? server::Membership::Unknown
                         : question.matches(people_[user]) ? server::Membership::Yes
                                                           : server::Membership::No);
    }
    const auto answer = read([&](const storage::Snapshot& snapshot) {
      return server::members_of(snapshot, asking(question.text()), ids);
    });
    ASSERT_TRUE(answer.has_value()) << fault_of(answer);
    EXPECT_EQ(answer->members, expected);
    const auto of = [&](server::Membership membership) {
      return static_cast<std::uint64_t>(std::count(expected.begin(), expected.end(), membership));
    };
    EXPECT_EQ(answer->yes, of(server::Membership::Yes));
    EXPECT_EQ(answer->no, of(server::Membership::No));
    EXPECT_EQ(answer->unknown, of(server::Membership::Unknown));
  }
}

TEST_P(Parts, ABatchIsItsExpressionsOneByOne) {
  SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()));
  std::vector<std::string> expressions;
  std::vector<std::uint64_t> expected;
  for (int i = 0; i < questions(); ++i) {
    const Question question = random_question(static_cast<unsigned>(pick(4)), random_);
    expressions.push_back(question.text());
    expected.push_back(ids_of(question, people_).size());
  }
  std::vector<std::uint64_t> counts;
  const auto status = read([&](const storage::Snapshot& snapshot) {
    return server::answer_batch(snapshot, expressions, asking(""),
                                [&](std::size_t place, const server::Outcome<server::Answer>& one) {
                                  EXPECT_EQ(place, counts.size());
                                  EXPECT_TRUE(one.has_value()) << fault_of(one);
                                  counts.push_back(one.has_value() ? one->count : 0);
                                });
  });
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(counts, expected);
}

TEST_P(Parts, ABatchThatMustStopUnderstandsNoMoreOfItsExpressions) {
  engine::Budget budget;
  budget.cancelled = true;
  server::QueryRequest how = asking("");
  how.budget = &budget;
  const std::vector<std::string> expressions = {"vip", "no such tag", "vip AND churn"};
  std::size_t stopped = 0;
  const auto done = read([&](const storage::Snapshot& snapshot) {
    return server::answer_batch(
        snapshot, expressions, how, [&](std::size_t, const server::Outcome<server::Answer>& one) {
          const bool cancelled = !one.has_value() && one.error().error.has_value() &&
                                 one.error().error->code() == ErrorCode::Cancelled;
          stopped += cancelled ? 1 : 0;
        });
  });
  EXPECT_TRUE(done.has_value());
  EXPECT_EQ(stopped, expressions.size());
}

// Asked together, one by one and together again, with writes in between: what is kept makes no
// difference.
TEST_P(Parts, ABatchIsTheSameWhereAnswersAreKept) {
  SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()));
  server::Service& service = database_.service();
  service.keep_answers(1U << 24U);
  std::vector<Question> asked;
  for (int i = 0; i < questions() / 2; ++i) {
    asked.push_back(random_question(static_cast<unsigned>(pick(4)), random_));
  }
  People now = people_;
  for (int round = 0; round < 4 && !HasFailure(); ++round) {
    std::vector<std::string> texts;
    std::vector<std::uint64_t> expected;
    for (const Question& question : asked) {
      texts.push_back(question.text());
      expected.push_back(ids_of(question, now).size());
    }
    const auto batch = [&](std::uint64_t whole) {
      std::vector<std::uint64_t> counts;
      const auto stats = service.batch(
          texts, asking(""), [&](std::size_t, const server::Outcome<server::Answer>& one) {
            EXPECT_TRUE(one.has_value()) << fault_of(one);
            counts.push_back(one.has_value() ? one->count : 0);
          });
      ASSERT_TRUE(stats.has_value());
      EXPECT_EQ(counts, expected) << "round " << round;
      EXPECT_GE(stats->whole, whole);
      EXPECT_EQ(stats->whole + stats->run, texts.size());
    };
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (pick(3) == 0) {  // some are known shard by shard, some of their parts as sets
        const auto alone = service.query(asking(texts[i]));
        ASSERT_TRUE(alone.has_value()) << fault_of(alone);
        EXPECT_EQ(alone->count, expected[i]) << texts[i];
      }
    }
    batch(0);
    batch(texts.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const auto alone = service.query(asking(texts[i]));
      ASSERT_TRUE(alone.has_value()) << fault_of(alone);
      EXPECT_EQ(alone->count, expected[i]) << texts[i];
    }
    People next = now;
    for (std::size_t i = 0; i < 3 && !next.empty(); ++i) {
      Person& person = next[pick(next.size())];
      person.vip = !person.vip;
      person.city = static_cast<int>(pick(kCities));
      person.score = static_cast<std::int64_t>(pick(201)) - 100;
    }
    ASSERT_TRUE(database_.change(now, next).has_value());
    now = std::move(next);
    asked[pick(asked.size())] = random_question(2, random_);
  }
}

TEST_P(Parts, ExplainCountsEveryClauseAndTheOthersWithoutIt) {
  SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()));
  for (int i = 0; i < questions() && !HasFailure(); ++i) {
    std::vector<Question> clauses;
    std::string text;
    const std::size_t size = 2 + pick(5);
    for (std::size_t j = 0; j < size; ++j) {
      do {  // the clauses of an AND in brackets are clauses of the AND around it
        clauses.resize(j);
        clauses.push_back(random_question(static_cast<unsigned>(pick(3)), random_));
      } while (clauses.back().op == Question::Op::And);
      text += (text.empty() ? "(" : " AND (") + clauses.back().text() + ")";
    }
    SCOPED_TRACE(text);
    auto request = asking(text);
    request.explain = true;
    const auto explained = database_.service().query(request);
    ASSERT_TRUE(explained.has_value()) << fault_of(explained);
    std::vector<server::NodeCount> found;
    for (const server::NodeCount& node : explained->explanation->nodes) {
      if (node.without.has_value()) {
        found.push_back(node);
      }
    }
    ASSERT_EQ(found.size(), clauses.size());
    std::vector<server::NodeCount> expected(clauses.size());
    std::uint64_t all = 0;
    std::vector<std::uint64_t> without(clauses.size());
    for (const Person& person : people_) {
      std::vector<bool> fails;
      for (const Question& clause : clauses) {
        fails.push_back(!clause.matches(person));
      }
      const auto failed = std::count(fails.begin(), fails.end(), true);
      all += failed == 0 ? 1U : 0U;
      bool entered = true;
      for (std::size_t j = 0; j < clauses.size(); ++j) {
        expected[j].count += fails[j] ? 0U : 1U;
        expected[j].entered += entered ? 1U : 0U;
        entered = entered && !fails[j];
        expected[j].kept += entered ? 1U : 0U;
        without[j] += failed == 0 || (failed == 1 && fails[j]) ? 1U : 0U;
      }
    }
    EXPECT_EQ(explained->count, all);
    EXPECT_EQ(explained->explanation->nodes.front().count, all);
    for (std::size_t j = 0; j < clauses.size(); ++j) {
      EXPECT_EQ(found[j].count, expected[j].count) << j;
      EXPECT_EQ(found[j].entered, expected[j].entered) << j;
      EXPECT_EQ(found[j].kept, expected[j].kept) << j;
      EXPECT_EQ(found[j].without, without[j]) << j;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Parts, ::testing::Values(0, 1, 300, 66'000),
                         [](const auto& size) { return "Users" + std::to_string(size.param); });

}  // namespace
}  // namespace tagline::tests
