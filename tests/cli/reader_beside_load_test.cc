// Another process asks while a load stands in its commit: everything is in the transaction, nothing
// is committed. The load goes on when the answer is there, so a reader that waits for it never
// ends.
#include "ingest/load.h"
#include "storage/store.h"
#include "tests/cli/program.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

struct Loaded {
  std::vector<std::string> answers;  ///< to `expression`, given while the load was in its commit
  bool committed = false;
};

Loaded load_and_ask(const std::string& db, const std::string& file,
                    const std::optional<ingest::Schema>& schema, const std::string& expression) {
  Loaded loaded;
  storage::OpenOptions write;
  write.mode = storage::OpenMode::Write;
  const auto store = storage::Store::open(db, write);
  if (!store.has_value()) {
    return loaded;
  }
  ingest::LoadOptions options;
  options.progress = [&](const ingest::Progress& progress) {
    if (progress.committing) {
      loaded.answers.push_back(run_tagline({"query", "--db", db, "--ids", expression}).out);
    }
  };
  loaded.committed = ingest::load(**store, schema, {file}, options).has_value();
  return loaded;
}

TEST(ReaderBesideLoad, UsersOfTheOldStateUntilTheCommit) {
  const TempFolder folder;
  const std::string db = folder.path("db");
  ASSERT_EQ(run_tagline({"load", "--db", db,
                         folder.write("old.csv", "id,city\nu1,paris\nu2,rome\nu3,rome\n")})
                .status,
            0);
  const Loaded loaded = load_and_ask(db, folder.write("new.csv", "id,city\nu2,paris\nu4,rome\n"),
                                     std::nullopt, "city:rome");
  EXPECT_TRUE(loaded.committed);
  EXPECT_EQ(loaded.answers, (std::vector<std::string>{"u2\nu3\n", "u2\nu3\n"}));
  EXPECT_EQ(run_tagline({"query", "--db", db, "--ids", "city:rome"}).out, "u3\nu4\n");
}

TEST(ReaderBesideLoad, EventsOfTheOldStateUntilTheCommit) {
  const TempFolder folder;
  const std::string db = folder.path("db");
  const std::string schema = R"({"format": "csv", "events": {"user": "who",
    "event": {"column": "what"}, "time": {"column": "at", "format": "%Y-%m-%d"}}})";
  ASSERT_EQ(run_tagline({"load", "--db", db, "--schema", folder.write("schema.json", schema),
                         folder.write("old.csv", "who,what,at\nu1,view,2024-06-01\n")})
                .status,
            0);
  ingest::Schema events;
  events.events.emplace();
  events.events->user_column = "who";
  events.events->event_column = "what";
  events.events->time_column = "at";
  events.events->time_format = "%Y-%m-%d";
  const Loaded loaded = load_and_ask(
      db, folder.write("new.csv", "who,what,at\nu2,view,2024-06-02\nu1,view,2024-06-03\n"), events,
      "did(view)");
  EXPECT_TRUE(loaded.committed);
  EXPECT_EQ(loaded.answers, (std::vector<std::string>{"u1\n", "u1\n"}));
  EXPECT_EQ(run_tagline({"query", "--db", db, "--ids", "did(view)"}).out, "u1\nu2\n");
}

}  // namespace
}  // namespace tagline::tests
