// The reading thread and the encoding thread, with readers of the database beside them; for the
// thread sanitizer.
#include "engine/execute.h"
#include "tests/ingest/event_database.h"

#include <atomic>
#include <limits>
#include <thread>

namespace tagline::ingest {
namespace {

TEST(LoadThreads, ReadersSeeWholeLoads) {
  Database database;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto population = database.store().read(
          [](const storage::Snapshot& snapshot) { return snapshot.population(); });
      ASSERT_TRUE(population.has_value());
      EXPECT_EQ(*population % 20'000, 0U);
    }
  });
  for (int pass = 1; pass <= 3; ++pass) {
    std::string text = "id,city,age\n";
    for (int i = 0; i < 20'000 * pass; ++i) {
      text += "u" + std::to_string(i) + ",c" + std::to_string((i * pass) % 11) + "," +
              std::to_string(i % 90) + "\n";
    }
    EXPECT_EQ(database.must_load(text).users_new, 20'000U);
  }
  done = true;
  reader.join();
}

/// What readers on this and on another thread see; they must get an answer whatever this thread is
/// in the middle of.
std::vector<std::uint64_t> populations(storage::Store& store) {
  const auto population = [&store] {
    const auto seen =
        store.read([](const storage::Snapshot& snapshot) { return snapshot.population(); });
    EXPECT_TRUE(seen.has_value());
    return seen.value_or(~0U);
  };
  std::uint64_t elsewhere = 0;
  std::thread reader([&] { elsewhere = population(); });
  reader.join();
  return {population(), elsewhere};
}

TEST(LoadThreads, ALoadThatStandsInItsCommitBlocksNoReader) {
  EventDatabase database;
  database.must_load("id,age\nu1,30\nu2,40\n");
  int told = 0;
  LoadOptions options;
  options.progress = [&](const Progress& progress) {
    if (progress.committing) {
      EXPECT_EQ(populations(database.store()), (std::vector<std::uint64_t>{2, 2}));
      ++told;
    }
  };
  ASSERT_TRUE(database.load_text("id,age\nu1,31\nu3,20\n", std::nullopt, options).has_value());
  EXPECT_EQ(told, 2);  // before the transaction, and at its end
  EXPECT_EQ(populations(database.store()), (std::vector<std::uint64_t>{3, 3}));
}

/// How many users did the database's one event on as many days as there were loads; both at once.
struct Seen {
  std::uint64_t users = 0;
  std::uint64_t days = 0;
};
Result<Seen> whole_loads(const storage::Snapshot& snapshot) {
  Seen seen;
  TAGLINE_ASSIGN_OR_RETURN(const auto events, snapshot.events());
  if (events.empty()) {
    return seen;
  }
  const engine::FieldId field = events.front().field;
  TAGLINE_ASSIGN_OR_RETURN(const auto days, snapshot.event_days(field, {}));
  seen.days = days.size();
  engine::Plan plan;
  engine::Node node;
  node.op = engine::Op::EventDays;
  node.steps = {{field}};
  node.intervals = {{static_cast<std::int64_t>(seen.days), std::numeric_limits<int>::max()}};
  engine::ExecuteOptions options;
  options.threads = 2;
  TAGLINE_ASSIGN_OR_RETURN(seen.users, engine::count(plan, plan.add(node), snapshot, options));
  return seen;
}

TEST(LoadThreads, EventConditionsSeeWholeLoads) {
  constexpr int kUsers = 2'000;
  EventDatabase database;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto seen = database.store().read(whole_loads);
      ASSERT_TRUE(seen.has_value());
      EXPECT_EQ(seen->users, seen->days == 0 ? 0U : kUsers);
    }
  });
  for (int pass = 1; pass <= 5; ++pass) {
    std::string text = "u,t,k,a\n";
    for (int i = 0; i < kUsers; ++i) {
      text += "u" + std::to_string(i) + ",2024-06-0" + std::to_string(pass) + ",k" +
              std::to_string(i % 3) + "," + std::to_string(i % 90) + "\n";
    }
    EXPECT_EQ(database.must_load(text, shop_events()).users_new, pass == 1 ? kUsers : 0);
  }
  done = true;
  reader.join();
}

TEST(LoadThreads, AFailingLoadStopsItsReader) {
  Database database;
  std::string text = "id,age\n";
  for (int i = 0; i < 300'000; ++i) {
    text += "u" + std::to_string(i) + ",x\n";
  }
  Schema schema;
  schema.id_column = "id";
  schema.columns = {column("age", engine::TagKind::Number)};
  EXPECT_EQ(database.load_text(text, schema).error().code(), ErrorCode::TooManyRejects);
}

}  // namespace
}  // namespace tagline::ingest
