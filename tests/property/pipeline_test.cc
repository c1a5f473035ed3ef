// Random expressions as text through the whole pipeline, over a database and over memory, optimised
// and not, against the naive truth. TAGLINE_SEED overrides the seed, which every failure prints.
#include "dsl/check.h"
#include "dsl/lower.h"
#include "engine/execute.h"
#include "engine/memory_source.h"
#include "server/vocabulary.h"
#include "storage/store.h"
#include "storage/verify.h"
#include "tests/property/people.h"
#include "tests/property/question.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

std::uint64_t seed() {
  const char* given = std::getenv("TAGLINE_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20240615;
}

/// A database folder in the temp directory, removed at the end.
struct Folder {
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "tagline-property-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path;
};

storage::TagRecord tag(const std::string& name, engine::TagKind kind,
                       std::vector<std::string> aliases, unsigned scale = 0) {
  storage::TagRecord record;
  record.name = name;
  record.kind = kind;
  record.aliases = std::move(aliases);
  record.scale = scale;
  return record;
}

Status put_catalogue(storage::WriteTxn& txn) {
  using engine::TagKind;
  const std::vector<storage::TagRecord> tags = {
      tag("vip", TagKind::Flag, {"会员"}),      tag("churn", TagKind::Flag, {"流失"}),
      tag("city", TagKind::Category, {"城市"}), tag("interest", TagKind::Set, {"兴趣"}),
      tag("score", TagKind::Number, {}),        tag("spend", TagKind::Number, {"消费"}, 2),
      tag("signup", TagKind::Date, {"注册"}),
  };
  for (const storage::TagRecord& record : tags) {
    TAGLINE_RETURN_IF_ERROR(txn.put_tag(record));
  }
  std::vector<storage::ValueRecord> cities(kCities);
  for (int i = 0; i < kCities; ++i) {
    cities[static_cast<std::size_t>(i)].row =
        engine::kFirstValueRow + static_cast<engine::RowId>(i);
    cities[static_cast<std::size_t>(i)].name = city_name(i);
  }
  TAGLINE_RETURN_IF_ERROR(txn.put_values(kCity, cities));
  std::vector<storage::ValueRecord> interests(kInterests);
  for (int i = 0; i < kInterests; ++i) {
    interests[static_cast<std::size_t>(i)].row =
        engine::kFirstValueRow + static_cast<engine::RowId>(i);
    interests[static_cast<std::size_t>(i)].name = interest_name(i);
  }
  return txn.put_values(kInterest, interests);
}

Status put_rows(storage::WriteTxn& txn,
                const std::map<engine::RowKey, std::vector<std::uint32_t>>& rows) {
  for (const auto& [key, users] : rows) {
    std::size_t begin = 0;
    while (begin < users.size()) {
      const engine::ShardId shard = engine::shard_of(users[begin]);
      std::vector<std::uint32_t> local;
      for (; begin < users.size() && engine::shard_of(users[begin]) == shard; ++begin) {
        local.push_back(engine::within_shard(users[begin]));
      }
      TAGLINE_RETURN_IF_ERROR(txn.put_fragment(key, shard, engine::Bitmap::of(local)));
    }
  }
  return {};
}

Status put_people(storage::WriteTxn& txn, const People& people) {
  std::vector<std::string> ids;
  std::vector<std::string_view> views;
  for (std::size_t i = 0; i < people.size(); ++i) {
    ids.push_back("u" + std::to_string(i));
  }
  views.assign(ids.begin(), ids.end());
  TAGLINE_RETURN_IF_ERROR(txn.add_users(views));
  TAGLINE_RETURN_IF_ERROR(put_catalogue(txn));
  return put_rows(txn, rows_of(people));
}

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
  const auto [users, questions] = GetParam();
  SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()));
  std::mt19937_64 random(seed() + users);
  const People people = random_people(users, random);

  const Folder folder;
  storage::OpenOptions open;
  open.mode = storage::OpenMode::Create;
  const auto store = storage::Store::open(folder.path / "db", open);
  ASSERT_TRUE(store.has_value()) << store.error().message().en;
  const auto written =
      (*store)->write([&](storage::WriteTxn& txn) { return put_people(txn, people); });
  ASSERT_TRUE(written.has_value()) << written.error().message().en;

  engine::MemorySource memory(static_cast<std::uint32_t>(users));
  for (const auto& [key, members] : rows_of(people)) {
    memory.set_row(key, engine::Bitmap::of(members));
  }

  const Status run = (*store)->read([&](const storage::Snapshot& snapshot) -> Status {
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
